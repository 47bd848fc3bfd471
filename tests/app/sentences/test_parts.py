"""What Why, Gates and Experts say of facets, experts, rivals and changes holds over all that it speaks of."""

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from app.interventions import Interventions
from app.sentences import past_items
from app.widgets.experts import routing as experts
from app.widgets.gates import gate as gates
from app.widgets.shared import contrast as rival
from app.widgets.shared.position import Place
from app.widgets.why import counterfactual, facet_shares, what_if
from fame.explain.facets.contrast import contrast_runs
from fame.explain.facets.effects import expert_effects, facet_knockouts
from fame.explain.facets.effects import facet_shares as shares_of
from fame.explain.facets.experts import ALIKE_BITS, read_by_experts
from fame.explain.facets.weights import facet_spread
from fame.explain.facets.what_if import reweigh
from fame.explain.knockout import runs
from fame.explain.past.counterfactual import (
    NEAR_WISHED,
    WISHED_TOP,
    fewest_additions,
    fewest_removals,
    single_removal,
    wished_removals,
)
from fame.explain.question import Question
from fame.model import Faceted
from fame.ranking.recommend import recommend
from tests.app.sentences.naive import Naive
from tests.app.sentences.reading import (
    FACET,
    ITEM,
    NUMBER,
    PLACE,
    PLACES,
    SHARE,
    TEXT,
    TIMES,
    Said,
    is_share,
    is_signed,
    is_times,
)

SHORT = 8  # items of which every set is tried
TIED = "nothing tells the two apart"
CALLED = r"(?: \\\(.+?\\\))?"  # what an expert was found to be called, in brackets


def test_no_facet_and_no_expert_is_forgotten(world):
    for now, target, _ in world.histories(1):
        history, hidden = now.history, now.hidden
        naive, names = Naive(world.model, history, target, hidden), world.model.config.facets
        if not names:
            return
        question = Question.about(world.model, history, target, hidden=hidden)
        for way in ("renormalised",) if world.mixture else ("renormalised", "dropped"):
            shares = shares_of(question, way)
            every = [naive.without_facet(h, way == "renormalised") for h in range(len(names))]
            said = Said(past_items.facets(shares, names, not world.mixture))
            given = ", its gate weight going to the others," if way == "renormalised" and not world.mixture else ""
            if said.take(rf" Leaving out any one facet{given} does not lower its rank\."):
                assert not any(naive.lowered(found) for found in every)
            else:
                name, place = said.need(rf" Without the {FACET}{given} it would be {PLACE}\.")
                check_lowest(naive, every, names.index(name), place)
            said.end()
        if world.model.config.experts > 1:
            check_experts(naive, Said(facet_shares.experts_sentence(expert_effects(question), names)))


def check_experts(naive: Naive, said: Said) -> None:
    every = [found for some in naive.without_expert for found in some]
    if said.take(r"No one expert decides: leaving out any one of them does not lower the item\."):
        assert not any(naive.lowered(found) for found in every)
    else:
        n, name, place = said.need(rf"Without expert (\d+) of the {FACET} the item would be {PLACE}; ")
        said.need(r"without any other it would not be lower\.")
        chosen = naive.facets.index(name) * len(naive.without_expert[0]) + int(n) - 1
        check_lowest(naive, every, chosen, place)
    said.end()


def check_lowest(naive: Naive, every: list[np.ndarray], chosen: int, place: str) -> None:
    """Without this one the item is there, and without no other one lower."""
    assert PLACES[place] in naive.places(every[chosen])
    assert PLACES[place] > min(naive.places(naive.whole))
    assert not any(min(naive.places(found)) > PLACES[place] for found in every)


def test_what_speaks_most_does(world):
    for now, target, top in world.histories(2):
        history, hidden = now.history, now.hidden
        if len(history) < 2:
            continue
        other = next(item for item in top[::-1] if item != target)
        found = contrast_runs(world.model, runs(world.model, history), target, other, world.anatomy, hidden)
        naive, said = Naive(world.model, history, target, hidden), Said(rival.sentence(now, found))
        this, that = world.titles([target, other])
        first, likely, second = said.need(rf"\*{TEXT}\* is (.+?) \*{TEXT}\*\.")
        lead = naive.whole[target - 1] - naive.whole[other - 1]
        assert (first, second) == ((this, that) if lead >= 0 else (that, this)) or abs(lead) < 1e-4
        check_times(likely, abs(lead))
        apart = naive.parts
        if by := said.take(r" Of the parts by (facet|attribute|family), "):
            check_most(said, parts_between(world, apart, target, other, found, by[0]), this, that)
        else:
            assert not found.families
        said.need(" Of the past items, ")
        falls = [
            (naive.whole[target - 1] - one[target - 1]) - (naive.whole[other - 1] - one[other - 1])
            for one in naive.without_item
        ]
        check_past(said, world, naive, falls, this, that)
        said.end()


