"""Are a model's explanations true? Methods marked on a sample of users, beside the two orders that look at no model.

What is explained is what the app explains: the first recommended item after each user's history before the test item.
Every number is one a user first; methods are compared user by user, so that intervals are of the paired difference.
The truest method is chosen on one half of the users and judged on the other: the best of several looks better on those
it was chosen on than it is.
"""

from collections.abc import Sequence

import numpy as np
from scipy.stats import bootstrap

from fame.data import DataSet, leave_one_out
from fame.data.split import sample
from fame.explain.past.kinds import BASELINES, KINDS, Method, usable
from fame.explain.past.methods import attribute
from fame.explain.question import Question, QuestionError
from fame.explain.trust.deletion import measure
from fame.explain.trust.randomisation import correlation_by_stage
from fame.explain.trust.records.explanations import (
    IGNORES,
    MEASURES,
    NO_BETTER,
    TRUER,
    UNTESTED,
    Against,
    Explanations,
    MethodRow,
    Truest,
    Verdict,
    is_truer,
)
from fame.explain.trust.sensitivity import sensitivity
from fame.model import Model
from fame.ranking.recommend import recommend
from fame.runs.ways import WAYS

USERS = 200
CHECKED = 20  # users of the two checks that explain again, the first of the sample with enough items to rank
ENOUGH = 4
GROUPS = ((2, 5), (6, 10), (11, 20), (21, 50), (51, 10_000))  # items that are read
LEVEL = 0.95
RESAMPLES = 1_000
# Mean correlation with the original, of either sign, after every layer was re-initialised, from which a method fails:
# values that are turned round tell the same order from the other end, so they too ignore what was learned.
ALIKE = 0.5


def judge(
    model: Model, data: DataSet, users: int = USERS, seed: int = 1, methods: Sequence[Method] | None = None
) -> Explanations:
    """Mark the methods, and random and recency with them, on a seeded sample of users with two items or more.

    Without `methods`, all that can be used with the model.

    Raises
    ------
    QuestionError
        No user has a history that can be explained.
    """
    questions = ask(model, data, users, seed)
    chosen = tuple(dict.fromkeys((*(usable(model.architecture) if methods is None else methods), *BASELINES)))
    found = mark(questions, chosen, seed)
    lengths = np.array([question.length for question in questions])
    groups = {"all": np.full(len(lengths), True)}
    groups |= {name(low, high): (lengths >= low) & (lengths <= high) for low, high in GROUPS}
    rows = tuple(
        row(found, chosen, m, w, group, some, seed)
        for group, some in groups.items()
        for m in range(len(chosen))
        for w in range(len(WAYS))
        if not np.isnan(found[some, m, w, 0]).all()
    )
    long = [question for question in questions if question.length >= ENOUGH][:CHECKED]
    verdicts = tuple(verdict(model, long, method, rows, seed) for method in chosen if method not in BASELINES)
    failed = {one.method for one in verdicts if one.verdict == IGNORES}
    fit = [m for m, method in enumerate(chosen) if not KINDS[method].slow and method not in {*BASELINES, *failed}]
    return Explanations(len(questions), seed, len(long), MEASURES, rows, verdicts, truest(found, chosen, fit, seed))


def ask(model: Model, data: DataSet, users: int, seed: int) -> list[Question]:
    """Why is the first recommended item first? For users drawn by the seed."""
    events = sample(leave_one_out(data.histories).test, users, seed)
    histories = [events.histories[row].tolist() for row in range(len(events.targets))]
    histories = [history for history in histories if len(history) > 1 and len(set(history)) < model.config.items]
    if not histories:
        raise QuestionError(f"No user of {data.name!r} has two items before the last one; there is nothing to explain.")
    return [Question.of(model, history, int(recommend(model, history, 1).items[0])) for history in histories]


