"""Models are renamed, deleted into a trash and brought back; those that ship stay as they are."""

import shutil

import pytest

from fame.home import BadNameError, model_folders, shipped_models
from fame.training import shelf, status
from fame.training.shelf import ShelfError


@pytest.fixture
def runs(trained, tmp_path, monkeypatch):
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    shutil.copytree(trained.description.folder.parent, tmp_path / "runs" / "mine")
    return tmp_path / "runs"


def test_a_deleted_model_can_be_had_back_until_the_trash_is_emptied(runs):
    place = shelf.discard("mine")
    assert "mine" not in model_folders()
    assert shelf.discarded() == [place]
    shelf.restore(place)
    assert "mine" in model_folders()
    assert shelf.discarded() == []
    shelf.discard("mine")
    shelf.empty()
    assert shelf.discarded() == []
    assert not (runs / "mine").exists()


def test_a_name_that_is_taken_stays_with_who_has_it(runs):
    place = shelf.discard("mine")
    shutil.copytree(place, runs / "mine")
    with pytest.raises(BadNameError, match="called 'mine' already"):
        shelf.restore(place)
    assert shelf.discarded() == [place]


def test_a_new_name_is_a_plain_one(runs):
    shelf.rename("mine", "our best")
    assert "our best" in model_folders()
    for bad in ("", "../out", "a/b", ".hidden", "x" * 65, "run.tmp", "name\n", "planted-cinema-fame"):
        with pytest.raises(BadNameError):
            shelf.rename("our best", bad)


def test_what_ships_or_trains_is_left_alone(runs):
    for name in shipped_models():
        with pytest.raises(ShelfError, match="ships with the app"):
            shelf.discard(name)
        with pytest.raises(ShelfError, match="ships with the app"):
            shelf.rename(name, "other")
    with status.hold(runs / "mine"):
        status.write(runs / "mine", "running")
        with pytest.raises(ShelfError, match="is running; stop it first"):
            shelf.discard("mine")
    with pytest.raises(ShelfError, match="no model or run"):
        shelf.discard("..")
