"""Does the driver name what a history was made to share? `python -m benchmarks.shared_value [--data F --model M]`.

Real data have no truth, but a history can be made to have one: all its items share one value of one family, and as
little as possible of the others (one decade across genres, one genre across decades). Where the ranking responds, so
that the first ten hold more items of that value than after other histories, the driver of those items should be that
family. Beside it stand the facet with the largest gate and the one with the largest contribution. The probability that
the family drove them is asked again after the same history with half of its items, and with all of them, exchanged for
items without the value: it should fall.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from benchmarks import report
from fame.checkpoint.store import load
from fame.data import Catalog, DataSet, read
from fame.explain.families.anatomy import Anatomy, fit
from fame.explain.families.driver import Evidence, name_driver
from fame.explain.families.evidence import evidence
from fame.home import PROJECT
from fame.model import Model
from fame.ranking.recommend import recommend

LENGTH = 6  # items of a history
TRIES = 40  # drawn histories of which the most mixed one is taken
TOP = 10
EXCHANGED = (0, LENGTH // 2, LENGTH)  # items of a history
SURE = 0.05  # of the binomial test that a ranking responds


@dataclass(frozen=True)
class MadeData:
    """A history whose items share a value."""

    family: str
    value: str
    items: list[int]
    others: list[int]  # as many without that value, to stand in place of the items

    def without(self, many: int) -> list[int]:
        """The history with so many of its items, the newest of them first, exchanged."""
        kept = LENGTH - many
        return self.items[:kept] + self.others[kept:]


def main() -> None:
    """Make histories, ask, mark, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=PROJECT / "data" / "movielens-100k")
    parser.add_argument("--model", type=Path, default=PROJECT / "pretrained" / "movielens-100k-fame")
    parser.add_argument("--histories", type=int, default=300, help="of each family")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    data, model = read(chosen.data), load(chosen.model).model
    rng = np.random.default_rng(chosen.seed)
    anatomy = fit(model, data.catalog)
    found = {
        family.name: mark(model, anatomy, data, [make(data, family.name, rng) for _ in range(chosen.histories)])
        for family in data.catalog.families
    }
    about = {"model": chosen.model.name, "histories": chosen.histories, "seed": chosen.seed}
    report.keep("shared_value", found | about)
    report.publish("shared value", text(found, chosen.model.name, chosen.histories, chosen.seed))


def make(data: DataSet, family: str, rng: np.random.Generator) -> MadeData:
    """A value that enough items have, and the most mixed of some draws of its items, drawn by popularity."""
    catalog = data.catalog
    seen = np.bincount(data.histories.items, minlength=len(catalog) + 1)
    holders: dict[str, list[int]] = {}
    for item in range(1, len(catalog) + 1):
        for value in catalog.values(family, item):
            holders.setdefault(value, []).append(item)
    values = sorted(value for value, items in holders.items() if len(items) >= 3 * LENGTH)
    value = values[int(rng.integers(len(values)))]
    items, weight = np.array(holders[value]), seen[holders[value]] + 1.0
    draws = [rng.choice(items, LENGTH, replace=False, p=weight / weight.sum()).tolist() for _ in range(TRIES)]
    rest = np.setdiff1d(np.arange(1, len(catalog) + 1), holders[value])
    among = seen[rest] + 1.0
    others = rng.spawn(1)[0].choice(rest, LENGTH, replace=False, p=among / among.sum()).tolist()
    return MadeData(family, value, min(draws, key=lambda drawn: shared(catalog, family, value, drawn)), others)


def shared(catalog: Catalog, family: str, value: str, items: list[int]) -> float:
    """How much the items have in common besides that value: the largest share of them with one other value."""
    others = Counter(
        (other.name, its)
        for item in items
        for other in catalog.families
        for its in catalog.values(other.name, item)
        if (other.name, its) != (family, value)
    )
    return max(others.values(), default=0) / len(items)


