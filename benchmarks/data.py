"""The data that a benchmark is given: a data-set folder, or one with interactions.csv.gz and items.csv.gz."""

import argparse
import subprocess
import sys
from pathlib import Path

from fame.data import DataSet, read
from fame.home import PROJECT

IMPORTED = PROJECT / "benchmarks" / ".data"


def argument(parser: argparse.ArgumentParser) -> None:
    """Add `--data`."""
    parser.add_argument(
        "--data", type=Path, required=True, help="a data-set folder, or one with interactions.csv.gz and items.csv.gz"
    )


def bring(folder: Path) -> DataSet:
    """Read it; tables are imported first, once."""
    if (folder / "dataset.json").exists():
        return read(folder)
    tables = [folder / f"{name}.csv.gz" for name in ("interactions", "items")]
    if not all(table.exists() for table in tables):
        sys.exit(f"{folder} holds neither dataset.json nor {tables[0].name} and {tables[1].name}; give another folder.")
    name = folder.resolve().name
    if not (IMPORTED / name).exists():
        command = ["data", "import", tables[0], "--items", tables[1], "--out", IMPORTED / name, "--name", name]
        subprocess.run([sys.executable, "-m", "fame", *command], check=True, stdout=sys.stderr)
    return read(IMPORTED / name)
