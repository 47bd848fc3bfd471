"""How often are several past items claimed that a method does not mean? `python -m benchmarks.claims`.

A method's values are shuffled over the history, so that what it proposes is drawn by lot, and the claim is tested as
the app tests it. It may be made in 5 % of histories at most, all sizes together, whichever way items are left out:
occlusion's proposals are tested by masking, attention's by removing.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from benchmarks import report
from fame.checkpoint.description import describe
from fame.checkpoint.store import load
from fame.data import DataSet, leave_one_out, read
from fame.explain.past.claim import CLAIM_LEVEL, together
from fame.explain.past.kinds import Method
from fame.explain.past.methods import attribute
from fame.explain.past.records import most_first
from fame.explain.question import Question
from fame.home import PROJECT
from fame.model import Model
from fame.ranking.recommend import recommend

TESTED: tuple[Method, ...] = ("occlusion-remove", "attention")
SHORTEST = 10  # items, of which there are enough pairs to draw others by lot
HISTORIES = 200
SEED = 1


def main() -> None:
    """Shuffle, test, count, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", type=Path, default=sorted((PROJECT / "pretrained").glob("*/")))
    parser.add_argument("--histories", type=int, default=HISTORIES)
    chosen = parser.parse_args()
    rows = []
    for folder in chosen.models:
        data, model = read(PROJECT / "data" / describe(folder).dataset), load(folder).model
        questions = ask(model, data, chosen.histories)
        for method in TESTED:
            made = [claimed(question, method, seed) for seed, question in enumerate(questions)]
            rows.append((folder.name, method, len(made), sum(made)))
            print(*rows[-1], flush=True)
    report.keep("claims", {"seed": SEED, "rows": rows})
    report.publish("claims", text(rows))


def ask(model: Model, data: DataSet, most: int) -> list[Question]:
    """Why is the first recommended item first? For users drawn by the seed whose histories are long enough."""
    events = leave_one_out(data.histories).test
    rows, found = np.random.default_rng(SEED).permutation(len(events.targets)), []
    for row in rows:
        history = events.histories[row].tolist()
        if min(len(history), model.config.length) >= SHORTEST and len(set(history)) < model.config.items:
            found.append(Question.of(model, history, int(recommend(model, history, 1).items[0])))
        if len(found) == most:
            break
    return found


def claimed(question: Question, method: Method, seed: int) -> bool:
    """Whether two or three items would be claimed, had they come out of the shuffled values."""
    found = attribute(question, method)
    values = np.random.default_rng((SEED, seed)).permutation(found.values)
    shuffled = replace(found, values=values, order=most_first(values))
    return any(proposed.holds for proposed in together(question, shuffled, seed))


def text(rows: list[tuple[str, Method, int, int]]) -> str:
    """The table, and all of it together."""
    n, made = sum(row[2] for row in rows), sum(row[3] for row in rows)
    lines = [[*row[:3], *share(*row[:1:-1])] for row in rows]
    head = ["model", "method", "histories", "claimed", "share", "95 % interval"]
    lead = f"At most {CLAIM_LEVEL:.0%} may be claimed by chance. Histories of users drawn by seed {SEED}."
    whole = [["all", "", n, *share(made, n)]]
    return f"{lead}\n\n{report.table(head, [*lines, *whole])}\n\n{report.on()}".replace("5%", "5 %")


def share(made: int, n: int) -> tuple[str, str, str]:
    """How many, the share in percent, and its exact interval."""
    low, high = binomtest(made, n).proportion_ci(0.95, method="exact")
    return str(made), f"{100 * made / n:.1f} %", f"{100 * low:.1f} to {100 * high:.1f} %"


if __name__ == "__main__":
    main()
