"""What public slice finders find in a table of events, run by `benchmarks.slices` in their own environment.

Each is given one column an attribute, one or two of which a slice may fix, and the least number of events; what it
ranks first by its own measure is printed as JSON with the time and memory that it took. Where an event has several
values of a family its first one stands for them: none of the three takes sets.
"""

import json
import resource
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

GAIN, FIRST = "gain", 10


def sliceline(table: pd.DataFrame, least: int) -> list[list[str]]:
    """Sagadeeva and Boehm, SIGMOD 2021; with its own weight of .95 for the loss no slice of these scores above 0."""
    from sliceline.slicefinder import Slicefinder

    columns = [name for name in table if name != GAIN]
    finder = Slicefinder(alpha=0.999, k=FIRST, max_l=2, min_sup=least, verbose=False)
    finder.fit(table[columns].astype(str).to_numpy(), (1 - table[GAIN]).to_numpy())
    return [
        [f"{name} = {value}" for name, value in zip(columns, row, strict=True) if value is not None]
        for row in finder.top_slices_
    ]


def pysubgroup(table: pd.DataFrame, least: int) -> list[list[str]]:
    """Lemmerich and Becker, ECML PKDD 2018; mean of the loss, weighted by the root of the number of events."""
    import pysubgroup as ps

    data = table.astype({name: str for name in table if name != GAIN}).assign(loss=1 - table[GAIN]).drop(columns=GAIN)
    task = ps.SubgroupDiscoveryTask(
        data, ps.NumericTarget("loss"), ps.create_selectors(data, ignore=["loss"]), result_set_size=FIRST, depth=2,
        qf=ps.StandardQFNumeric(0.5), constraints=[ps.MinSupportConstraint(least)],
    )  # fmt: skip
    found = ps.SimpleDFS().execute(task).to_descriptions()
    return [
        [f"{one.attribute_name} = {one.attribute_value}" for one in getattr(rule, "selectors", [rule])]
        for _, rule in ((entry[0], entry[1]) for entry in found)
    ]


def divexplorer(table: pd.DataFrame, least: int) -> list[list[str]]:
    """Pastor, de Alfaro and Baralis, SIGMOD 2021; by the t statistic of the divergence, redundant ones pruned."""
    from divexplorer import DivergenceExplorer, DivergencePatternProcessor

    columns = [name for name in table if name != GAIN]
    data = table.astype(dict.fromkeys(columns, str))
    found = DivergenceExplorer(data).get_pattern_divergence(
        min_support=least / len(table), attributes=columns, quantitative_outcomes=[GAIN]
    )  # of any number of labels: it knows no limit
    found = found[found["itemset"].map(len) <= 2]
    pruned = DivergencePatternProcessor(found, GAIN).redundancy_pruning(0.01)
    worse = pruned[pruned[f"{GAIN}_div"] < 0].sort_values(f"{GAIN}_t", ascending=False)
    return [[one.replace("=", " = ", 1) for one in itemset] for itemset in worse["itemset"][:FIRST]]


FINDERS = {"sliceline": sliceline, "pysubgroup": pysubgroup, "divexplorer": divexplorer}


def main() -> None:
    """NAME TABLE LEAST: what that finder ranks first."""
    name, file, least = sys.argv[1:]
    table = pd.read_csv(Path(file), dtype=dict.fromkeys(pd.read_csv(Path(file), nrows=0).columns.drop(GAIN), str))
    start = perf_counter()
    found = FINDERS[name](table, int(least))
    answer: dict[str, Any] = {
        "found": found,
        "seconds": perf_counter() - start,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "numpy": np.__version__,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