def check_times(said: str, lead: float) -> None:
    if said == "about as likely as":
        assert np.exp(lead) < 1.051
    elif said == "far likelier than":
        assert np.exp(lead) > 99
    else:
        assert abs(float(said.removesuffix(" times as likely as").replace(",", "")) / np.exp(lead) - 1) < 0.06


def parts_between(world, apart, this: int, that: int, found, by: str) -> dict[str, float]:
    """Every part of the difference by its name."""
    if by == "facet":
        own = apart.contributions[this - 1] - apart.contributions[that - 1]
        parts = dict(zip(world.model.config.facets, own.tolist(), strict=True))
    else:
        parts = dict(zip(found.families, found.anatomy.tolist(), strict=True))
    if apart.responsibilities is not None:
        return parts
    bias, score = (float(x[this - 1] - x[that - 1]) for x in (apart.bias, apart.score))
    assert (by == "family") == bool(world.data.catalog.derived) or by == "facet"
    if by != "facet":
        parts[f"no {by}"] = score - bias - sum(parts.values())
    return parts | ({"popularity": bias} if world.model.config.popularity else {})


PART = r"(?:facet |attribute |derived family |what goes with )?\*\*((?:\\.|[^*\\])+)\*\*"


def check_most(said: Said, parts: dict[str, float], this: str, that: str) -> None:
    best, worst = max(parts.values()), min(parts.values())
    if said.take(rf"{TIED}\."):
        assert max(best, -worst) < 1e-3
        return
    found = said.take(rf"{PART} speaks most for \*{TEXT}\* \({NUMBER}\)(?:, )?")
    if found and found[1] == this:
        assert parts[found[0]] >= best - 1e-3
        assert is_signed(found[2], parts[found[0]])
        found = said.take(rf"{PART} most for \*{TEXT}\* \({NUMBER}\)")
    else:
        assert best < 1e-3
    if found:
        assert found[1] == that
        assert parts[found[0]] <= worst + 1e-3
        assert is_signed(found[2], -parts[found[0]])
    else:
        assert worst > -1e-3
    said.need(r"\.")


def check_past(said: Said, world, naive: Naive, falls: list[float], this: str, that: str) -> None:
    if said.take(rf"{TIED}\."):
        assert np.abs(falls).max() < 1e-3
        return
    found = said.take(rf"{ITEM} speaks most for \*{TEXT}\* \({NUMBER}\)(?:, )?")
    if found and found[2] == this:
        t = world.position(naive.read, *found[:2])
        assert falls[t] >= max(falls) - 1e-3
        assert is_signed(found[3], falls[t])
        found = said.take(rf"{ITEM} most for \*{TEXT}\* \({NUMBER}\)")
    else:
        assert max(falls) < 1e-3
    if found:
        assert found[2] == that
        t = world.position(naive.read, *found[:2])
        assert falls[t] <= min(falls) + 1e-3
        assert is_signed(found[3], -falls[t])
    else:
        assert min(falls) > -1e-3
    said.need(r"\.")


def test_what_gate_and_facets_do_is_said_of_all(world):
    model, names = world.model, world.model.config.facets
    for now, target, _ in world.histories(3) if names else ():
        history, read = now.history, list(now.history[-model.config.length :])
        at, naive = Place(read, len(read) - 1, len(history), now.hidden), Naive(model, history, target, now.hidden)
        gate, spread = naive.parts.gate[-1], facet_spread(model, at.seen)
        for way in ("renormalised",) if world.mixture else ("renormalised", "dropped"):
            found = facet_knockouts(model, at.seen, way, at.hidden)
            said = Said(gates.sentence(now, at, gate, spread, found))
            (title, name, share) = said.need(rf"After \*{TEXT}\* the gate weighs the {FACET} most \({SHARE}\), ")
            assert title == world.titles(history)[-1]
            assert gate[names.index(name)] == gate.max()
            assert is_share(share, gate.max())
            widest = said.take(rf"but the {FACET}") or (said.need("which also") and (name,))
            said.need(r" tells items apart most\. ")
            own = naive.parts.contributions.std(0)
            if not world.mixture:
                assert own[names.index(widest[0])] >= own.max() - 1e-3
            every = [naive.without_facet(h, way == "renormalised") for h in range(len(names))]
            check_top(world, naive, every, said)


