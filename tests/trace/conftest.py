"""A trace of a small model on planted data, made once."""

from pathlib import Path

import pytest

from fame.checkpoint.store import Checkpoint
from fame.data import DataSet
from fame.trace.make import alone_in, trace
from fame.trace.queries import Trace


@pytest.fixture(scope="session")
def traced(
    trained: Checkpoint, cinema: DataSet, cinema_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trace:
    folder = tmp_path_factory.mktemp("traces") / "cinema"
    trace(trained, cinema, cinema_folder, alone_in(folder))
    return Trace(folder)
