"""How fast files are imported, and in how much memory, beside pandas: `python -m benchmarks.imports [--large]`.

Made-up files in the layouts of public data (`benchmarks.import_files`), imported as a user does it, with `python -m
fame data import`, and by a script as one would write it with pandas (`benchmarks.import_pandas`), in turn. Each run is
a process of its own, measured from outside, start and end included; files were just written, so they lie in the
system's cache. Both must keep as many interactions. `--formats` and `--rows` choose cells; the others stay as they are.
"""

import argparse
import statistics
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks import report
from benchmarks.alone import alone
from benchmarks.import_files import FORMATS, MadeLog, make

ROWS = (100_000, 1_000_000)
LARGE = 32_000_000
LARGE_FORMATS = ("ml-32m", "parquet")
SEED = 1


def main() -> None:
    """Measure the cells that were asked for, keep each when it is done, print all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, help="all, or those of --large, if left out")
    parser.add_argument("--rows", nargs="+", type=int, help="100,000 and 1,000,000, or 32,000,000 with --large")
    parser.add_argument("--large", action="store_true", help="32,000,000 rows of the shape of MovieLens 32M")
    parser.add_argument("--rounds", type=int, help="3, or 1 from 4,000,000 rows on, if left out")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--try", dest="trial", action="store_true", help="print only; keep and publish nothing")
    chosen = parser.parse_args()
    formats = chosen.formats or (LARGE_FORMATS if chosen.large else tuple(FORMATS))
    cells = {(cell["format"], cell["rows"]): cell for cell in report.stored("imports").get("cells", [])}
    if chosen.trial:
        cells = {}
    for form in formats:
        for rows in chosen.rows or ((LARGE,) if chosen.large else ROWS):
            rounds = chosen.rounds or (1 if rows > max(ROWS) else 3)
            cells[form, rows] = cell(form, rows, rounds, chosen.seed)
            print(cells[form, rows], file=sys.stderr)
            if not chosen.trial:
                report.keep("imports", {"cells": in_order(cells)})
    if chosen.trial:
        print(text(in_order(cells)))
    else:
        report.publish("imports", text(in_order(cells)))


def in_order(cells: dict[tuple[str, int], dict[str, Any]]) -> list[dict[str, Any]]:
    """By size, then as the formats are listed."""
    return [cells[key] for key in sorted(cells, key=lambda key: (key[1], list(FORMATS).index(key[0])))]


def cell(form: str, rows: int, rounds: int, seed: int) -> dict[str, Any]:
    """Both imports of one made-up log, round after round."""
    with tempfile.TemporaryDirectory() as folder:
        made = make(form, rows, seed, Path(folder) / "in")
        size = sum(file.stat().st_size for file in (Path(folder) / "in").iterdir())
        ours, theirs = [], []
        for number in range(rounds):
            ours.append(run(fame(made, Path(folder) / f"fame-{number}"), Path(folder) / f"fame-{number}"))
            theirs.append(run(peer(form, made, Path(folder) / f"peer-{number}"), Path(folder) / f"peer-{number}"))
            kept = {found["kept"] for found in (ours[-1], theirs[-1]) if not found["code"]}
            if ours[-1]["code"] or len(kept) > 1:
                raise SystemExit(f"{form}, {rows:,} rows: {ours[-1]}, pandas {theirs[-1]}; they should keep the same.")
    return {
        "format": form,
        "rows": rows,
        "bytes": size,
        "seed": seed,
        "fame": ours,
        "pandas": theirs,
        "machine": report.on(),
        "versions": {name: version(name) for name in ("duckdb", "pyarrow", "pandas")},
    }


def fame(made: MadeLog, out: Path) -> list[str]:
    """The command of the product."""
    about = ["--items", str(made.items)] if made.items else []
    if made.items and made.items.name in ("u.item", "movies.dat", "movies.csv"):  # these are known by their names
        files, about = [str(made.log), str(made.items)], []
    else:
        files = [str(made.log)]
    return [sys.executable, "-m", "fame", "data", "import", *files, *about, "--out", str(out), *made.options]


def peer(form: str, made: MadeLog, out: Path) -> list[str]:
    """The command of the script that uses pandas."""
    about = ["--items", str(made.items)] if made.items else []
    return [sys.executable, "-m", "benchmarks.import_pandas", form, str(made.log), str(out), *about]


def run(command: list[str], out: Path) -> dict[str, Any]:
    """What `alone` found, and kept: the interactions that were written."""
    found = alone(command)
    return found | {"kept": None if found["code"] else pq.read_metadata(out / "interactions.parquet").num_rows}


def text(cells: list[dict[str, Any]]) -> str:
    """The table, and what it was measured on and with."""
    rows = []
    for cell in cells:
        seconds, peak = middle(cell["fame"])
        line = [FORMATS[cell["format"]], f"{cell['rows']:,}", f"{cell['bytes'] / 2**20:,.0f}", f"{seconds:,.1f}"]
        line += [f"{cell['rows'] / seconds:,.0f}", f"{peak:.2f}"]
        if any(found["code"] for found in cell["pandas"]):
            line += ["failed", "–", "–"]
        else:
            other, other_peak = middle(cell["pandas"])
            line += [f"{other:,.1f}", f"{other_peak:.2f}", f"{seconds / other:.2f} ×"]
        rows.append([*line, len(cell["fame"])])
    loads = [found["load"] for cell in cells for found in (*cell["fame"], *cell["pandas"])]
    versions = "; ".join(dict.fromkeys(", ".join(f"{k} {v}" for k, v in cell["versions"].items()) for cell in cells))
    seeds = ", ".join(dict.fromkeys(str(cell["seed"]) for cell in cells))
    head = ["format", "rows", "MB", "s", "rows/s", "peak GB", "pandas, s", "pandas, peak GB", "pandas = 1", "n"]
    return (
        report.table(head, rows)
        + f"\n\nMedians of n runs, seed {seeds}. Load average at their ends {min(loads):.1f} to {max(loads):.1f}. "
        + f"{' '.join(dict.fromkeys(cell['machine'] for cell in cells))} {versions}."
    )


def middle(runs: list[dict[str, Any]]) -> tuple[float, float]:
    """Median seconds and peak."""
    return statistics.median(found["seconds"] for found in runs), statistics.median(found["peak_gb"] for found in runs)


if __name__ == "__main__":
    main()
