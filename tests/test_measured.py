"""What was measured on a model outlives every way of saving it, and is shown for its own weights alone."""

import shutil

import numpy as np
import pytest

from fame.checkpoint.description import describe
from fame.checkpoint.store import load, save
from fame.explain import example, stored
from fame.explain.meaning import records as meaning
from fame.explain.meaning.measure import measure
from fame.explain.trust.records.scorecard import SCORECARD_ADVICE, SCORECARD_FILE, Scorecard
from fame.explain.trust.scorecard import scorecard
from fame.maps import store as maps
from fame.maps.store import MapError, Maps, Space
from fame.training.run import Run
from fame.training.trainer import train


@pytest.fixture(scope="module")
def found(trained, cinema):
    """A meaning and a scorecard."""
    return measure(trained.model, cinema), scorecard(trained.model, cinema)


def keep_all(folder, found, mark, cinema):
    """Store one of each kind as measured on the weights of that fingerprint."""
    meaning.save(folder, mark, found[0])
    stored.save(folder / SCORECARD_FILE, mark, found[1])
    maps.save(folder, Maps(mark, 1, 2, np.array([1, 2]), (Space("items", np.zeros((2, 2), np.float32), 1.0, 1.0),)))
    if mark == describe(folder).fingerprint:
        example.write(folder, cinema)


def shown(folder):
    """Which kinds are shown for the weights that the folder has now."""
    model, kinds = describe(folder), set()
    if meaning.load(model) is not None:
        kinds.add("meaning")
    if stored.load(model, SCORECARD_FILE, Scorecard, SCORECARD_ADVICE) is not None:
        kinds.add("scorecard")
    if example.load(model) is not None:
        kinds.add("example")
    try:
        maps.load(folder, model.fingerprint)
        kinds.add("maps")
    except MapError:
        pass
    return kinds


ALL = {"meaning", "scorecard", "example", "maps"}


def test_it_stays_when_the_same_weights_are_saved_and_returns_with_them(
    trained, trained_mixture, cinema, found, tmp_path
):
    folder = tmp_path / "m"
    save(folder, trained.model, cinema, {})
    assert shown(folder) == set()
    keep_all(folder, found, describe(folder).fingerprint, cinema)
    (folder / "README.md").write_text("mine")
    save(folder, trained.model, cinema, {"note": "another card"})
    assert shown(folder) == ALL
    save(folder, trained_mixture.model, cinema, {})
    assert shown(folder) == set()
    save(folder, trained_mixture.model, cinema, {})
    save(folder, trained.model, cinema, {})
    assert shown(folder) == ALL
    assert (folder / "README.md").read_text() == "mine"
    assert load(folder).description.fingerprint == trained.description.fingerprint


def test_resuming_and_finishing_a_run_keeps_it(trained, cinema, found, tmp_path):
    run = Run(shutil.copytree(trained.description.folder.parent, tmp_path / "run"))
    best, last = run.folder / "best", run.folder / "last"
    for folder in (best, last):
        keep_all(folder, found, describe(folder).fingerprint, cinema)
    train(run, cinema)
    assert shown(best) == shown(last) == ALL
    before = describe(best).fingerprint
    settings = run.settings().model_copy(update={"epochs": 3})
    longer = Run.start(tmp_path / "longer", settings, cinema)
    for name in ("best", "last"):
        shutil.copytree(run.folder / name, longer.folder / name)
    shutil.copy(run.folder / "metrics.jsonl", longer.folder)
    train(longer, cinema)
    for folder in (longer.folder / "best", longer.folder / "last"):
        assert shown(folder) == (ALL if describe(folder).fingerprint == before else set())
    save(longer.folder / "best", trained.model, cinema, {})
    assert shown(longer.folder / "best") == ALL


def test_what_is_measured_while_the_weights_are_replaced_waits_for_them(
    trained, trained_mixture, cinema, found, tmp_path
):
    """As where a training finds a better model while the old one is tested."""
    folder = tmp_path / "m"
    save(folder, trained_mixture.model, cinema, {})
    example.write(folder, cinema)
    keep_all(folder, found, trained.description.fingerprint, cinema)
    assert shown(folder) == {"example"}
    save(folder, trained.model, cinema, {})
    assert shown(folder) == ALL - {"example"}
    save(folder, trained_mixture.model, cinema, {})
    assert shown(folder) == {"example"}


def test_it_is_found_where_a_person_puts_the_weights_back(trained, trained_mixture, cinema, found, tmp_path):
    folder, other = tmp_path / "m", tmp_path / "other"
    save(folder, trained.model, cinema, {})
    save(other, trained_mixture.model, cinema, {})
    keep_all(folder, found, describe(folder).fingerprint, cinema)
    own = {path.name: path.read_bytes() for path in folder.iterdir() if (other / path.name).exists()}
    for name in own:
        shutil.copy(other / name, folder / name)
    keep_all(folder, found, describe(folder).fingerprint, cinema)
    assert shown(folder) == ALL
    for name, content in own.items():
        (folder / name).write_bytes(content)
    assert shown(folder) == ALL
