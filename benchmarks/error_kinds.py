"""Does every rule for a kind of errors find its failure? `python -m benchmarks.error_kinds`.

Events that the shipped model of the planted cinema gets right are made wrong, each by one failure that is known, and
their trace is told kinds by `fame.error_analysis`. Each kind's failure is planted where the rule does not look itself:
in item vectors, in the popularity part, in the history, in what is taken. Two failures that no rule tried finds are
planted, too: an error of theirs is to be called unexplained.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch

from benchmarks import report
from benchmarks.planted_errors import Cinema, cinema, noisy_facet, side_of
from fame.data import Events, Histories
from fame.data.attributes import attributes
from fame.error_analysis.events import CUT, TracedEvents
from fame.error_analysis.kinds import KINDS
from fame.error_analysis.prepare import prepare
from fame.ranking.evaluation import blocks, ranks, together
from fame.trace.batch import tell
from fame.trace.records import TraceAbout
from fame.trace.subject import Subject
from fame.trace.table import table

VIEWERS, SEED = 12_000, 1
WEAK = 0.35  # noise of item vectors that moves a truth by a few places, in their standard deviation
CROWD = 2.0  # nats by which one standard deviation of log popularity lifts an item that is too popular
STRONG = 4.0  # noise of a facet that overrules the others
FOUND = 0.5  # share of a failure that its rule must find, and of what the rule names that must be its failure


@dataclass(frozen=True)
class Made:
    """A model and events in which one failure is planted."""

    subject: Subject
    events: Events


Plant = Callable[[Cinema, Subject, Events, np.random.Generator], Made]


def near_miss(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """Weak noise on all item vectors."""
    own = subject.side.table
    noise = torch.from_numpy(rng.standard_normal(own.shape).astype(np.float32))
    return Made(with_table(of, subject, own + WEAK * own[1:].std(0) * noise), events)


def too_popular(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """Popular films are lifted far more than they were."""
    seen = torch.from_numpy(np.log1p(of.counts[1:])).float()
    bias = subject.side.bias.clone()
    bias[1:] += CROWD * (seen - seen.mean()) / seen.std()
    return Made(replace(subject, side=replace(subject.side, bias=bias)), events)


def facet_is_noise(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """Strong noise in one facet's slice of the item vectors; "without one facet it enters" finds half of it only."""
    side = noisy_facet(of.model, subject.side.table.clone(), int(rng.integers(3)), rng, STRONG)
    return Made(with_side(subject, side), events)


