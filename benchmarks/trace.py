"""How fast a trace is made, and how fast it is asked: `python -m benchmarks.trace --model M --data FOLDER`.

Making: every held-out event of the data. Asking: a trace of so many made-up events of the same model, its numbers drawn
at random, opened, filtered, sliced and counted as the page does it. Each in a process of its own, of two threads at
most; peaks are the process's, so that they hold torch or DuckDB, too.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import report
from fame.data import DataSet, read
from fame.files import write_json
from fame.trace.records import SCHEMA, TRACE_ABOUT, TraceAbout

EVENTS = (1_000_000,)
ROWS, SEED = 1 << 17, 1
TIMES = 5
MB = 1 / 1024  # of what a process held at most, as Linux says it


def main() -> None:
    """Make, ask, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--events", nargs="*", type=int, default=EVENTS)
    parser.add_argument("--cell", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.cell:
        what, folder = chosen.cell
        work = made if what == "made" else asked
        print(json.dumps(work(chosen.model, chosen.data, Path(folder))))
        return
    rows = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        making = alone(chosen, "made", folder / "made")
        print(making, file=sys.stderr)
        about = TraceAbout.from_json(json.loads((folder / "made" / TRACE_ABOUT).read_text()), folder)
        for events in chosen.events:
            imitate(read(chosen.data), about, events, folder / str(events))
            rows.append({"events": events, **alone(chosen, "asked", folder / str(events))})
            print(rows[-1], file=sys.stderr)
            shutil.rmtree(folder / str(events))
    report.keep("trace", {"model": about.model_name, "made": making, "asked": rows, "seed": SEED})
    report.publish("trace", text(about.model_name, making, rows))


def alone(chosen: argparse.Namespace, what: str, folder: Path) -> dict[str, Any]:
    """A cell in a process of its own."""
    about = ["--model", str(chosen.model), "--data", str(chosen.data), "--cell", what, str(folder)]
    command = [sys.executable, "-m", "benchmarks.trace", *about]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout)


def peak() -> float:
    """MB that this process held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MB


def made(model: Path, data: Path, folder: Path) -> dict[str, Any]:
    """Events a second, from the weights' being read to the whole trace."""
    from fame.checkpoint.store import load
    from fame.trace.make import trace
    from fame.trace.whereabouts import alone_in

    checkpoint, dataset = load(model), read(data)
    begun, before = time.perf_counter(), peak()
    about = trace(checkpoint, dataset, data, alone_in(folder))
    seconds = time.perf_counter() - begun
    size = sum(file.stat().st_size for file in folder.iterdir()) / 2**20
    return {"events": about.events, "seconds": seconds, "before_mb": before, "peak_mb": peak(), "size_mb": size}


def asked(model: Path, data: Path, folder: Path) -> dict[str, Any]:
    """Seconds of what the page asks."""
    from fame.error_analysis.analysis import analyse
    from fame.error_analysis.conditions import holding, parse
    from fame.error_analysis.prepare import events_of
    from fame.trace.queries import Trace

    dataset = read(data)
    about = TraceAbout.from_json(json.loads((folder / TRACE_ABOUT).read_text()), folder)

    def timed(work: Callable[[], Any], times: int = TIMES) -> tuple[float, Any]:
        seconds = []
        for _ in range(times):
            begun = time.perf_counter()
            found = work()
            seconds.append(time.perf_counter() - begun)
        return min(seconds), found

    opening, events = timed(lambda: events_of(folder, about.model, dataset), 1)
    opened, trace = timed(lambda: Trace(folder, about.model, about.data), 1)
    first, _ = timed(lambda: analyse(events), 1)
    whole, _ = timed(lambda: analyse(events))
    most, _ = timed(lambda: analyse(events, [parse("rank > 10")]))
    where = [parse("rank = 11-50"), parse("popularity = 50-69")]
    some, found = timed(lambda: holding(events, where))
    part, _ = timed(lambda: analyse(events, where))
    table, _ = timed(lambda: trace.rows(events.row[found[:50]].tolist()))
    wrong = "SELECT first_id, count(*) AS n FROM events WHERE rank > ? GROUP BY 1 ORDER BY n DESC, 1 LIMIT 20"
    grouped, _ = timed(lambda: trace.ask(wrong, (10,)))
    return {
        "open": opening + opened, "first": first, "analyse": whole, "analyse_most": most, "filter": some,
        "analyse_part": part, "rows": table, "grouped": grouped, "peak_mb": peak(), "load": os.getloadavg()[0],
    }  # fmt: skip


