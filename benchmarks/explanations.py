"""Which method says truly which past items matter? `python -m benchmarks.explanations --data FOLDER --model MODEL`.

What `fame verify explanations` measures, as a table against a random order and recency, and what each method costs at
history lengths of 10, 50 and 200 items; at a length that the model does not read, in an untrained model of its shape
that does, since what it learned takes no time. `--time` only times the methods, on an idle machine, and keeps what was
marked before.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from pydantic import TypeAdapter

from benchmarks import report
from benchmarks.data import bring
from fame.checkpoint.store import load
from fame.explain import stored
from fame.explain.past.kinds import METHODS
from fame.explain.past.methods import attribute
from fame.explain.question import Question, QuestionError
from fame.explain.trust.faithfulness import judge
from fame.explain.trust.records.explanations import Explanations, MethodRow, is_truer
from fame.home import PROJECT
from fame.model import Model, build
from fame.ranking.recommend import recommend
from fame.runs.ways import WAYS

SHOWN = ("DEL@1", "DEL@5", "INS@1", "CDCG@1", "POS@10,5", "comprehensiveness", "sufficiency", "area")
LENGTHS = (10, 50, 200)
ROUNDS = 5
LONG = 5.0  # seconds: what takes longer is timed once


def main() -> None:
    """Mark, time, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "movielens-100k")
    parser.add_argument("--model", type=Path, default=PROJECT / "pretrained" / "movielens-100k-fame")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time", action="store_true", help="only time the methods again")
    chosen = parser.parse_args()
    data, checkpoint = bring(chosen.data), load(chosen.model)
    checkpoint.catalog(data)
    kept = report.stored("explanations")
    known = kept.setdefault(data.name, {})
    if not chosen.time:
        print(f"{data.name}: marking {len(METHODS)} methods", file=sys.stderr)
        found = judge(checkpoint.model, data, chosen.users, chosen.seed)
        known |= {"seed": chosen.seed, "model": checkpoint.description.fingerprint, "found": stored.as_json(found)}
    elif known.get("model") != checkpoint.description.fingerprint:
        parser.error("this model was not marked yet; leave out --time first")
    known["milliseconds"] = {str(length): time(reading(checkpoint.model, length), length) for length in LENGTHS}
    report.keep("explanations", kept)
    found = TypeAdapter(Explanations).validate_python(known["found"])
    report.publish(f"explanations {data.name}", text(data.name, chosen.seed, found, known["milliseconds"]))


def reading(model: Model, length: int) -> Model:
    """The model, or where it does not read so many items an untrained one of its shape that does."""
    if model.config.length >= length:
        return model
    return build(model.config.model_copy(update={"length": length})).eval().requires_grad_(False)


def time(model: Model, length: int) -> dict[str, float | None]:
    """Method -> median milliseconds for one history of so many items; None where it cannot be used."""
    history = (np.random.default_rng(0).permutation(model.config.items - 1)[:length] + 1).tolist()
    question = Question.of(model, history, int(recommend(model, history, 1).items[0]))
    found: dict[str, float | None] = {}
    for method in METHODS:
        start = perf_counter()
        try:
            attribute(question, method)  # imports what it needs
        except QuestionError:
            found[method] = None
            continue
        taken, rounds = [], ROUNDS if perf_counter() - start < LONG else 1
        for _ in range(rounds):
            start = perf_counter()
            attribute(question, method)
            taken.append(1000 * (perf_counter() - start))
        found[method] = median(taken)
    return found


def text(data: str, seed: int, found: Explanations, times: dict[str, dict[str, float | None]]) -> str:
    """A table a way of leaving out, one of the verdicts and times, one of the area by length of history."""
    parts = [
        f"FAME on {data}: why the first recommended item comes first, for the histories of {found.users} users "
        f"before their test item, seed {seed}. In brackets the 95 % bootstrap intervals of the paired difference "
        "to recency and to a random order; bold: truer than recency beyond noise. Of INS and comprehensiveness higher "
        "is truer, of all others lower."
    ]
    for way in WAYS:
        rows = [[row.method, row.users, *(cell(found, row, m) for m in SHOWN)] for row in best_first(found, way)]
        how = "removed, the others move up" if way == "remove" else "masked in place"
        parts.append(f"Items {how}:\n\n" + report.table(["method", "users", *SHOWN], rows))
    groups = list(dict.fromkeys(row.group for row in found.rows if row.group != "all"))
    rows = []
    for row in best_first(found, "remove"):
        of = [found.row(row.method, "remove", group) for group in groups]
        rows.append([row.method, *("–" if one is None else f"{cell(found, one, 'area')}, n {one.users}" for one in of)])
    parts.append("Area under deletion by items in the history (removed):\n\n" + report.table(["method", *groups], rows))
    verdicts = {one.method: one for one in found.verdicts}
    rows = [
        [
            method,
            one.verdict if (one := verdicts.get(method)) else "to be beaten",
            ", ".join(f"{stage} {value:+.2f}" for stage, value in one.alike.items()) if one else "–",
            f"{one.sensitivity:.2f}" if one and one.sensitivity is not None else "–",
            *("–" if (ms := of[method]) is None else f"{ms:.1f}" for of in times.values()),
        ]
        for method in METHODS
    ]
    head = ["method", "verdict", "correlation with the original after re-initialising", "max-sensitivity"]
    head += [f"ms, {n}" for n in times]
    return "\n\n".join([*parts, report.table(head, rows), report.on()])


def best_first(found: Explanations, way: str) -> list[MethodRow]:
    """All users, by area."""
    rows = [row for row in found.rows if (row.way, row.group) == (way, "all")]
    return sorted(rows, key=lambda row: row.mean[found.measures.index("area")])


def cell(found: Explanations, row: MethodRow, measure: str) -> str:
    """Mean, and differences where there are any."""
    at = found.measures.index(measure)
    value = f"{row.mean[at]:.3f}"
    if row.to_recency and is_truer(measure, row.to_recency[at]):
        value = f"**{value}**"
    against = [f"{to[at].low:+.3f} to {to[at].high:+.3f}" for to in (row.to_recency, row.to_random) if to]
    return f"{value} ({'; '.join(against)})"


if __name__ == "__main__":
    main()
