"""What Meaning and Experts say of facets, experts and drivers is what the record holds, read back piece by piece."""

import re
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import t as student

from app.sentences import meanings
from app.widgets.meaning import drivers as truth
from app.widgets.shared import expert_meanings as specialists
from fame.checkpoint.description import describe
from fame.explain.meaning import records as meaning
from fame.explain.meaning.probe import FEWEST_TESTED, Fit
from fame.explain.meaning.records import DISCOVERY_RATE, Meaning
from fame.explain.trust.records.scorecard import Certainty, Point, Scorecard, Share
from fame.explain.trust.scorecard import in_tenths
from fame.home import PROJECT
from tests.app.sentences.conftest import HISTORIES
from tests.app.sentences.reading import BOLD, FACET, SHARE, Said, is_share, plain
from tests.app.sentences.records import records

DRAWN = 100 * HISTORIES
ATTRIBUTE = rf"(?:attribute|derived family) {BOLD}"
AND = r"(?:, | and )"
SHIPPED = sorted(path.parent for path in (PROJECT / "pretrained").glob("*/meaning.json"))


def shipped() -> list[Meaning]:
    return [found for folder in SHIPPED if (found := meaning.load(describe(folder)))]


def every() -> list[tuple[Meaning, tuple[Fit | None, ...] | None]]:
    """Drawn ones with the items' part in them, and those of the published models, of which only the result is kept."""
    return [(one.meaning, one.fits) for one in records(DRAWN, 0)] + [(found, None) for found in shipped()]


def better(fits: tuple[Fit | None, ...] | None, h: int, a: int, k: int, b: int, found: Meaning) -> bool:
    """Whether facet h tells family a better than facet k tells b, by the items; by the figures where that is all."""
    auc = found.held_out.auc
    if fits is None:
        return auc[h][a] > auc[k][b]
    own, other = fits[a], fits[b]
    parts = dict.fromkeys((*own.items, *other.items), 0.0)
    for one, facet, sign in ((own, h, 1), (other, k, -1)):
        n = len(one.items)
        for item, part in zip(one.items, one.alone[facet] - one.auc[facet], strict=True):
            parts[item] += sign * part / (n * (n - 1)) ** 0.5
    error = sum(part**2 for part in parts.values()) ** 0.5
    n = min(len(own.items), len(other.items))
    return auc[h][a] - auc[k][b] > student.ppf(1 - DISCOVERY_RATE, n - 1) * error


def is_told(found: Meaning, h: int, a: int) -> bool:
    """Whether a facet tells a family better than chance."""
    auc, q = found.held_out.auc[h][a], found.held_out.q[h][a]
    return auc is not None and q is not None and auc > 0.5 and q < DISCOVERY_RATE


def check_kinds(found: Meaning, text: str) -> str:
    """The text, in which what is derived is called so, and nothing else."""
    for kind, name in re.findall(rf"(attribute|derived family) {BOLD}", text):
        assert (kind == "derived family") == (plain(name) in found.derived), text
    return text


def tried(found: Meaning) -> list[int]:
    return [a for a in range(len(found.families)) if found.held_out.auc[0][a] is not None]


def test_what_a_facet_is_said_to_mean_was_tested():
    for found, fits in every():
        for h in range(len(found.facets)) if found.families else ():
            check_verdict(found, fits, h, Said(check_kinds(found, meanings.verdict(found, h))))


