"""Small data and small trained models, made once and shared by the tests that only read them."""

from pathlib import Path

import hypothesis
import pytest

from fame.checkpoint.store import Checkpoint
from fame.data import DataSet, planted
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

QUICK = {"width": 16, "heads": 4, "experts": 2, "length": 12, "epochs": 2, "batch": 512, "dropout": 0.1}

hypothesis.settings.register_profile("untimed", deadline=None)  # a loaded machine breaks no property
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def cinema_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "planted-cinema"
    planted.make(folder, planted.options(users=120, items=80, length=12, seed=5))
    return folder


@pytest.fixture(scope="session")
def cinema(cinema_folder: Path) -> DataSet:
    from fame.data import read

    return read(cinema_folder)


@pytest.fixture(scope="session")
def trained(cinema: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    run = Run.start(tmp_path_factory.mktemp("runs") / "fame", settings(**QUICK), cinema)
    return train(run, cinema)


@pytest.fixture(scope="session")
def trained_mixture(cinema: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    run = Run.start(tmp_path_factory.mktemp("runs") / "mixture", settings(**QUICK, head="mixture"), cinema)
    return train(run, cinema)


@pytest.fixture(scope="session")
def trained_sasrec(cinema: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    chosen = {name: value for name, value in QUICK.items() if name != "experts"}
    run = Run.start(tmp_path_factory.mktemp("runs") / "sasrec", settings(model="sasrec", **chosen), cinema)
    return train(run, cinema)
