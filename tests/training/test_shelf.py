"""Models are renamed, deleted into a trash and brought back; those that ship stay as they are."""

import shutil

import pytest

from fame.data import read
from fame.home import BadNameError, data_folders, model_folders, shipped_models
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


@pytest.fixture
def films(runs, cinema_folder, cinema):
    """A data set that a model needs, and one that none does."""
    shutil.copytree(cinema_folder, runs.parent / "data" / "alone")
    shutil.copytree(cinema_folder, runs.parent / "data" / cinema.name)
    return runs.parent / "data"


def test_a_data_set_is_renamed_deleted_and_had_back(films):
    shelf.rename_data("alone", "my films")
    assert read(films / "my films").name == "my films"
    place = shelf.discard_data("my films")
    assert "my films" not in data_folders()
    assert shelf.is_data(place)
    shelf.restore(place)
    assert read(films / "my films").name == "my films"
    for bad in ("../out", "a/b", "my films"):
        with pytest.raises(BadNameError):
            shelf.rename_data("my films", bad)
    with pytest.raises(ShelfError, match="no data set called 'nothing'"):
        shelf.discard_data("nothing")


def test_the_models_of_a_data_set_are_named_and_find_it(films, runs):
    (runs / "mine" / "config.json").write_text('{"dataset": "alone"}')
    assert "mine" in shelf.trained_on("alone")
    with pytest.raises(ShelfError, match="mine would not find 'alone' under another name"):
        shelf.rename_data("alone", "other")
    status.write(runs / "mine", "queued")
    with pytest.raises(ShelfError, match="'mine' is queued on 'alone'; stop it first"):
        shelf.discard_data("alone")
    assert (films / "alone").exists()


def test_the_data_of_models_that_ship_stay():
    with pytest.raises(ShelfError, match="ship with the app need"):
        shelf.discard_data("planted-cinema")
