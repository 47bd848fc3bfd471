"""A model folder: what is saved is loaded, whole or not at all, and damage is noticed."""

import json
import shutil
import threading
from pathlib import Path

import pytest
import torch

from fame.checkpoint import store
from fame.checkpoint.description import ModelError, describe, fingerprint
from fame.checkpoint.store import load, save
from fame.data import planted
from fame.errors import InputError
from fame.files import FolderError
from fame.folders import recover, whole_folder
from fame.home import model_folders


@pytest.fixture
def folder(trained, tmp_path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(trained.description.folder, tmp_path / "model"))


def test_what_is_saved_is_loaded(trained, cinema, tmp_path):
    save(tmp_path / "again", trained.model, cinema, {"note": "a card"})
    again = load(tmp_path / "again")
    assert again.model.config == trained.model.config
    assert again.ids == cinema.catalog.ids
    assert again.description.card == {"note": "a card"}
    assert again.description.fingerprint == trained.description.fingerprint
    items = torch.tensor([[0, 3, 9, 27]])
    assert torch.equal(again.model(items).query, trained.model(items).query)


def test_its_head_is_kept_and_a_config_without_one_is_of_a_sum(trained_mixture, folder, tmp_path):
    assert load(trained_mixture.description.folder).model.config.head == "mixture"
    path = folder / "config.json"
    old = {key: value for key, value in json.loads(path.read_text()).items() if key != "head"}
    path.write_text(json.dumps(old | {"fingerprint": fingerprint(old)}))
    assert load(folder).model.config.head == "sum"


def test_a_model_is_ready_to_be_shared(folder):
    model = load(folder).model
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_its_name_is_the_runs(trained, folder):
    assert describe(folder).name == "model"
    assert describe(trained.description.folder).name == "fame"


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


PICKLE = b"\x80\x04cos\nsystem\n."
WEIGHTS, ITEMS, CONFIG = "model.safetensors", "items.json", "config.json"
DAMAGE = {
    "weights cut short": (lambda f: cut(f / WEIGHTS), WEIGHTS),
    "weights empty": (lambda f: (f / WEIGHTS).write_bytes(b""), WEIGHTS),
    "weights missing": (lambda f: (f / WEIGHTS).unlink(), WEIGHTS),
    "a bit of the weights": (lambda f: flip_a_bit(f / WEIGHTS), WEIGHTS),
    "a pickle for weights": (lambda f: (f / WEIGHTS).write_bytes(PICKLE), WEIGHTS),
    "ids of other items": (lambda f: (f / ITEMS).write_text('["a", "b"]'), ITEMS),
    "ids missing": (lambda f: (f / ITEMS).unlink(), ITEMS),
    "no config": (lambda f: (f / CONFIG).unlink(), "config.json is missing"),
    "half a config": (lambda f: (f / CONFIG).write_text('{"format": 1,'), "config.json is not readable"),
    "a list for a config": (lambda f: (f / CONFIG).write_text("[]"), "config.json holds no JSON object"),
    "binary for a config": (lambda f: (f / CONFIG).write_bytes(b"\xff\xfe\x00"), "config.json is not readable"),
    "a config of a later format": (lambda f: edit_config(f, format=99), "format 99"),
    "a wrong width": (lambda f: edit_config(f, width=32), "of shape"),
    "a wrong number of items": (lambda f: edit_config(f, items=7), "of shape"),
    "an impossible width": (lambda f: edit_config(f, width=-1), "width"),
    "heads that do not divide": (lambda f: edit_config(f, heads=3), "not a multiple"),
    "a width of words": (lambda f: edit_config(f, width="wide"), "width"),
    "another dropout": (lambda f: edit_config(f, dropout=0.9), "was changed after it was written"),
    "no card": (lambda f: (f / "card.json").unlink(), "card.json is missing"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_in_one_sentence(folder, damage):
    harm, named = DAMAGE[damage]
    harm(folder)
    with pytest.raises(InputError) as error:
        load(folder)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(ModelError, match="There is no model folder"):
        load(tmp_path / "none")


def test_data_that_it_was_not_trained_on_is_refused(trained, cinema, tmp_path):
    other = planted.make(tmp_path / "other", planted.options(users=120, items=80, length=12, seed=6))
    assert trained.catalog(cinema) is cinema.catalog
    with pytest.raises(ModelError, match="was trained on 'planted-cinema' with fingerprint"):
        trained.catalog(other)


def write_and_fail(folder: Path, error: BaseException) -> None:
    with whole_folder(folder) as new:
        (new / "a").write_text("new")
        raise error


def test_a_failing_write_keeps_the_old_folder(tmp_path):
    folder = tmp_path / "f"
    with whole_folder(folder) as new:
        (new / "a").write_text("old")
    with pytest.raises(FolderError, match=r"could not be written .No space left"):
        write_and_fail(folder, OSError(28, "No space left on device"))
    with pytest.raises(KeyboardInterrupt):
        write_and_fail(folder, KeyboardInterrupt())
    assert (folder / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_kill_between_the_two_renames_loses_nothing(tmp_path):
    (tmp_path / "f.old").mkdir()
    (tmp_path / "f.old" / "a").write_text("kept")
    recover(tmp_path / "f")
    assert (tmp_path / "f" / "a").read_text() == "kept"


def test_a_model_that_is_replaced_while_it_is_read_is_read_anew(trained, trained_mixture, tmp_path, monkeypatch):
    """As a page meets it that shows the best model so far of a training."""
    folder = shutil.copytree(trained.description.folder, tmp_path / "best")
    build = store.build_empty

    def replaced(config):
        monkeypatch.setattr(store, "build_empty", build)
        shutil.rmtree(folder)
        shutil.copytree(trained_mixture.description.folder, folder, copy_function=shutil.copyfile)
        return build(config)

    monkeypatch.setattr(store, "build_empty", replaced)
    assert load(folder).description.fingerprint == trained_mixture.description.fingerprint


def test_a_model_that_is_replaced_again_and_again_never_goes_missing(
    trained, trained_mixture, cinema, tmp_path, monkeypatch
):
    """As pages meet it that list and show models while a training finds better ones: it is one or the other, whole."""
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    folder, ended = tmp_path / "runs" / "r" / "best", threading.Event()
    known = {one.description.fingerprint: name for name, one in (("a", trained), ("b", trained_mixture))}
    save(folder, trained.model, cinema, {"of": "a"})

    def replace():
        for _ in range(15):
            save(folder, trained_mixture.model, cinema, {"of": "b"})
            save(folder, trained.model, cinema, {"of": "a"})
        ended.set()

    writer = threading.Thread(target=replace)
    writer.start()
    while not ended.is_set():
        assert "r" in model_folders()
        for found in (describe(folder), load(folder).description):
            assert found.card["of"] == known[found.fingerprint]
    writer.join()
