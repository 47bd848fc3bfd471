"""Are the slices found that are wrong, and no others? `python -m benchmarks.slices [--peers] [--large]`.

Failures are planted in a model that ships and in new viewers of its films (`benchmarks.planted_errors`); with their
ranks dealt anew among the events nothing is to be found. `--peers` asks sliceline, pysubgroup and DivExplorer the same,
in an environment of their own; `--large` measures the time on a million events.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd
import torch

from benchmarks import report
from benchmarks.peers.environment import python_of
from benchmarks.planted_errors import Cinema, World, cinema, shuffled, world
from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import parse
from fame.error_analysis.events import CERTAINTY, COUNTS, GAINS, Labels, TracedEvents
from fame.error_analysis.slices import find_slices

FIRST = 10  # slices that somebody looks at
WORLDS, RUNS = 20, 100
SIZES = (2_000, 10_000)  # viewers
PEERS = ("sliceline", "pysubgroup", "divexplorer")
PEER_WORLDS, PEER_RUNS = 4, 3
LIMIT = 120  # seconds
TIMES = 7
WHERE = ((), ("length = 10-14",), ("rank > 10",), ("certainty < 0.05",), ("truth.genre = g3", "length >= 20"))


def ours(events: TracedEvents) -> list[frozenset[str]]:
    """What comes first on the page."""
    return [frozenset(one.text for one in row.conditions) for row in find_slices(events).worst[:FIRST]]


def as_table(events: TracedEvents) -> pd.DataFrame:
    """The events with one label an attribute, for the peers."""
    columns = {}
    for column in events.columns:
        codes = column.codes if column.items is None else column.codes[column.items]
        columns[column.name] = np.array(["?", *column.labels])[codes[:, 0]]
    return pd.DataFrame(columns).assign(gain=GAINS[events.level])


def peer(name: str, events: TracedEvents, least: int) -> dict[str, Any]:
    """What a public finder ranks first; nothing where it fails or takes longer than the limit."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.csv"
        as_table(events).to_csv(file, index=False)
        script = Path(__file__).parent / "peers" / "find_slices.py"
        try:
            done = subprocess.run(
                [python_of("find_slices"), script, name, file, str(least)],
                capture_output=True,
                text=True,
                timeout=LIMIT,
            )
        except subprocess.TimeoutExpired:
            return {"found": [], "failed": f"over {LIMIT} s"}
        if done.returncode:
            return {"found": [], "failed": (done.stderr.strip().splitlines() or [f"ended by {done.returncode}"])[-1]}
        return json.loads(done.stdout.splitlines()[-1])


def planted(worlds: Iterable[World]) -> dict[str, Any]:
    """How many of the planted slices are among the first ten, and how many are listed."""
    found: dict[str, list[bool]] = {"value": [], "facet": [], "users": []}
    listed, seconds = [], []
    for one in worlds:
        start = process_time()
        names = ours(one.events)
        seconds.append(process_time() - start)
        listed.append(len(names))
        for failure in one.planted:
            found[failure.what].append(failure.slice in names)
    return {what: [sum(hits), len(hits)] for what, hits in found.items()} | {
        "listed": float(np.mean(listed)), "seconds": float(np.median(seconds)),
    }  # fmt: skip


def nothing(of: Cinema, runs: int) -> int:
    """In how many runs something is told where ranks were dealt anew."""
    events = world(of, 0).events
    return sum(any(row.told for row in find_slices(shuffled(events, seed)).rows) for seed in range(runs))


def beside(of: Cinema) -> dict[str, Any]:
    """The peers on the same worlds, and how often they list anything where ranks were dealt anew."""
    worlds = [world(of, seed) for seed in range(PEER_WORLDS)]
    answers: dict[str, Any] = {}
    for name in PEERS:
        told = [peer(name, one.events, 20) for one in worlds]
        hits = [
            failure.slice in [frozenset(row) for row in answer["found"]]
            for one, answer in zip(worlds, told, strict=True)
            for failure in one.planted
        ]
        dealt = [peer(name, shuffled(worlds[0].events, seed), 20) for seed in range(PEER_RUNS)]
        answers[name] = {
            "found": [sum(hits), len(hits)],
            "of nothing": [sum(bool(one["found"]) for one in dealt), len(dealt)],
            "failed": [one["failed"] for one in [*told, *dealt] if "failed" in one],
            "seconds": float(np.median([one.get("seconds", np.nan) for one in told])),
        }
    return answers


