"""Small data and small trained models, made once and shared by the tests that only read them."""

import os
from pathlib import Path

import hypothesis
import numpy as np
import pandas as pd
import pytest
import torch

from fame.checkpoint.store import Checkpoint
from fame.data import DataSet, Family, planted, write
from fame.trace.make import trace
from fame.trace.queries import Trace
from fame.trace.whereabouts import alone_in
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

QUICK = {"width": 16, "heads": 4, "experts": 2, "experts_form": "published", "length": 12, "epochs": 2, "batch": 512}
QUICK |= {"dropout": 0.1}

# As the app does once it runs: models trained before and after are then the same, bit for bit.
torch.set_num_threads(1)

# A loaded machine breaks no property. Whoever has a night looks longer: HYPOTHESIS_PROFILE=thorough.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=20)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


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


@pytest.fixture(scope="session")
def traced(trained: Checkpoint, cinema: DataSet, cinema_folder: Path, tmp_path_factory) -> Trace:
    """Every held-out event of the cinema through the model."""
    folder = tmp_path_factory.mktemp("traces") / "cinema"
    trace(trained, cinema, cinema_folder, alone_in(folder))
    return Trace(folder)


@pytest.fixture(scope="session")
def rewatched_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Users who come back to what they saw, most with more items than a model reads."""
    rng = np.random.default_rng(3)
    liked = 1 / np.arange(1, 81) / (1 / np.arange(1, 81)).sum()
    seen = [rng.choice(80, rng.integers(2, 45), p=liked) + 1 for _ in range(70)]
    users = np.repeat([f"u{u}" for u in range(len(seen))], [len(items) for items in seen])
    items = pd.DataFrame({"item_id": [f"f{v}" for v in range(1, 81)], "title": [f"Film {v}" for v in range(1, 81)]})
    folder = tmp_path_factory.mktemp("data") / "rewatched"
    write(
        folder,
        name="rewatched",
        interactions=pd.DataFrame(
            {
                "user_id": users,
                "item_id": [f"f{v}" for v in np.concatenate(seen)],
                "timestamp": np.arange(len(users), dtype=float),
            }
        ),
        items=items.assign(genre=[("calm", "loud")[v % 2] for v in range(80)]),
        families=(Family("genre", "genre", False),),
        origin="made for tests",
        licence="none",
    )
    return folder


@pytest.fixture(scope="session")
def rewatched(rewatched_folder: Path) -> DataSet:
    from fame.data import read

    return read(rewatched_folder)