def check_verdict(found: Meaning, fits, h: int, said: Said) -> None:
    facet, others = found.facets[h], [k for k in range(len(found.facets)) if k != h]
    own = found.families.index(facet.facet) if facet.tied else None
    told = [a for a in tried(found) if is_told(found, h, a)]
    auc = {a: found.held_out.auc[h][a] for a in tried(found)}
    if said.take(r"Not tested\. "):
        assert own not in auc if facet.tied else not auc
        check_untested(found, said, [own] if facet.tied else range(len(found.families)))
        return
    if one := said.take(rf"Tells the {ATTRIBUTE} best, but not better than every other facet, "):
        said.need("so that it is no name for this one")
        a = found.families.index(one[0])
        assert not facet.tied
        assert facet.named is None
        assert a in told
        assert auc[a] == max(auc[b] for b in told)
        assert fits is None or not all(better(fits, h, a, k, a, found) for k in others)
    elif one := said.take(rf"Tells the {ATTRIBUTE}"):
        a = found.families.index(one[0])
        assert facet.tied
        assert facet.named == facet.facet == one[0]
        assert a in told
        counts = [b for b in told if one[0] in found.derived or found.families[b] not in found.derived]
        assert fits is None or not any(better(fits, h, b, h, a, found) for b in counts)
        assert fits is None or not any(better(fits, k, a, h, a, found) for k in others)
    elif one := said.take(rf"Tied to nothing, and tells the {ATTRIBUTE}"):
        a = found.families.index(one[0])
        assert not facet.tied
        assert facet.named == one[0]
        assert a in told
        assert bool(said.take(" better than any other facet")) == bool(others)
        assert all(better(fits, h, a, k, a, found) for k in others)
    elif said.take(f"Tells no {'family' if found.derived else 'attribute'} better than chance; "):
        assert not facet.tied
        assert not told
        a = found.families.index(said.need(rf"the {ATTRIBUTE} best")[0])
        assert auc[a] == max(auc.values())
    else:
        assert said.need(rf"Training tied it to the {ATTRIBUTE}, but ") == (facet.facet,)
        assert facet.tied
        assert facet.named is None
        a = check_tied(found, fits, h, said, told)
    said.need(r"\.  \n:small\[")
    check_figure(found, h, a, said)
    said.need(r"\]$")


def check_tied(found: Meaning, fits, h: int, said: Said, told: list[int]) -> int:
    """Why a facet that training tied to a family has not its name; the family whose figures are shown."""
    facet = found.facets[h].facet
    own, others = found.families.index(facet), [k for k in range(len(found.facets)) if k != h]
    counts = facet in found.derived  # else what is derived is told by all facets, and is no objection
    told = [a for a in told if a == own or counts or found.families[a] not in found.derived]
    if said.take("on items kept out of that it tells it no better than chance"):
        assert own not in told
        return own
    if said.take("another facet tells that better"):
        assert any(better(fits, k, own, h, own, found) for k in others)
        return own
    one = said.take(rf"it tells the {ATTRIBUTE} better")
    a = found.families.index((one or said.need(rf"it tells another better; the {ATTRIBUTE} best"))[0])
    assert a in told
    assert found.held_out.auc[h][a] == max(found.held_out.auc[h][b] for b in told)
    assert any(better(fits, h, b, h, own, found) for b in ([a] if one else told))
    return a


def check_figure(found: Meaning, h: int, a: int, said: Said) -> None:
    auc, values, n, q = (getattr(found.held_out, name) for name in ("auc", "values", "items", "q"))
    own, valued = said.need(r"AUC ([\d.]+) over (\d+ values?) \(chance 0\.50")
    assert abs(float(own) - auc[h][a]) < 0.00501
    assert valued == ("1 value" if values[a] == 1 else f"{values[a]} values")
    others = [auc[k][a] for k in range(len(found.facets)) if k != h]
    if others:
        assert abs(float(said.need(", the best other facet ([0-9.]+)")[0]) - max(others)) < 0.00501
    assert said.need(r"\); n = (\d+), ") == (str(n[a]),)
    check_q(said, q[h][a])


def check_q(said: Said, q: float) -> None:
    sign, shown = said.need(r"q ([<=]) ([\d.]+)")
    if sign == "<":
        assert q < float(shown)
    else:
        assert abs(q - float(shown)) < (0.000501 if q < 0.1 else 0.00501)
    assert (q < DISCOVERY_RATE) == (float(shown) < DISCOVERY_RATE or (sign, float(shown)) == ("<", DISCOVERY_RATE))


def check_untested(found: Meaning, said: Said, families) -> None:
    """Each family is said to have too few items, or no value that could be told."""
    left = set(families)
    if said.take(rf"Of the items kept out of training too few \(of {FEWEST_TESTED}\) have a value: "):
        while one := said.take(rf"{AND}?(\d+) of the {ATTRIBUTE}"):
            a = found.families.index(one[1])
            assert int(one[0]) == found.held_out.items[a] < FEWEST_TESTED
            left.remove(a)
        said.need(r"\. ?")
    if said.take("No value of "):
        while one := said.take(rf"{AND}?the {ATTRIBUTE}"):
            a = found.families.index(one[0])
            assert found.held_out.items[a] >= FEWEST_TESTED
            left.remove(a)
        said.need(r" is had by 2 of the items kept out of training, lacked by 2 of those that have another, ")
        said.need(r"and had by 2 of the items trained on\.")
    said.end()
    assert not left