def many(n: int, items: int = 20_000) -> TracedEvents:
    """So many events with what a large trace has: genres of several values, and a family of three thousand."""
    rng = np.random.default_rng(0)

    def drawn(count: int, size: int) -> np.ndarray:
        weight = np.arange(1, count + 1) ** -0.8
        return rng.choice(count, size, p=weight / weight.sum())

    genre = np.zeros((items + 1, 4), np.int32)
    for item in range(1, items + 1):
        several = int(rng.choice([1, 2, 3, 4], p=[0.5, 0.3, 0.15, 0.05]))
        genre[item, :several] = 1 + rng.choice(18, several, replace=False)
    families = {"genre": (genre, 18), "era": (np.append(0, 1 + drawn(10, items)).astype(np.int32)[:, None], 10),
                "brand": (np.append(0, 1 + drawn(3_000, items)).astype(np.int32)[:, None], 3_000)}  # fmt: skip
    truth, newest = (1 + drawn(items, n) for _ in range(2))
    length, popularity = (3 + 2_000 * rng.random(n) ** 6).astype(np.int32), np.bincount(truth)[truth]
    certainty = rng.beta(1, 8, n)
    columns = [
        Labels("length", COUNTS.labels, COUNTS.codes(length.astype(float))),
        Labels("popularity", COUNTS.labels, COUNTS.codes(popularity.astype(float))),
        Labels("certainty", CERTAINTY.labels, CERTAINTY.codes(certainty)),
        Labels("facet", tuple("abcd"), (1 + drawn(4, n)).astype(np.int8)[:, None]),
        Labels("driver", tuple("abc"), drawn(4, n).astype(np.int8)[:, None]),
        *(
            Labels(f"{owner}.{name}", tuple(f"{name[0]}{k}" for k in range(count)), codes, index)
            for owner, index in (("truth", truth), ("newest", newest))
            for name, (codes, count) in families.items()
        ),
    ]
    chance = 0.15 * np.where(columns[0].codes[:, 0] > 8, 0.6, 1.0) * np.where(genre[truth, 0] == 4, 0.5, 1.0)
    rank = np.where(rng.random(n) < chance, rng.integers(1, 11, n), rng.integers(11, 5_000, n)).astype(np.int32)
    numbers = {"rank": rank, "length": length, "popularity": popularity, "certainty": certainty}
    return TracedEvents(rank, np.arange(n), tuple(columns), numbers=numbers)


def timed(events: TracedEvents) -> list[dict[str, Any]]:
    """Filter, bands, measures, kinds and slices together."""
    found, _ = [], events.level
    for texts in WHERE:
        where = [parse(text) for text in texts]
        analyse(events, where)
        wall, cpu = [], []
        for _ in range(TIMES):
            start, busy = perf_counter(), process_time()
            answer = analyse(events, where)
            wall.append(perf_counter() - start)
            cpu.append(process_time() - busy)
        found.append({"where": " and ".join(texts), "events": answer.events, "looked_at": answer.slices.looked_at,
                      "seconds": min(wall), "processor": min(cpu)})  # fmt: skip
    return found


def show(found: dict[str, Any]) -> str:
    """The tables."""
    text = "Slices planted in the planted cinema, exactly these among the first ten:\n\n"
    sorts = ("value", "facet", "users")
    rows = []
    for viewers, one in found["planted"].items():
        hits, total = (sum(one[what][k] for what in sorts) for k in (0, 1))
        each = [f"{one[what][0]} of {one[what][1]}" for what in sorts]
        rows.append((f"{int(viewers):,}", f"**{hits / total:.0%}**", *each, f"{one['listed']:.1f}",
                     f"{found['nothing'][viewers]} of {RUNS}"))  # fmt: skip
    head = ("viewers", "found", "value shuffled", "facet is noise", "users with noise", "listed", "told of nothing")
    text += report.table(head, rows)
    text += (
        f"\n\n{WORLDS} worlds of three failures each. *Listed*: slices told to be worse that stand for themselves, ten "
        "at most; the others are true of the model as it was. *Told of nothing*: of "
        f"{RUNS} runs with the ranks dealt anew, those in which any slice is told.\n"
    )
    if "peers" in found:
        text += f"\nBeside public finders, {PEER_WORLDS} of these worlds:\n\n"
        rows = [("this project", f"{found['few'][0]} of {found['few'][1]}", "see above", "–", "see below")]
        for name, one in found["peers"].items():
            failed = "; ".join(sorted(set(one["failed"]))) or "–"
            took = found["peers_large"][name]
            rows.append((name, *(f"{k} of {of}" for k, of in (one["found"], one["of nothing"])), failed, took))
        text += report.table(("finder", "planted found", "lists of nothing", "failed", "a million events"), rows) + "\n"
    if "large" in found:
        text += f"\nFilter, rank bands, measures and slices of a million events together, least of {TIMES} times:\n\n"
        rows = []
        for one in found["large"]:
            times = (f"{1000 * one[name]:.0f}" for name in ("seconds", "processor"))
            rows.append((one["where"] or "no filter", f"{one['events']:,}", f"{one['looked_at']:,}", *times))
        text += report.table(("filter", "events", "slices looked at", "ms", "of a processor"), rows) + "\n"
    return f"{text}\n{report.on()}"


def main() -> None:
    """Measure, keep, publish."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--large", action="store_true")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    found = report.stored("slices")
    if chosen.peers:
        found["peers"] = beside(cinema(SIZES[-1]))
        found["peers_large"] = {}
        events = many(1_000_000)
        for name in PEERS:
            one = peer(name, events, 500)
            took = f"{one['seconds']:.0f} s, {one['peak_gb']:.1f} GB" if "seconds" in one else one["failed"]
            found["peers_large"][name] = took
    elif chosen.large:
        found["large"] = timed(many(1_000_000))
    else:
        worlds = {viewers: cinema(viewers) for viewers in SIZES}
        found["planted"] = {str(n): planted(world(of, seed) for seed in range(WORLDS)) for n, of in worlds.items()}
        few = [world(worlds[SIZES[-1]], seed) for seed in range(PEER_WORLDS)]
        found["few"] = [sum(f.slice in ours(one.events) for one in few for f in one.planted), 3 * PEER_WORLDS]
        found["nothing"] = {str(n): nothing(of, RUNS) for n, of in worlds.items()}
    report.keep("slices", {name: value for name, value in found.items() if name != "machine"})
    report.publish("slices", show(found))


if __name__ == "__main__":
    main()