def newest_took_over(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """A film that was clicked by mistake."""
    return Made(subject, appended(events, 1, len(subject.catalog), rng))


def cold_truth(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """Films that training has hardly seen: a vector near where it began, and a count of four at most."""
    own, films, counts = subject.side.table.clone(), np.unique(events.targets), subject.counts.copy()
    own[films] = 0.1 * own[1:].std(0) * torch.from_numpy(rng.standard_normal((len(films), own.shape[1]))).float()
    counts[films] = rng.integers(0, 5, len(films))
    return Made(replace(with_table(of, subject, own), counts=counts), events)


def out_of_window(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """So many films drawn by lot after the past that nothing else is read any more."""
    return Made(subject, appended(events, of.model.config.length, len(subject.catalog), rng))


def right_genre(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """The vectors of the films of each genre, shuffled; "the first ten are like it" holds in all failures as often."""
    own, found = subject.side.table.clone(), attributes(subject.catalog, "genre")
    for genre in range(len(found.values)):
        films = found.having(genre)
        own[films] = own[rng.permutation(films)]
    return Made(with_table(of, subject, own), events)


def whim(of: Cinema, subject: Subject, events: Events, rng: np.random.Generator) -> Made:
    """What is taken is drawn by lot."""
    targets = np.array([unseen(past, 1, len(subject.catalog), rng)[0] for past in pasts(events)], np.int32)
    return Made(subject, Events(events.users, events.histories, targets))


BY_GENRE = "vectors shuffled in each genre"
FAILURES: dict[str, Plant] = {
    "near miss": near_miss,
    "too popular": too_popular,
    "newest item took over": newest_took_over,
    "cold truth": cold_truth,
    "out of window": out_of_window,
    "a facet is noise": facet_is_noise,
    BY_GENRE: right_genre,
    "drawn by lot": whim,
}
RULED = {rule.name for rule in KINDS if rule.needs}


def own(kind: str) -> list[str]:
    """The failures that a kind is to be named for."""
    return [kind] if kind in RULED else [failure for failure in FAILURES if failure not in RULED]


def with_side(subject: Subject, side: object) -> Subject:
    """Another item side, also without popularity."""
    bare = replace(side, bias=torch.zeros_like(side.bias))  # type: ignore[type-var, attr-defined]
    return replace(subject, side=side, unpopular=bare, norms=side.table.norm(dim=1).clamp_min(1e-20))  # type: ignore[arg-type, attr-defined]


def with_table(of: Cinema, subject: Subject, own: torch.Tensor) -> Subject:
    """Another item table; the histories are read with the one that the model has."""
    return with_side(subject, side_of(of.model, own))


def pasts(events: Events) -> list[np.ndarray]:
    """The history of each event."""
    return [events.histories[k] for k in range(len(events.targets))]


def unseen(past: np.ndarray, count: int, items: int, rng: np.random.Generator) -> np.ndarray:
    """So many films that are not in a history."""
    return rng.choice(np.setdiff1d(np.arange(1, items + 1), past), count, replace=False)


def appended(events: Events, count: int, items: int, rng: np.random.Generator) -> Events:
    """So many films drawn by lot after each history, the truth not among them."""
    longer = [
        np.concatenate([past, unseen(np.append(past, target), count, items, rng)]).astype(np.int32)
        for past, target in zip(pasts(events), events.targets, strict=True)
    ]
    return Events(events.users, together_again(longer), events.targets)


def together_again(histories: list[np.ndarray]) -> Histories:
    """Histories one after the other."""
    return Histories(np.concatenate(histories), np.concatenate([[0], np.cumsum([len(one) for one in histories])]))


def traced(of: Cinema, made: Made) -> TracedEvents:
    """The events' trace, as `fame.trace` makes it, in memory."""
    lengths, told = made.events.histories.lengths, []
    for block in blocks(len(lengths)):
        for rows in together(of.model, lengths[block]):
            told.append((block[rows], tell(made.subject, made.events, block[rows])))
    n, config = len(lengths), of.model.config
    about = TraceAbout(
        model="", data="", model_name="", dataset="", split="test", repeats="drop", facets=tuple(config.facets),
        families=("genre", "era", "director"), experts=config.experts, items=config.items, window=config.length,
        events=n, counted=n, popularity=True,
    )  # fmt: skip
    users = [of.data.users[user] for user in made.events.users]
    rows = table(made.subject, users, made.events, told, 0, True, np.full(n, np.nan))
    return prepare(rows.to_batches(), about, made.subject.catalog)


def measured() -> dict[str, object]:
    """Every failure's wrong events: how many have the tag, and what kind comes first."""
    rng, of = np.random.default_rng(SEED), cinema(VIEWERS)
    subject = replace(Subject.of(of.model, of.data, "drop"), counts=of.counts.astype(np.int32))
    right = np.flatnonzero(ranks(of.model, of.events) <= CUT)
    newest = of.events.histories.items[of.events.histories.offsets[1:] - 1][right]
    genre = attributes(of.data.catalog, "genre").of(np.arange(len(of.data.catalog) + 1))[:, 0]
    same = genre[newest] == genre[of.events.targets[right]]
    each = len(right) // len(FAILURES)
    by_genre = rng.permutation(right[same])[:each]  # where the genre is right to begin with
    others = iter(np.array_split(rng.permutation(np.setdiff1d(right, by_genre)), len(FAILURES) - 1))
    kinds, tagged, wrong = {}, {}, {}
    for name, plant in FAILURES.items():
        rows = by_genre if name == BY_GENRE else next(others)
        found = traced(of, plant(of, subject, of.events.only(np.sort(rows)), rng))
        failed = found.rank > CUT
        assert found.tags is not None
        kinds[name] = np.bincount(found.kind[failed], minlength=len(KINDS) + 1)[1:].tolist()
        tagged[name] = [int(((found.tags[failed] >> k) & 1).sum()) for k in range(len(KINDS))]
        wrong[name] = int(failed.sum())
    return {"kinds": kinds, "tags": tagged, "wrong": wrong}


def show(found: dict[str, dict[str, list[int]]]) -> str:
    """Recall and precision of every rule, then what each failure is called."""
    names = [rule.name for rule in KINDS]
    share = {name: np.array(found["kinds"][name]) / max(1, found["wrong"][name]) for name in FAILURES}  # type: ignore[call-overload]
    tag = {name: np.array(found["tags"][name]) / max(1, found["wrong"][name]) for name in FAILURES}  # type: ignore[call-overload]
    rows = []
    for k, name in enumerate(names):
        mine = own(name)
        cells = [f"{sum(found['wrong'][one] for one in mine):,}"]
        for of in (tag, share):
            hit, every = sum(of[one][k] for one in mine), sum(of[one][k] for one in FAILURES)
            cells += [f"{hit / len(mine):.0%}", f"{hit / max(1e-9, every):.0%}"]
        rows.append((name, *cells))
    text = "Of events made wrong by one known failure, as many of each:\n\n"
    text += report.table(
        ("kind", "made wrong", "has the tag", "right of the tag", "is the kind", "right of the kind"), rows
    )
    text += (
        "\n\n*Has the tag*, *is the kind*: share of a failure's wrong events that its rule matches, and for which it "
        "is the first that does. *Right of*: share of all events that the rule matches, or names, which are its "
        "failure's, each failure weighing the same. A truth that falls to 11th to 20th is a near miss first, whatever "
        "else it is. Unexplained is to be what no rule is made for: the last three failures below.\n\n"
        "What each failure (row) is called, in %:\n\n"
    )
    text += report.table(("failure", *names), [(one, *(f"{100 * s:.0f}" for s in share[one])) for one in FAILURES])
    return f"{text}\n\n{report.on()}"


def main() -> None:
    """Measure, keep, publish."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    torch.set_num_threads(1)
    found = measured()
    report.keep("error_kinds", found)
    report.publish("error kinds", show(found))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