def test_the_answer_names_every_facet_once():
    for found, _ in every():
        check_whole(found, Said(check_kinds(found, meanings.answer(found))))


def names(said: Said) -> list[str]:
    """Facets that follow, each marked as one."""
    if said.take(r"the facets (?=\*)"):
        return listed(said, BOLD)
    return listed(said, rf"the {FACET}")


def listed(said: Said, pattern: str) -> list[str]:
    out = list(said.need(pattern))
    while one := said.take(AND + pattern):
        out += one
    return out


def check_whole(found: Meaning, said: Said) -> None:
    if said.take(r"The items of this data set have no attributes, so no facet can be given a meaning\.$"):
        assert not found.families
        return
    if said.take(r"What a facet means cannot be tested\. "):
        assert not tried(found)
        check_untested(found, said, range(len(found.families)))
        return
    named = {facet.facet: facet.named for facet in found.facets if facet.named}
    low, high = said.need(r"On (\d+)(?: to (\d+))? items (?:whose values training never saw|kept out of all tying), ")
    of = [found.families.index(name) for name in named.values()] or tried(found)
    counts = [found.held_out.items[a] for a in of]
    assert (int(low), int(high or low)) == (min(counts), max(counts))
    if said.take(r"\*\*no facet\*\* was found to mean one (attribute|family)\.$"):
        assert not named
        return
    left = dict(named)
    while left:
        for name in names(said):
            means = left.pop(name)
            last = name
        if one := said.take(rf" means the {ATTRIBUTE}"):
            assert means == one[0] != last
        else:
            assert means == last
            said.need(" (?:tells what its name says|tell what their names say)")
        said.take(AND)
    rest = []
    if said.take("; "):
        rest = names(said)
        said.need(r" stays? \*\*unnamed\*\*")
    said.need(r"\.")
    told: list[str] = []
    if said.take(r" Another facet tells "):
        told = list(said.take(rf"the {ATTRIBUTE}") or [])
        if not told:
            said.need("each of ")
            told = listed(said, BOLD)
        said.need(r" at least as well\.")
    said.need("$")
    auc = [[-1.0 if cell is None else cell for cell in row] for row in found.held_out.auc]
    ahead = {}
    for h, facet in enumerate(found.facets):
        if facet.named:
            a = found.families.index(facet.named)
            ahead[facet.named] = max([row[a] for k, row in enumerate(auc) if k != h], default=-1.0) >= auc[h][a]
    assert told == [name for name, other in ahead.items() if other]
    assert rest == [facet.facet for facet in found.facets if not facet.named]


def test_what_experts_speak_for_is_what_was_found():
    for found, _ in every():
        for expert in found.experts:
            said = Said(check_kinds(found, meanings.speaks(expert, found.events, found.derived)))
            leads, of = said.need(r"It leads its facet for ([\d,]+) of ([\d,]+) users")
            assert (leads, of) == (f"{expert.events:,}", f"{found.events:,}")
            left = list(expert.speaks_for)
            if said.take("; nothing is told from chance"):
                said.need(r"\.")
                assert not left
            else:
                every_one = said.take(r", and speaks for\n") or (said.need(r", and speaks most clearly for\n") and None)
                while one := said.take(rf"\n- {BOLD} \({ATTRIBUTE}\): where it leads {SHARE} of the newest "):
                    value = left.pop(0)
                    assert one[:2] == (value.value, value.family)
                    assert is_share(one[2], value.share)
                    assert is_share(said.need(rf"items have it, of all {SHARE}; ")[0], value.overall)
                    check_q(said, value.q)
                    assert value.q < DISCOVERY_RATE
                assert bool(left) == (every_one is None)
            twins = []
            if said.take(r"\n\n\*\*It reads the same as "):
                twins = [int(n) - 1 for n in listed(said, r"expert (\d+)")]
                said.need(r"\*\* on average\.")
            said.end()
            bits = found.apart[expert.facet][expert.expert]
            assert twins == [k for k, far in enumerate(bits) if k != expert.expert and far < 0.01]


