"""How likely could a driver be, at best? `python -m benchmarks.driver_ceiling`.

On the shapes of `driver_probability`, without a model: an observer that knows how a shape was made, but not what drove,
is marked as models are there. Where `benchmarks.driver_events` has asked a model, it stands beside the observer: how
much of what lies between popularity and the observer, in log p of what users took, the model has learned, and how the
shipped probabilities do.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.driver_events import Found, known, last
from benchmarks.driver_probability import marks, taken, usual
from benchmarks.shape_observer import known_items, observe, told_items
from benchmarks.shapes import make, shape
from fame.data.oracle import oracle
from fame.explain.families.driver import NAMED
from fame.explain.families.probability import judged
from fame.explain.trust.scorecard import drivers, in_tenths

DRAWS = 200
MARKS = ("log_p", "likeliest", "named", "right", "error")
FILE = report.RESULTS / "driver_ceiling.json"

Row = dict[str, Any]


def main() -> None:
    """Observe, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", type=int, default=41)
    chosen = parser.parse_args()
    kept = {row["seed"]: row for row in json.loads(FILE.read_text())["shapes"]} if FILE.exists() else {}
    models = known()
    for seed in range(1, chosen.shapes + 1):
        if seed not in kept:
            kept[seed] = ceiling(seed)
            report.keep("driver_ceiling", {"shapes": list(kept.values())})
            print(seed, kept[seed], flush=True)
        if seed in models:
            kept[seed]["model"] = of_model(models[seed], kept[seed])
    rows = [kept[seed] for seed in sorted(kept)]
    report.keep("driver_ceiling", {"shapes": rows})
    report.publish("driver ceiling", told(rows))


def ceiling(seed: int) -> Row:
    """What can be known on a shape."""
    chosen = shape(seed)
    with tempfile.TemporaryDirectory() as folder:
        data = make(Path(folder) / f"shape{seed}", chosen)
        events = last(data, np.random.default_rng(seed))
        best, truth = float(oracle(data)["oracle"]), drivers(data, events.users)
        found: Row = {"seed": seed, "events": len(truth), "oracle": best}
        for name, items in (("told", told_items(chosen, data)), ("all", known_items(chosen))):
            seen = observe(chosen, data, events.users, items)
            found[name] = dict(zip(MARKS, marks(seen.drove, truth, best), strict=True))
            found[name] |= {"taken": float(seen.log_p.mean()), "popularity": float(seen.popularity.mean())}
            if name == "all":
                found["by_chance"] = by_chance(seen.drove, seed)
    return found


def by_chance(drove: np.ndarray, seed: int) -> float:
    """The calibration error of probabilities that are true, drawn (n, A + 1) at this many events."""
    rng, sure = np.random.default_rng(seed), drove[:, :-1].max(1)
    return float(np.mean([in_tenths(sure, rng.random(len(sure)) < sure).error for _ in range(DRAWS)]))


def of_model(found: Found, row: Row) -> Row:
    """The shipped probabilities' marks, and how much the model has learned."""
    p = judged(taken(found, "parts"), taken(found, "fall"), usual(found))
    marked = dict(zip(MARKS, marks(p, found["truth"], row["oracle"]), strict=True))
    floor, most = row["all"]["popularity"], row["all"]["taken"]
    return marked | {"learned": (float((taken(found, "logp") - found["left"]).mean()) - floor) / (most - floor)}


def told(rows: Sequence[Row]) -> str:
    """Means, and a row a shape."""
    head = ["shape", "families", "noise", "unknown", "wishes", "oracle", "told", "all", "model", "learned"]
    cells = [line(row) for row in rows]
    mean = {who: np.mean([[row[who][name] for name in MARKS] for row in rows], 0) for who in ("told", "all")}
    modelled = [row["model"] for row in rows if "model" in row]
    several = [["told by the catalog", *shown(mean["told"])], ["knows every item", *shown(mean["all"])]]
    means = report.table(["observer", "likeliest / oracle", "named / oracle", "right of those named", "error"], several)
    lead = (
        f"{len(rows)} shapes, {sum(row['events'] for row in rows):,} last interactions; the observer knows how each "
        f"was made, not what drove. Named from p = {NAMED}. Shares of the oracle's, means over shapes. Probabilities "
        f"that are true have a calibration error of {np.mean([row['by_chance'] for row in rows]):.3f} a shape, by the "
        "chance of so few events alone."
    )
    text = f"{lead}\n\n{means}\n\nEach shape: likeliest and named, over the oracle's share.\n\n"
    if modelled:
        learned = np.mean([one["learned"] for one in modelled])
        text += (
            f"The model, on the {len(modelled)} shapes where one was asked, has learned {learned:.2f} of the nats "
            "between the true popularity and the observer that knows every item, of what was not yet taken; its "
            "probabilities are by the weights that ship, which were fitted on these shapes, too.\n\n"
        )
    return f"{text}{report.table(head, cells)}\n\n{report.on()}"


def line(row: Row) -> list[str]:
    """Cells of a shape."""
    chosen = shape(row["seed"])
    model = row.get("model")
    return [
        str(row["seed"]), str(len(chosen.values)), f"{chosen.noise:.2f}", f"{chosen.unknown:.2f}",
        "yes" if chosen.wishes else "no", f"{row['oracle']:.2f}", pair(row["told"]), pair(row["all"]),
        pair(model) if model else "", f"{model['learned']:.2f}" if model else "",
    ]  # fmt: skip


def pair(of: Row) -> str:
    """Likeliest and named."""
    return f"{of['likeliest']:.2f}, {of['named']:.2f}"


def shown(values: np.ndarray) -> list[str]:
    """Of `MARKS` all but the first."""
    return [*(f"{value:.2f}" for value in values[1:4]), f"{values[4]:.3f}"]


if __name__ == "__main__":
    main()