def check_top(world, naive: Naive, every: list[np.ndarray], said: Said) -> None:
    """What is said of the first ten without each facet, where no near tie leaves them in doubt."""
    clear = all(naive.clear_top(found) for found in [naive.whole, *every])
    top, tops = naive.top(naive.whole), [naive.top(found) for found in every]
    if said.take(r"Leaving out any one facet leaves the top ten as it is\."):
        assert not clear or all(one == top for one in tops)
        return
    (name,) = said.need(rf"The top ten would change most without the {FACET}: ")
    h = naive.facets.index(name)
    kept, of = said.need(r"(\d+) of (\d+) stay, and ")
    first = said.take(rf"\*{TEXT}\* stays first\.") or said.need(rf"\*{TEXT}\* comes first instead of \*{TEXT}\*\.")
    said.end()
    if clear:
        assert tops[h] != top
        assert overlap(top, tops[h]) <= min(overlap(top, one) for one in tops) + 1e-9
        assert (int(kept), int(of)) == (len(set(top) & set(tops[h])), len(top))
        assert first[0] == world.titles(tops[h][:1])[0]
        assert (len(first) == 1) == (top[0] == tops[h][0])


def overlap(a: list[int], b: list[int]) -> float:
    """Rank-biased overlap with p = 0.9, from its definition: the mean agreement at the depth where one stops."""
    p, k = 0.9, len(a)
    agreement = [len(set(a[:d]) & set(b[:d])) / d for d in range(1, k + 1)]
    return (1 - p) * sum(p ** (d - 1) * x for d, x in enumerate(agreement, 1)) + agreement[-1] * p**k


def test_what_experts_read_and_do_is_said_of_all(world):
    model = world.model
    for now, target, _ in world.histories(4) if isinstance(model, Faceted) and model.config.experts > 1 else ():
        history, read = now.history, list(now.history[-model.config.length :])
        at, found = Place(read, len(read) - 1, len(history), now.hidden), read_by_experts(model, read)
        naive, h = Naive(model, history, target, now.hidden), len(history) % len(model.config.facets)
        apart = divergences(found.reads(h, at.position))
        said = Said(experts.sentence(now, at, found, h))
        title, name, n, share = said.need(
            rf"After \*{TEXT}\*, the {FACET} listens to \*\*expert (\d+){CALLED}\*\* most \({SHARE}\)"
        )
        router = naive.parts.router[-1, h]
        assert (title, name) == (world.titles(read)[-1], model.config.facets[h])
        assert router[int(n) - 1] >= router.max() - 1e-6
        assert is_share(share, router.max())
        if said.take(", but all its experts read the history alike here: the weights say nothing"):
            assert max(apart.values()) < ALIKE_BITS + 1e-5
        elif pair := said.take(r"\. Experts (\d+) and (\d+) read it alike: a weight between those two says nothing"):
            check_alike(apart, {(int(pair[0]) - 1, int(pair[1]) - 1)}, 0)
        elif pairs := said.take(r"\. These experts read it alike: (.*?)\. A weight between two that do says nothing"):
            listed = {(int(a) - 1, int(b) - 1) for a, b in re.findall(r"(\d+) and (\d+)", pairs[0])}
            more = re.search(r"(\d+) more pairs", pairs[0])
            check_alike(apart, listed, int(more[1]) if more else 0)
        else:
            said.need(r"\. All its experts read the history differently here")
            assert min(apart.values()) > ALIKE_BITS - 1e-5
        said.need(r"\.$")
        question = Question.about(model, at.seen, target, hidden=at.hidden)
        check_without(world, naive, Said(experts.without_one(now, target, expert_effects(question), h, 0)), h)


def check_alike(apart: dict[tuple[int, int], float], listed: set[tuple[int, int]], more: int) -> None:
    """All pairs that read alike are listed or counted, but for those that rounding may put on either side."""
    assert all(apart[pair] < ALIKE_BITS + 1e-5 for pair in listed)
    clear, at_most = (sum(bits < ALIKE_BITS + by for bits in apart.values()) for by in (-1e-5, 1e-5))
    assert clear <= len(listed) + more <= at_most


