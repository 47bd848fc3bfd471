"""Models with their data, and histories over which every sentence has to hold.

`FAME_HISTORIES` sets how many histories a model; by hand 300 are run.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from app.current import Current
from app.users import find
from fame.checkpoint.store import Checkpoint, load
from fame.data import DataSet, Family, planted, read
from fame.data.derived import store
from fame.data.derived.derive import derive
from fame.explain.families.anatomy import Anatomy, fit
from fame.explain.meaning.audience_names import named
from fame.home import PROJECT
from fame.model import Model
from fame.ranking.recommend import recommend
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train
from tests.app.sentences.reading import nth
from tests.conftest import QUICK
from tests.data.derived.test_derived import interactions, kind, made

HISTORIES = int(os.environ.get("FAME_HISTORIES", "4"))  # a model
SHIPPED = sorted(path.parent.name for path in (PROJECT / "pretrained").glob("*/config.json"))
TRAINED = {"fame": "trained", "mixture": "trained_mixture", "sasrec": "trained_sasrec"}
OTHER = {"other data": "sum", "other data, mixture": "mixture"}
GIVEN = (Family("kind", "kind", False),)
DERIVED = {"derived beside given": GIVEN, "derived alone": ()}


@dataclass(frozen=True)
class World:
    """A model with its data."""

    checkpoint: Checkpoint
    data: DataSet
    anatomy: Anatomy

    @property
    def model(self) -> Model:
        """Its weights."""
        return self.checkpoint.model

    @property
    def mixture(self) -> bool:
        """Whether the gate weighs probabilities."""
        return self.model.config.head == "mixture"

    def titles(self, items) -> list[str]:
        """Of catalog indices."""
        return [self.data.catalog.title(int(item)) for item in items]

    def position(self, read, which: str | None, title: str) -> int:
        """The place of a past item that is named, of several of one title the one that is said."""
        places = [t for t, one in enumerate(self.titles(read)) if one == title]
        assert which is not None or len(places) == 1, f"{title} may be any of {places}"
        return places[nth(which)]

    def histories(self, seed: int = 0) -> Iterator[tuple[Current, int, list[int]]]:
        """What a page has on screen, an item to ask about, the first or another one of the ranking, and the ranking.

        The histories are short or longer than what is read, now and then with a repeat: in turn random, a real user's
        of whom older items are hidden, random in place of a real user's, and real with repeats kept.
        """
        rng, V, L = np.random.default_rng(seed), self.model.config.items, self.model.config.length
        for n in range(HISTORIES):
            length = int(rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 12, L + 3], p=[0.05] + [0.115] * 8 + [0.03]))
            user = find(self.data, self.data.users[int(rng.integers(len(self.data.users)))], L)
            if n % 2:
                history = [*user.older, *user.newest][-length:]
            else:
                history = rng.choice(np.arange(1, V + 1), min(length, V // 2), replace=False).tolist()
            if (n % 10 == 9 or n % 8 == 3) and len(history) > 2:
                history[-1] = history[0]
            now = Current(
                self.checkpoint.description,
                self.data,
                tuple(history),
                None,
                user=replace(user, edited=True) if n % 4 else None,
                repeats="keep" if n % 4 == 3 else "drop",
            )
            top = recommend(self.model, history, 30, hidden=now.hidden).items.tolist()
            target = top[0] if n % 3 else top[int(rng.integers(len(top)))]
            yield replace(now, target=target), target, top


@pytest.fixture(scope="session", params=[*TRAINED, *OTHER, *DERIVED, *SHIPPED])
def world(request, tmp_path_factory) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param in SHIPPED:
            checkpoint = load(PROJECT / "pretrained" / request.param)
            folder = PROJECT / "data" / checkpoint.description.dataset
            if not folder.is_dir():
                pytest.skip(f"{folder.name} is not on this machine; its terms forbid shipping it")
            found = checkpoint, store.attached(checkpoint.description.folder, read(folder))
        elif request.param in TRAINED:
            found = request.getfixturevalue(TRAINED[request.param]), request.getfixturevalue("cinema")
        elif request.param in DERIVED:
            home = tmp_path_factory.mktemp("home")
            patch.setenv("FAME_HOME", str(home))  # where a page looks up what is derived
            found = communities(home, DERIVED[request.param])
        else:
            found = other(tmp_path_factory.mktemp("other"), OTHER[request.param])
        checkpoint, data = found
        yield World(checkpoint, data, fit(checkpoint.model, data.catalog))


def other(folder: Path, head: str) -> tuple[Checkpoint, DataSet]:
    """A model of another shape, trained longer, on other data: skewed, and in part unknown."""
    options = planted.options(users=150, items=120, length=10, seed=11, skew=1.0, unknown=0.2)
    planted.make(folder / "other-cinema", options)
    data = read(folder / "other-cinema")
    shape = QUICK | {"heads": 3, "experts": 3, "width": 24, "length": 8, "epochs": 6, "head": head}
    return train(Run.start(folder / "run", settings(**shape), data), data), data


def communities(home: Path, given: tuple[Family, ...]) -> tuple[Checkpoint, DataSet]:
    """A model of data from which families follow that nobody gave."""
    folder = home / "data" / "made"
    columns = {"kind": lambda item: "abcd"[kind(item)]} if given else {}
    data = made(folder, interactions(), given, **columns)
    checkpoint = train(Run.start(home / "runs" / "mine", settings(**QUICK), data), data)
    store.save(checkpoint.description.folder, named(derive(folder, data), data.catalog))
    return checkpoint, store.attached(checkpoint.description.folder, data)
