"""Models are renamed, deleted into a trash and brought back; those that ship stay as they are."""

import shutil

import pytest

from fame.data import read
from fame.home import BadNameError, data_folders, model_folders, shipped_models
from fame.jobs import status
from fame.training import workspace
from fame.training.workspace import WorkspaceError


@pytest.fixture
def runs(trained, tmp_path, monkeypatch):
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    shutil.copytree(trained.description.folder.parent, tmp_path / "runs" / "mine")
    return tmp_path / "runs"


def test_a_deleted_model_can_be_had_back_until_the_trash_is_emptied(runs):
    place = workspace.discard("mine")
    assert "mine" not in model_folders()
    assert workspace.discarded() == [place]
    workspace.restore(place)
    assert "mine" in model_folders()
    assert workspace.discarded() == []
    workspace.discard("mine")
    workspace.empty()
    assert workspace.discarded() == []
    assert not (runs / "mine").exists()


def test_a_name_that_is_taken_stays_with_who_has_it(runs):
    place = workspace.discard("mine")
    shutil.copytree(place, runs / "mine")
    with pytest.raises(BadNameError, match="called 'mine' already"):
        workspace.restore(place)
    assert workspace.discarded() == [place]


def test_a_new_name_is_a_plain_one(runs):
    workspace.rename("mine", "our best")
    assert "our best" in model_folders()
    for bad in ("", "../out", "a/b", ".hidden", "x" * 65, "run.tmp", "name\n", "planted-cinema-fame"):
        with pytest.raises(BadNameError):
            workspace.rename("our best", bad)


def test_what_ships_or_trains_is_left_alone(runs):
    for name in shipped_models():
        with pytest.raises(WorkspaceError, match="ships with the app"):
            workspace.discard(name)
        with pytest.raises(WorkspaceError, match="ships with the app"):
            workspace.rename(name, "other")
    with status.hold(runs / "mine"):
        status.write(runs / "mine", "running")
        with pytest.raises(WorkspaceError, match="is running; stop it first"):
            workspace.discard("mine")
    with pytest.raises(WorkspaceError, match="no model or run"):
        workspace.discard("..")


@pytest.fixture
def films(runs, cinema_folder, cinema):
    """A data set that a model needs, and one that none does."""
    shutil.copytree(cinema_folder, runs.parent / "data" / "alone")
    shutil.copytree(cinema_folder, runs.parent / "data" / cinema.name)
    return runs.parent / "data"


def test_a_data_set_is_renamed_deleted_and_had_back(films):
    workspace.rename_data("alone", "my films")
    assert read(films / "my films").name == "my films"
    place = workspace.discard_data("my films")
    assert "my films" not in data_folders()
    assert workspace.is_data(place)
    workspace.restore(place)
    assert read(films / "my films").name == "my films"
    for bad in ("../out", "a/b", "my films"):
        with pytest.raises(BadNameError):
            workspace.rename_data("my films", bad)
    with pytest.raises(WorkspaceError, match="no data set called 'nothing'"):
        workspace.discard_data("nothing")


def test_the_models_of_a_data_set_are_named_and_find_it(films, runs):
    (runs / "mine" / "config.json").write_text('{"dataset": "alone"}')
    assert "mine" in workspace.trained_on("alone")
    with pytest.raises(WorkspaceError, match="mine would not find 'alone' under another name"):
        workspace.rename_data("alone", "other")
    status.write(runs / "mine", "queued")
    with pytest.raises(WorkspaceError, match="'mine' is queued on 'alone'; stop it first"):
        workspace.discard_data("alone")
    assert (films / "alone").exists()


def test_the_data_of_models_that_ship_stay():
    with pytest.raises(WorkspaceError, match="ship with the app need"):
        workspace.discard_data("planted-cinema")
