"""What deriving families takes: `python -m benchmarks.derived`.

Made-up interactions, ten a user, most of them with items of the user's own community, drawn by Zipf's law; each size in
a process of its own, whose peak memory is taken at the end. Reading the data and deriving from them are timed apart.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import report
from fame.data import read
from fame.data.derived.derive import derive

SIZES = ((10_000, 300_000), (100_000, 3_000_000), (1_000_000, 30_000_000))  # items, interactions
COMMUNITIES, OWN = 6, 0.7  # and the share of a user's items that are of the user's own
SEED = 1


def main() -> None:
    """Make, derive, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1][0], help="items of the largest size that is measured")
    parser.add_argument("--cell", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.cell:
        if chosen.make:
            make(chosen.cell, *chosen.make)
        else:
            print(json.dumps(cell(chosen.cell)))
        return
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for items, interactions in (size for size in SIZES if size[0] <= chosen.most):
            data = Path(folder) / f"{items}"
            command = [sys.executable, "-m", "benchmarks.derived", "--cell", str(data)]
            # A process begins with the peak of the one that starts it, so that this one holds nothing.
            subprocess.run([*command, "--make", str(items), str(interactions)], check=True)
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            found.append({"items": items, "interactions": interactions} | json.loads(run.stdout.splitlines()[-1]))
            print(found[-1], file=sys.stderr)
    report.keep("derived", {"sizes": found, "seed": SEED})
    report.publish("derived", text(found))


def make(folder: Path, items: int, interactions: int) -> None:
    """A data-set folder."""
    folder.mkdir()
    rng = np.random.default_rng(SEED)
    users = np.sort(rng.integers(0, interactions // 10, interactions))
    each = items // COMMUNITIES
    share = np.cumsum(1 / np.arange(1, each + 1))
    place = np.searchsorted(share, rng.random(interactions) * share[-1])
    own = rng.random(interactions) < OWN
    community = np.where(own, users % COMMUNITIES, rng.integers(0, COMMUNITIES, interactions))
    taken = place * COMMUNITIES + community
    table = {
        "user_id": pa.array(users).cast(pa.string()),
        "item_id": pa.array(taken).cast(pa.string()),
        "timestamp": np.arange(interactions) + 1_000_000_000,
    }
    pq.write_table(pa.table(table), folder / "interactions.parquet", compression="zstd")
    ids = pa.array(np.arange(items)).cast(pa.string())
    pq.write_table(pa.table({"item_id": ids, "title": ids}), folder / "items.parquet", compression="zstd")
    (folder / "dataset.json").write_text(json.dumps({"name": folder.name, "families": []}), encoding="utf-8")


def cell(folder: Path) -> dict[str, Any]:
    """Read and derive."""
    started = time.perf_counter()
    data = read(folder)
    reading, before = time.perf_counter() - started, peak()
    started = time.perf_counter()
    found = derive(folder, data)
    return {
        "reading": reading,
        "deriving": time.perf_counter() - started,
        "peak after reading": before,
        "peak": peak(),
        "audiences": [one.number for one in found.stability],
    }


def peak() -> float:
    """Memory of this process so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def text(found: list[dict[str, Any]]) -> str:
    """The table."""
    rows = [
        [
            f"{one['items']:,}",
            f"{one['interactions']:,}",
            f"{one['reading']:.1f}",
            f"{one['deriving']:.1f}",
            f"{one['peak after reading']:.2f}",
            f"{one['peak']:.2f}",
            " and ".join(map(str, one["audiences"])) or "none",
        ]
        for one in found
    ]
    head = ["items", "interactions", "reading, s", "deriving, s", "peak after reading, GB", "peak, GB", "audiences"]
    return (
        f"{report.table(head, rows)}\n\n{COMMUNITIES} communities are planted, whose users take {OWN:.0%} of their "
        f"items from their own. Audiences: how many wide and narrow ones came out again. Seed {SEED}. {report.on()}"
    )


if __name__ == "__main__":
    main()