def divergences(reads: np.ndarray) -> dict[tuple[int, int], float]:
    """Jensen-Shannon, in bits, of every pair of rows (N, S)."""

    def bits(p: np.ndarray, q: np.ndarray) -> float:
        return float(sum(x * np.log2(x / y) for x, y in zip(p, q, strict=True) if x > 0))

    rows = reads.astype(float)
    return {
        (a, b): (bits(rows[a], (rows[a] + rows[b]) / 2) + bits(rows[b], (rows[a] + rows[b]) / 2)) / 2
        for a, b in combinations(range(len(rows)), 2)
    }


def check_without(world, naive: Naive, said: Said, h: int) -> None:
    (title,) = said.need(rf"Without \*\*expert 1{CALLED}\*\*, \*{TEXT}\* ")
    found = naive.without_expert[h][0]
    assert title == world.titles([naive.target])[0]
    if moved := said.take(rf"goes from {PLACE} to {PLACE} "):
        assert PLACES[moved[0]] in naive.places(naive.whole)
        assert PLACES[moved[1]] in naive.places(found)
    else:
        assert PLACES[said.need(rf"stays {PLACE} ")[0]] in naive.places(found)
    (fall,) = said.need(rf"\({TIMES}\); the first ten: ")
    assert is_times(fall, naive.log_p(found) - naive.log_p(naive.whole))
    every = [one for some in naive.without_expert for one in some]
    clear = all(naive.clear_top(one) for one in [naive.whole, *every])
    top, then = naive.top(naive.whole), naive.top(found)
    kept = said.need(r"(all in their places|reordered|(\d+) of \d+ stay)\. ")
    if clear:
        assert (kept[0] == "all in their places") == (top == then)
        assert int(kept[1] or len(top)) == len(set(top) & set(then))
    said.need(rf"Of all {len(every)} experts, ")
    overlaps = [overlap(top, naive.top(one)) for one in every]
    if said.take(r"none changes them by itself\."):
        assert not clear or all(naive.top(one) == top for one in every)
    else:
        n, name, by = said.need(rf"expert (\d+) of the {FACET} changes them most, by ([\d.]+)\.")
        chosen = naive.facets.index(name) * len(naive.without_expert[0]) + int(n) - 1
        if clear:
            assert overlaps[chosen] <= min(overlaps) + 1e-9
            assert naive.top(every[chosen]) != top
            assert abs(1 - overlaps[chosen] - float(by)) < 0.006
    said.end()


def test_the_fewest_removals_are(world):
    for now, _, top in world.histories(5):
        history, hidden = list(now.history), now.hidden
        read, model = history[-world.model.config.length :], world.model
        if not 2 <= len(read) <= SHORT:
            continue
        naive, found = Naive(model, history, top[0], hidden), single_removal(model, runs(model, history), hidden)
        singles = [naive.firsts(one) for one in naive.without_item]
        if found is None:  # "No one past item decides what comes first."
            assert all(top[0] in firsts for firsts in singles)
            found = fewest_removals(model, history, hidden=hidden)
        if found is None:  # "Whatever is left out, the same item comes first, as far as it was tried."
            continue
        said = Said(counterfactual.removal_sentence(now, found, len(history) - len(read)))
        said.need(r"\*\*(?:Fewest removals|Removals)\.\*\* Without ")
        places = []
        new = None
        while new is None:
            one = said.need(rf"(?:, | and )?{ITEM}")
            places.append(world.position(history, *one) - (len(history) - len(read)))
            new = said.take(rf", \*{TEXT}\* comes first in place of \*{TEXT}\* ")
        assert set(places) == set(found.removed)
        without = naive.without_items(places)
        assert new[1] == world.titles(top[:1])[0]
        assert new[0] in world.titles(naive.firsts(without))
        if said.take(r"\(no fewer do it\)\."):
            for size in range(1, len(places)):
                for some in combinations(range(len(read)), size):
                    assert top[0] in naive.firsts(naive.without_items(some))
        else:
            said.need(r"\(found one by one; fewer may do it\)\.")
        said.end()