def mark(model: Model, anatomy: Anatomy, data: DataSet, histories: list[MadeData]) -> dict[str, Any]:
    """Over the first ten items that have the value, of the rankings that respond: who names the family."""
    catalog, facets = data.catalog, model.config.facets
    ranked = [recommend(model, made.items, TOP) for made in histories]
    has = [[made.value in catalog.values(made.family, int(item)) for item in answer.items] for made, answer in
           zip(histories, ranked, strict=True)]  # fmt: skip
    usual: dict[str, float] = {}
    for value in {made.value for made in histories}:
        others = [answer for made, answer in zip(histories, ranked, strict=True) if made.value != value]
        family = histories[0].family
        usual[value] = float(
            np.mean([value in catalog.values(family, int(item)) for answer in others for item in answer.items])
        )
    right: Counter[str] = Counter()
    chances: list[np.ndarray] = []  # (items, EXCHANGED)
    cases = responding = 0
    for made, answer, holds in zip(histories, ranked, has, strict=True):
        if binomtest(sum(holds), len(holds), usual[made.value], "greater").pvalue > SURE:
            continue
        responding += 1
        rows = np.flatnonzero(holds)
        asked = [evidence(model, anatomy, made.without(many), answer.items[rows].tolist()) for many in EXCHANGED]
        chances.append(np.array([[chance(one, made.family) for one in told] for told in asked]).T)
        told = asked[0]
        for row, one in zip(rows, told, strict=True):
            driver = name_driver(one)
            cases += 1
            right["driver"] += driver is not None and driver.name == made.family
            right["none"] += driver is None
            right["anatomy"] += one.families[int(one.parts.argmax())] == made.family
            right["knock-out"] += one.families[int(one.mean.argmax())] == made.family
            if facets:
                right["contribution"] += facets[int(answer.contributions[row].argmax())] == made.family
                right["gate"] += facets[int(answer.gate[-1].argmax())] == made.family
    names = ["driver", "none", "anatomy", "knock-out", *(["contribution", "gate"] if facets else [])]
    of = np.concatenate(chances) if chances else np.full((1, len(EXCHANGED)), np.nan)
    counts = {"histories": len(histories), "responding": responding, "cases": cases} | {n: right[n] for n in names}
    return counts | {"probability": of.mean(0).tolist(), "falls": float((of[:, -1] < of[:, 0]).mean())}


def chance(found: Evidence, family: str) -> float:
    """With what probability the family drove it."""
    return dict(found.chances.ranked)[family] if found.chances else np.nan


def text(found: dict[str, Any], model: str, histories: int, seed: int) -> str:
    """A row a family."""
    rows = [
        [
            family,
            f"{one['responding']} of {one['histories']}",
            one["cases"],
            *(share(one, name) for name in ("gate", "contribution", "anatomy", "knock-out", "driver", "none")),
            f"{one['driver'] / max(1, one['cases'] - one['none']):.2f}",
            ", ".join(f"{p:.2f}" for p in one["probability"]),
            f"{one['falls']:.2f}",
        ]
        for family, one in found.items()
    ]
    head = ["shared", "rankings that respond", "items", "gate", "contribution", "anatomy", "knock-out", "driver"]
    return (
        f"{model}: {histories} histories of {LENGTH} items a family, seed {seed}. Share of the items in responding "
        "rankings for which the shared family is named, and its 95 % interval. Last, the mean probability that it "
        f"drove them: after the history, and with {EXCHANGED[1]} and {EXCHANGED[2]} of its items exchanged for items "
        "without the value; and the share of the items for which it is lower with all exchanged.\n\n"
        + report.table([*head, "no driver", "right of those named", "probability", "falls"], rows)
    )


def share(one: dict[str, Any], name: str) -> str:
    """With Wilson's interval."""
    if name not in one or not one["cases"]:
        return "–"
    low, high = binomtest(one[name], one["cases"]).proportion_ci(0.95, "wilson")
    return f"{one[name] / one['cases']:.2f} ({low:.2f}–{high:.2f})"


if __name__ == "__main__":
    main()
