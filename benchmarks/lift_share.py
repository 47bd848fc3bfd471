"""How much of what lifts the first item goes with families: `python -m benchmarks.lift_share NAME=MODEL:DATA …`.

For each model, folders as `fame train` and `fame data import` make them, the median over users of the share of what
lifts the first item above the average one, popularity and what goes with no family among it, that goes with families:
with those that were given alone, and with those that are derived from who took what beside them. Families are fitted on
all items at once, so that the share is exact for the model as it stands; what of the item table is explained on items
that were left out of the fit stands beside it.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import report
from fame.checkpoint.store import load
from fame.data import DataSet, leave_one_out, read
from fame.data.batches import pad
from fame.data.derived.derive import derive
from fame.explain.families.anatomy import Anatomy, fit, split
from fame.explain.families.lift import foremost
from fame.heads.registry import head
from fame.model import Model
from fame.runs.execute import execute
from fame.runs.plan import histories

USERS, SEED = 300, 1


@dataclass(frozen=True)
class Lifted:
    """Of the first items of n users."""

    share: np.ndarray  # (n,) of what lifts them that goes with families
    history: np.ndarray  # (n,) the same of what the history lifts them by: popularity, which it does not, aside
    rest: np.ndarray  # (n,) that goes with neither a family nor popularity
    foremost: list[str]  # what lifts each of them most


def main() -> None:
    """Measure, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", metavar="NAME=MODEL:DATA")
    found: dict[str, Any] = report.stored("lift_share").get("models", {})
    for one in parser.parse_args().models:
        name, _, folders = one.partition("=")
        model, colon, data = folders.partition(":")
        if not colon:
            parser.error(f"{one!r} is not NAME=MODEL:DATA")
        found[name] = measured(Path(model), Path(data))
        report.keep("lift_share", {"models": found, "seed": SEED})
    report.publish("lift share", text(found))


def measured(folder: Path, of: Path) -> dict[str, Any]:
    """Of one model, with given families and with derived ones beside them."""
    checkpoint, data = load(folder), read(of)
    derived = derive(of, data)
    whole = replace(data, catalog=derived.onto(checkpoint.catalog(data)))
    told: dict[str, Any] = {"epoch": checkpoint.description.card.get("epoch")}
    for name, families in (("given", whole.catalog.given), ("both", whole.catalog.families)):
        anatomy = fit(checkpoint.model, whole.catalog, [family.name for family in families])
        lifted = first_items(checkpoint.model, anatomy, data)
        parts = {what: lifted.foremost.count(what) / len(lifted.foremost) for what in sorted(set(lifted.foremost))}
        told[name] = {
            "median": float(np.median(lifted.share)),
            "history": float(np.median(lifted.history)),
            "rest": float(np.median(lifted.rest)),
            "users": len(lifted.share),
            "explained": anatomy.explained,
            "foremost": parts,
        }
    return told


@torch.inference_mode()
def first_items(model: Model, anatomy: Anatomy, data: DataSet) -> Lifted:
    """What lifts the item that comes first for users drawn at random."""
    events = leave_one_out(data.histories).test
    rows = np.sort(np.random.default_rng(SEED).permutation(len(events.targets))[:USERS])
    shares, most = [], []  # of families, of these without popularity, of the rest
    for row in rows:
        output = execute(
            model, histories(torch.from_numpy(pad(events.histories, np.array([row]), model.config.length)))
        )
        by = head(model, output)
        first = by.top_k(1, torch.from_numpy(events.histories[int(row)].astype(np.int64))[None]).items
        families = split(model, anatomy, output, first)[0, 0]
        bias = float(by.side.bias[first][0, 0])
        rest = float(by.at(first)[0, 0] - by.reference()[0] - families.sum()) - bias
        lift = foremost(families.tolist(), rest, bias)
        if lift is None:
            continue
        up = float(families.clip(min=0).sum())
        shares.append((up / lift.whole, up / max(up + max(0.0, rest), 1e-9), max(0.0, rest) / lift.whole))
        most.append(anatomy.families[lift.family] if lift.family is not None else lift.source)
    share, history, gone = np.array(shares).T
    return Lifted(share, history, gone, most)


def text(found: dict[str, Any]) -> str:
    """Two rows a model."""
    rows = [
        [name, what, one[kind]["users"]]
        + [f"{one[kind][share]:.2f}" for share in ("median", "history", "rest", "explained")]
        + [", ".join(f"{of} {part:.0%}" for of, part in foremost_three(one[kind]["foremost"]))]
        for name, one in found.items()
        for kind, what in (("given", "given"), ("both", "given and derived"))
    ]
    head = ["model", "families", "users", "share", "of the history's", "of neither", "explained", "lifts it most"]
    return (
        f"{report.table(head, rows)}\n\nMedian share of what lifts the first item, popularity among it, that goes with "
        "families; of the history's: the same of what the history lifts it by, popularity aside, which no history "
        "changes; of neither: what goes with no family and is not popularity; explained: share of the item table's "
        f"variance on items left out of the fit. Users by seed {SEED}. {report.on()}"
    )


def foremost_three(parts: dict[str, float]) -> list[tuple[str, float]]:
    """What most often lifts the first item most, with how often."""
    return sorted(parts.items(), key=lambda of: -of[1])[:3]


if __name__ == "__main__":
    main()