def mark(questions: Sequence[Question], methods: Sequence[Method], seed: int) -> np.ndarray:
    """(n, methods, ways, measures); NaN where a method cannot be used."""
    found = np.full((len(questions), len(methods), len(WAYS), len(MEASURES)), np.nan)
    for q, question in enumerate(questions):
        for m, method in enumerate(methods):
            try:
                order = attribute(question, method, seed + q).order
            except QuestionError:  # a history too long for it: the method is marked on the others
                continue
            for w, way in enumerate(WAYS):
                found[q, m, w] = measure(question, order, way)
    return found


def row(
    found: np.ndarray, methods: Sequence[Method], m: int, w: int, group: str, some: np.ndarray, seed: int
) -> MethodRow:
    """The method's means and paired differences over the users of a group for whom it can be used."""
    usable = _usable(found, m, some)
    own = found[usable, m, w]
    to = [
        ()
        if methods[m] == order or (group != "all" and order == "random")
        else differences(own - found[usable, methods.index(order), w], seed)
        for order in BASELINES
    ]
    return MethodRow(methods[m], WAYS[w], group, int(usable.sum()), tuple(map(_short, own.mean(0))), *to)


def truest(found: np.ndarray, methods: Sequence[Method], fit: Sequence[int], seed: int) -> Truest | None:
    """Choose among the methods numbered `fit` on a half of the users drawn by the seed; judge on the others."""
    choosing = np.random.default_rng(seed).permutation(len(found)) < len(found) // 2
    area, way = MEASURES.index("area"), WAYS.index("remove")
    tried = [row(found, methods, m, way, "half", choosing, seed) for m in fit if _usable(found, m, choosing).any()]
    better = [one for one in tried if one.users > 1 and is_truer("area", one.to_recency[area])]
    if not better:
        return None
    best = min(better, key=lambda one: one.mean[area])
    m = methods.index(best.method)
    if not _usable(found, m, ~choosing).any():
        return None
    return Truest(best.method, best.users, row(found, methods, m, way, "half", ~choosing, seed))


def _usable(found: np.ndarray, m: int, some: np.ndarray) -> np.ndarray:
    """(n,) bool: the users among some for whom a method could be used."""
    return np.asarray(some & ~np.isnan(found[:, m, 0, 0]))


def differences(paired: np.ndarray, seed: int) -> tuple[Against, ...]:
    """Paired differences (n, M) -> for each measure the mean and its interval, by resampling users."""
    mean = paired.mean(0)
    low = high = mean  # of one user there is nothing to resample
    if len(paired) > 1:
        interval = bootstrap(
            (paired,), np.mean, n_resamples=RESAMPLES, confidence_level=LEVEL, method="percentile", batch=100,
            rng=np.random.default_rng(seed),
        ).confidence_interval  # fmt: skip
        low, high = interval
    return tuple(Against(*map(_short, one)) for one in zip(low, mean, high, strict=True))


def verdict(
    model: Model, questions: Sequence[Question], method: Method, rows: Sequence[MethodRow], seed: int
) -> Verdict:
    """By the randomisation check, and then by the area under deletion where items are removed, over all users."""
    usable = [question for question in questions if KINDS[method].fits(question.length)]
    found = (
        correlation_by_stage(model, usable, lambda question: attribute(question, method, seed), seed) if usable else {}
    )
    moves = sensitivity(usable, lambda question: attribute(question, method, seed), seed=seed) if usable else None
    if ignores(found):
        return Verdict(method, IGNORES, found, moves)
    own = next((row for row in rows if (row.method, row.way, row.group) == (method, "remove", "all")), None)
    if own is None:
        return Verdict(method, UNTESTED, found, moves)
    truer = is_truer("area", own.to_recency[MEASURES.index("area")])
    return Verdict(method, TRUER if truer else NO_BETTER, found, moves)


def ignores(alike: dict[str, float]) -> bool:
    """Whether a method that was checked stage by stage comes to the same, or its reverse, whatever was learned."""
    return bool(alike) and abs(list(alike.values())[-1]) >= ALIKE


def name(low: int, high: int) -> str:
    """Of a group of lengths."""
    return f"{low}–{high}" if high < GROUPS[-1][1] else f"over {low - 1}"


def _short(x: float) -> float:
    """Six digits: what is stored is read by people, and shipped."""
    return float(f"{x:.6g}")