def test_experts_are_counted():
    for found, _ in every():
        said = Said(specialists.sentence(found))
        speak, of = said.need(r"(\d+) of (\d+) experts speak for something, ")
        alike = sum(
            any(far < 0.01 for k, far in enumerate(row) if k != n)
            for facet in found.apart
            for n, row in enumerate(facet)
        )
        (twins,) = said.need(r"(\d+|none) reads? like another of the facet\. ")
        assert (int(speak), int(of)) == (sum(len(e.speaks_for) > 0 for e in found.experts), len(found.experts))
        assert twins == (str(alike) if alike else "none")
        values, chance = said.need(r"([\d,]+) values were found in all; chance would find ([\d.]+)\.$")
        assert int(values.replace(",", "")) == found.found
        assert abs(float(chance) - found.by_chance) < 0.0501
        frame = specialists.experts_frame(found, found.experts)
        assert list(frame["leads in"]) == [expert.events for expert in found.experts]
        for text, expert in zip(frame["speaks for"], found.experts, strict=True):
            assert (text == "nothing told from chance") == (not expert.speaks_for)


@pytest.mark.parametrize("seed", range(20))
def test_marks_are_those_of_the_record(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 3000))
    ways = ["gate", "contribution", "responsibility", "anatomy", "knock_out"]
    few = int(rng.integers(1, n + 1))
    shares = {way: Share(int(rng.integers(0, few + 1)), n) if rng.random() < 0.7 else None for way in ways}
    named = Share(max([0, *(share.right for share in shares.values() if share)]) if seed % 2 else few // 2, n)
    points = rng.uniform(0, 1, (int(rng.integers(1, 5)), 3)).tolist()
    found = Scorecard(n, 1 / 3, 0.8, False, shares, named, float(rng.random()), tuple(Point(*p) for p in points), None)
    check_marks(found)
    check_marks(replace(found, unnamed=0.0))
    sure, drove = rng.random(n), rng.random(n) < 0.5
    of_named = None if seed % 3 == 0 else Share(few // 2, few)
    check_marks(replace(found, driver=Certainty(Share(few, n), of_named, in_tenths(sure, drove))))


def check_marks(found: Scorecard) -> None:
    said = Said(truth.sentence(found))
    (right, of, none) = said.need(rf"\*\*{SHARE}\*\* of ([\d,]+) drivers are named right, {SHARE} get no name; ")
    assert is_share(right, found.named.right / found.named.events)
    assert (of, is_share(none, found.unnamed)) == (f"{found.events:,}", True)
    chance, oracle = said.need(rf"chance is {SHARE}, an observer who knows the step before {SHARE}\. Best: ")
    assert is_share(chance, found.chance)
    assert is_share(oracle, found.oracle)
    rights = {truth.READINGS[way]: share.right for way, share in found.readings.items() if share}
    rights[truth.READINGS["named"]] = found.named.right
    best = listed(said, "(" + "|".join(map(re.escape, rights)) + ")")
    said.need(r"\.$")
    assert best == [way for way, right in rights.items() if right == max(rights.values())]
    curve = Said(truth.by_probability(found))
    curve.need("The likelier a family must be to be named, the fewer are named. With any probability ")
    for point in (found.curve[0], found.curve[-1]):
        covered, right = curve.need(rf"(?:; from {SHARE} on )?{SHARE}(?: are)?, of which {SHARE}(?: right)?")[-2:]
        assert is_share(covered, point.coverage)
        assert is_share(right, point.accuracy)
    curve.need(r"\.$")
    if found.driver is not None:
        check_reliability(found)


def check_reliability(found: Scorecard) -> None:
    said, told = Said(truth.reliability_sentence(found.driver)), found.driver.calibration
    (error, cases) = said.need(rf"What is said is off by {SHARE} on average, over ([\d,]+) events")
    assert is_share(error, told.error)
    assert cases == f"{sum(told.cases):,}"
    if found.driver.of_named is None:
        said.need(r"; none is named\.$")
    else:
        named, right = said.need(rf"; of the ([\d,]+) that get a name, {SHARE} are right\.$")
        assert named == f"{found.driver.of_named.events:,}"
        assert is_share(right, found.driver.of_named.value)


def test_an_interval_is_wilsons():
    z = NormalDist().inv_cdf(0.975)
    for right, n in ((0, 7), (3, 10), (1500, 2000), (40, 40)):
        p = right / n
        middle, half = p + z * z / 2 / n, z * (p * (1 - p) / n + z * z / 4 / n / n) ** 0.5
        assert np.allclose(Share(right, n).interval, np.array([middle - half, middle + half]) / (1 + z * z / n))