def imitate(dataset: DataSet, about: TraceAbout, events: int, folder: Path) -> None:
    """A trace of so many events, of which nothing is true but its form."""
    folder.mkdir(parents=True)
    rng, ids, H, E = np.random.default_rng(SEED), np.array(dataset.catalog.ids), len(about.facets), len(about.families)
    liked = 1 / np.arange(1, len(ids) + 1)
    liked /= liked.sum()
    write_json(folder / TRACE_ABOUT, about.as_json() | {"events": events, "counted": events})
    with pq.ParquetWriter(folder / "events-00000.parquet", SCHEMA, compression="zstd") as writer:
        for start in range(0, events, ROWS):
            n = min(ROWS, events - start)
            chances = {name: pa.array(rng.choice(ids, n, p=liked)) for name in ("target_id", "first_id", "newest_id")}
            length = 2 + rng.geometric(0.02, n)
            found: dict[str, Any] = {
                **chances,
                "event": np.arange(start, start + n),
                "user_id": pa.array(np.char.add("u", np.arange(start, start + n).astype(str))),
                "length": length,
                "read": np.minimum(length, about.window),
                "rank": 1 + np.minimum(rng.geometric(0.01, n), about.items - 1),
                "probability": rng.random(n) * 0.1,
                "repeat": np.zeros(n, bool),
                "counted": np.ones(n, bool),
                "top": listed(rng.choice(ids, (n, 10), p=liked)),
                "router": pa.ListArray.from_arrays(
                    offsets(n, H), listed(rng.random((n * H, about.experts), np.float32))
                ),
                "driver": pa.array(rng.choice([*about.families, None], n)),
                "first_probability": rng.random(n) * 0.2,
                "ahead": pa.array(rng.choice([*about.facets, None], n)),
                "nearest_id": chances["newest_id"],
            }
            widths = {"gate": H, "parts_target": H + 1, "parts_first": H + 1}
            widths |= {"anatomy_target": E + 1, "anatomy_first": E + 1}
            found |= {name: listed(rng.random((n, width), np.float32)) for name, width in widths.items()}
            for name in ("rank_without_facet", "rank_by_facet"):
                found[name] = listed(1 + rng.geometric(0.01, (n, H)))
            columns = []
            for field in SCHEMA:
                column = found.get(field.name)
                if column is None:
                    column = rng.integers(1, 500, n)
                columns.append((column if isinstance(column, pa.Array) else pa.array(column)).cast(field.type))
            writer.write_table(pa.table(columns, schema=SCHEMA))


def offsets(n: int, m: int) -> pa.Array:
    """Of n lists of m."""
    return pa.array(np.arange(n + 1, dtype=np.int32) * m)


def listed(values: np.ndarray) -> pa.Array:
    """(n, m) -> n lists of m."""
    return pa.ListArray.from_arrays(offsets(*values.shape), pa.array(values.ravel()))


def text(model: str, making: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """Both tables."""
    pace = making["events"] / making["seconds"]
    lines = [
        "| model | events | a second | peak MB | before it | MB on disk |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        f"| {model} | {making['events']:,} | {pace:.0f} | {making['peak_mb']:.0f} | {making['before_mb']:.0f} | "
        f"{making['size_mb']:.1f} |",
        "",
        "Bands, slices and kinds of all events, once opened and again; of those with rank > 10, and of those that a "
        f"narrower filter keeps. What is asked again is the least of {TIMES} times; *load* is how many programs wanted "
        "the processor.",
        "",
        "| events | opened | first | all of them | rank > 10 | a filter | what it keeps | 50 rows | wrong firsts | "
        "peak MB | load |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        names = ("open", "first", "analyse", "analyse_most", "filter", "analyse_part", "rows", "grouped")
        cells = (row[name] for name in names)
        lines.append(
            f"| {row['events']:,} | "
            + " | ".join(f"{cell:.2f} s" for cell in cells)
            + f" | {row['peak_mb']:.0f} | {row['load']:.1f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
