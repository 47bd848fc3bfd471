"""What the workers of a cluster trace is what this process traces."""

import os
import signal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from fame.cluster.trace import on
from fame.ranking import evaluation
from fame.trace.make import here, trace
from fame.trace.queries import Trace
from fame.trace.whereabouts import alone_in


@pytest.fixture(autouse=True)
def blocks_of_16(monkeypatch) -> None:
    monkeypatch.setattr(evaluation, "EVENTS", 16)


def rows(folder: Path) -> pd.DataFrame:
    found = [pq.read_table(file).to_pandas() for file in sorted(folder.glob("*.parquet"))]
    return pd.concat(found).sort_values("event", ignore_index=True)


def test_two_workers_tell_what_one_process_tells(address, trained, cinema, cinema_folder, tmp_path):
    trace(trained, cinema, cinema_folder, alone_in(tmp_path / "here"))
    about = trace(trained, cinema, cinema_folder, alone_in(tmp_path / "ray"), engine=on(address, 2))
    assert Trace(tmp_path / "ray", about.model, about.data).about == Trace(tmp_path / "here").about
    pd.testing.assert_frame_equal(rows(tmp_path / "ray"), rows(tmp_path / "here"), rtol=1e-6, atol=1e-6)
    assert not (tmp_path / "ray.parts").exists()


def processes(does: bytes) -> list[int]:
    """Ray's, by what stands in their names."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            named = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if named.startswith(b"ray::") and does in named:
            found.append(int(folder.name))
    return found


def test_a_worker_killed_in_the_middle_loses_nothing(address, trained, cinema, cinema_folder, tmp_path):
    trace(trained, cinema, cinema_folder, alone_in(tmp_path / "here"))
    killed, counts = [], []

    def kill(done: int, of: int) -> None:
        counts.append(done)
        if done and not killed:
            killed.append(processes(b"Tracer")[0])
            os.kill(killed[0], signal.SIGKILL)

    trace(trained, cinema, cinema_folder, alone_in(tmp_path / "ray"), watch=kill, engine=on(address, 1))
    assert killed
    assert counts[-1] == len(rows(tmp_path / "here"))
    pd.testing.assert_frame_equal(rows(tmp_path / "ray"), rows(tmp_path / "here"), rtol=1e-6, atol=1e-6)


class StopError(Exception):
    pass


@pytest.mark.parametrize("first", ["local", "ray"])
def test_either_engine_goes_on_with_what_the_other_had_begun(first, address, trained, cinema, cinema_folder, tmp_path):
    engines = [here, on(address, 2)] if first == "local" else [on(address, 2), here]
    place, counts = alone_in(tmp_path / "both"), []

    def stop(done: int, of: int) -> None:
        if done >= 48:
            raise StopError

    with pytest.raises(StopError):
        trace(trained, cinema, cinema_folder, place, watch=stop, engine=engines[0])
    kept = len(list(place.parts.glob("*.parquet")))
    assert kept >= 2

    def count(done: int, of: int) -> None:
        counts.append(done)

    trace(trained, cinema, cinema_folder, place, resume=True, watch=count, engine=engines[1])
    assert counts[0] == 16 * kept
    trace(trained, cinema, cinema_folder, alone_in(tmp_path / "here"))
    pd.testing.assert_frame_equal(rows(place.folder), rows(tmp_path / "here"), rtol=1e-6, atol=1e-6)
