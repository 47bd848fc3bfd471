"""Is an audience named where one drove? `python -m benchmarks.planted_audiences [--seeds 1 2 3]`.

A cinema of viewers and films of four audiences, which drive as many choices as the cinema's options say, beside genre,
era and director; which film is whose stands in no table. A model of the default preset is trained, families are derived
from its training part, and every reading is marked twice: with the given families alone, and with what was derived in
play. A seed that was measured is not trained again.
"""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import report
from fame.data import planted
from fame.data.derived.derive import derive
from fame.data.derived.records import AUDIENCE
from fame.explain.trust.records.scorecard import Scorecard
from fame.explain.trust.scorecard import scorecard
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

SHAPE: dict[str, Any] = {"users": 1_500, "items": 300, "audiences": 4}
WAYS = {"given": "given families alone", "both": "and the audience"}


def main() -> None:
    """Make, train, derive, mark, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    found: dict[str, Any] = report.stored("planted_audiences").get("seeds", {})
    for seed in parser.parse_args().seeds:
        if str(seed) not in found:
            with tempfile.TemporaryDirectory() as folder:
                found[str(seed)] = measured(Path(folder), seed)
            report.keep("planted_audiences", {"shape": SHAPE, "seeds": found})
    report.publish("planted audiences", text(found))


def measured(folder: Path, seed: int) -> dict[str, Any]:
    """Of one cinema."""
    data = planted.make(folder / "data", planted.options(**SHAPE, seed=seed))
    trained = train(Run.start(folder / "run", settings(seed=seed), data), data)
    derived = derive(folder / "data", data, seed)
    whole = replace(data, catalog=derived.onto(data.catalog))
    return {
        "audiences": sum(one.level == "wide" for one in derived.audiences),
        "NDCG@10": trained.description.card["metrics"]["test"]["NDCG@10"],
        "epoch": trained.description.card["epoch"],
        "given": marks(scorecard(trained.model, data)),
        "both": marks(scorecard(trained.model, whole)),
    }


def marks(found: Scorecard) -> dict[str, Any]:
    """What is kept of a scorecard: counts of events, the oracle's share, the error of the driver's probability."""
    assert found.driver is not None
    return {
        "events": found.events,
        "oracle": found.oracle,
        "likeliest": found.driver.all.right,
        "named": found.named.right,
        "unnamed": found.unnamed,
        "error": found.driver.calibration.error,
        "by family": {name: [share.right, share.events] for name, share in found.by_family.items()},
    }


def text(found: dict[str, Any]) -> str:
    """A row for either way, over all seeds."""
    names = list(dict.fromkeys(name for one in found.values() for name in one["both"]["by family"]))
    names.sort(key=lambda name: name == AUDIENCE)
    head = [
        "asked of",
        "named / oracle",
        "likeliest / oracle",
        "unnamed",
        "error",
        *(f"{name}: named" for name in names),
    ]
    rows = [[said, *row([one[way] for one in found.values()], names)] for way, said in WAYS.items()]
    audiences = ", ".join(str(one["audiences"]) for one in found.values())
    options = ", ".join(f"{name} {value}" for name, value in SHAPE.items())
    events = sum(one["both"]["events"] for one in found.values())
    return (
        f"{report.table(head, rows)}\n\nplanted-cinema with {options}, else the defaults; seeds {', '.join(found)}: "
        f"{events:,} test events, oracle {np.mean([one['both']['oracle'] for one in found.values()]):.3f}. Audiences "
        f"derived: {audiences}. Shares over all seeds, each seed's in brackets; {names[0]}: named, share of the events "
        f"that {names[0]} drove in which it is named, and so on. NDCG@10 "
        f"{np.mean([one['NDCG@10'] for one in found.values()]):.4f}. {report.on()}"
    )


def row(runs: list[dict[str, Any]], names: list[str]) -> list[str]:
    """Of one way."""

    def of_oracle(what: str) -> str:
        shares = [run[what] / run["events"] / run["oracle"] for run in runs]
        return f"{np.mean(shares):.2f} ({', '.join(f'{share:.2f}' for share in shares)})"

    def by(name: str) -> str:
        right, events = np.sum([run["by family"].get(name, [0, 0]) for run in runs], axis=0)
        return f"{right / events:.3f}" if events else "–"

    mean = [f"{np.mean([run[what] for run in runs]):.2f}" for what in ("unnamed", "error")]
    return [of_oracle("named"), of_oracle("likeliest"), *mean, *map(by, names)]


if __name__ == "__main__":
    main()