@pytest.mark.parametrize("positions", [1, 1_000_000])
def test_what_is_left_out_for_a_wished_item_puts_it_first(world, positions):
    for now, _, top in world.histories(4):
        history, hidden = list(now.history), now.hidden
        read, model, wished = history[-world.model.config.length :], world.model, top[1]
        if not 2 <= len(read) <= SHORT:
            continue
        naive = Naive(model, history, top[0], hidden)
        found = wished_removals(Question.of(model, history, wished, hidden=hidden), positions)
        said = Said(counterfactual.wished_sentence(now, found, len(history) - len(read)))

        def fail(size, naive=naive, read=read, wished=wished):
            return not any(
                {wished} == set(naive.firsts(naive.without_items(some)))
                for n in range(1, size + 1)
                for some in combinations(range(len(read)), n)
            )

        few = r"any (?:(?:one)|(?:choice of up to (\d+)))"
        if said.take(
            r"\*\*No past items, left out, do it\.\*\* Every choice of the (\d+) was tried, and another item "
        ):
            assert fail(len(read) - 1)
            said.need(rf"stays above \*{TEXT}\*\.")
        elif said.take(r"\*\*No past items that were tried, left out, do it\*\*: not "):
            if tried := said.take(rf"{few}, nor more of them, "):
                assert fail(int(tried[0] or 1))
            said.need(rf"one by one, each time the one without which \*{TEXT}\* stands best\.")
        else:
            said.need("Without ")
            if not said.take(
                rf"{len(found.removed)} of the {len(read)} past items that are read, {ITEM} the newest of them,"
            ):
                for _ in found.removed:
                    one = said.need(rf"(?:, | and )?{ITEM}")
                    assert world.position(history, *one) - (len(history) - len(read)) in found.removed
            said.need(rf" \*{TEXT}\* is first ")
            assert wished in naive.firsts(naive.without_items(found.removed))
            if said.take(r"\(no fewer do it\)\."):
                assert fail(len(found.removed) - 1)
            else:
                said.need(r"\(found one by one; fewer may do it")
                if tried := said.take(rf", but not {few}"):
                    assert fail(int(tried[0] or 1))
                said.need(r"\)\.")
        said.end()


def test_what_was_tried_to_bring_an_item_up_was(world):
    for now, _, top in world.histories(6):
        history, hidden = list(now.history), now.hidden
        wished = top[-1]
        found = fewest_additions(world.model, history, wished, hidden=hidden)
        said = Said(counterfactual.addition_sentence(now, found))
        own = Naive(world.model, history, wished, hidden)
        if said.take(rf"Nothing that was tried brings \*{TEXT}\* into the first ten: it comes to rank "):
            best, rank = said.need(r"([\d,]+) at best, from ([\d,]+), with \d+ items? tried, up to 3 together\.")
            assert int(rank.replace(",", "")) in own.places(own.whole)
            # at best: no single candidate does better
            near = set(recommend(world.model, [wished], NEAR_WISHED).items.tolist())
            for item in sorted(near - {*history, *hidden, wished})[:10]:
                alone = Naive(world.model, [*history, item], wished, hidden and {*hidden, item})
                assert max(alone.places(alone.whole)) >= int(best.replace(",", ""))
        else:
            after = Naive(world.model, [*history, *found.added], wished, hidden and {*hidden, *found.added})
            place, rank = said.need(rf"With .+ added, \*{TEXT}\* would be {PLACE} instead of {PLACE}\.")[1:]
            assert PLACES[place] in after.places(after.whole)
            assert PLACES[place] <= WISHED_TOP
            assert PLACES[rank] in own.places(own.whole)
            said.need(rf" Tried were {found.tried} items that are near it or go with it\.")
        said.end()


def test_what_if_says_what_comes_first_and_how_much_stays(world):
    for now, target, _ in world.histories(7):
        history, naive = now.history, Naive(world.model, now.history, target, now.hidden)
        if len(naive.read) < 2:
            continue
        now = replace(now, changed=Interventions(without=(len(history) - 1,)))
        own, found = (reweigh(world.model, history, {}, {}, gone, 10, now.hidden) for gone in ((), now.changed.without))
        said, without = Said(what_if.became(now, own, found)), naive.without_item[-1]
        top, then = naive.top(naive.whole), naive.top(without)
        first = said.take(rf"\*{TEXT}\* stays first") or said.need(rf"\*{TEXT}\* comes first, not \*{TEXT}\*")
        kept = said.need(r"; (\d+) of \d+ stay\.")
        said.end()
        if naive.clear_top(naive.whole) and naive.clear_top(without):
            assert first[0] == world.titles(then[:1])[0]
            assert (len(first) == 1) == (top[0] == then[0])
            assert int(kept[0]) == len(set(top) & set(then))
