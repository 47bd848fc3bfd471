"""Which method says truly which past items matter? `python -m benchmarks.explanations --data FOLDER --model MODEL`.

What `fame verify explanations` measures, as a table against a random order and recency, and what each method costs at
history lengths of 10, 50 and 200 items, or the model's own length where that is shorter.
"""

import argparse
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks import report
from fame.checkpoint.store import load
from fame.data import read
from fame.explain.attribution import METHODS
from fame.explain.faithfulness import Explanations, Row, is_truer, judge
from fame.explain.methods import attribute
from fame.explain.question import WAYS, Question, QuestionError
from fame.home import PROJECT
from fame.model import Model
from fame.ranking.recommend import recommend

SHOWN = ("DEL@1", "DEL@5", "INS@1", "CDCG@1", "POS@10,5", "comprehensiveness", "sufficiency", "area")
LENGTHS = (10, 50, 200)
ROUNDS = 5


def main() -> None:
    """Mark, time, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "movielens-100k")
    parser.add_argument("--model", type=Path, default=PROJECT / "pretrained" / "movielens-100k-fame")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    data, checkpoint = read(chosen.data), load(chosen.model)
    checkpoint.catalog(data)
    name = checkpoint.description.name
    print(f"{name}: marking {len(METHODS)} methods", file=sys.stderr)
    found = judge(checkpoint.model, data, chosen.users, chosen.seed)
    times = {str(length): time(checkpoint.model, length) for length in lengths(checkpoint.model)}
    kept = report.stored("explanations")
    kept[name] = {"data": data.name, "users": found.users, "seed": chosen.seed, "milliseconds": times} | about(found)
    report.keep("explanations", kept)
    report.publish("explanations", text(name, data.name, found, times))


def lengths(model: Model) -> list[int]:
    """At which to time: no longer than the model reads."""
    return sorted({min(length, model.config.length) for length in LENGTHS})


def time(model: Model, length: int) -> dict[str, float | None]:
    """Method -> median milliseconds for one history of so many items; None where it cannot be used."""
    history = (np.random.default_rng(0).permutation(model.config.items - 1)[:length] + 1).tolist()
    question = Question.of(model, history, int(recommend(model, history, 1).items[0]))
    found: dict[str, float | None] = {}
    for method in METHODS:
        try:
            attribute(question, method)  # imports what it needs
        except QuestionError:
            found[method] = None
            continue
        taken = []
        for _ in range(ROUNDS):
            start = perf_counter()
            attribute(question, method)
            taken.append(1000 * (perf_counter() - start))
        found[method] = median(taken)
    return found


def about(found: Explanations) -> dict[str, Any]:
    """What is kept: means and differences over all users, and the verdicts."""
    return {
        "marks": {
            f"{row.method}, {row.way}": {
                measure: {
                    "mean": row.mean[at],
                    "to_recency": vars(row.to_recency[at]) if row.to_recency else None,
                    "to_random": vars(row.to_random[at]) if row.to_random else None,
                }
                for at, measure in enumerate(found.measures)
            }
            for row in found.rows
            if row.group == "all"
        },
        "verdicts": {one.method: {"verdict": one.verdict, "alike": one.alike} for one in found.verdicts},
    }


def text(name: str, data: str, found: Explanations, times: dict[str, dict[str, float | None]]) -> str:
    """A table a way of leaving out, one of the verdicts and times, one of the area by length of history."""
    parts = [
        f"{name} on {data}: why the first recommended item comes first, for the histories of {found.users} users "
        f"before their test item, seed {found.seed}. In brackets the 95 % bootstrap intervals of the paired difference "
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
            *("–" if (ms := of[method]) is None else f"{ms:.1f}" for of in times.values()),
        ]
        for method in METHODS
    ]
    head = ["method", "verdict", "correlation with the original after re-initialising", *(f"ms, {n}" for n in times)]
    return "\n\n".join([*parts, report.table(head, rows), report.on()])


def best_first(found: Explanations, way: str) -> list[Row]:
    """All users, by area."""
    rows = [row for row in found.rows if (row.way, row.group) == (way, "all")]
    return sorted(rows, key=lambda row: row.mean[found.measures.index("area")])


def cell(found: Explanations, row: Row, measure: str) -> str:
    """Mean, and differences where there are any."""
    at = found.measures.index(measure)
    value = f"{row.mean[at]:.3f}"
    if row.to_recency and is_truer(measure, row.to_recency[at]):
        value = f"**{value}**"
    against = [f"{to[at].low:+.3f} to {to[at].high:+.3f}" for to in (row.to_recency, row.to_random) if to]
    return f"{value} ({'; '.join(against)})"


if __name__ == "__main__":
    main()
