"""A model travels as a zip; a zip that holds anything else, or would do harm, leaves nothing behind."""

import hashlib
import io
import json
import stat
import zipfile

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from fame.checkpoint import package
from fame.checkpoint.description import ModelError, fingerprint
from fame.checkpoint.package import PackageError, pack, unpack
from fame.checkpoint.store import load


@pytest.fixture
def packed(trained) -> bytes:
    return pack(trained.description.folder, "mine")


def entries(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def zipped(files: dict) -> bytes:
    """Names, or entries with all that a zip can say of them, -> content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def refused(packed: bytes, tmp_path, error: type = PackageError) -> str:
    """What is said; and nothing is left, neither there nor beside it."""
    home = tmp_path / "runs"
    home.mkdir(exist_ok=True)
    with pytest.raises(error) as told:
        unpack(packed, home / "theirs")
    assert list(home.iterdir()) == []
    assert list(tmp_path.iterdir()) == [home]
    return str(told.value)


def test_it_comes_out_as_it_went_in(packed, trained, tmp_path):
    unpack(packed, tmp_path / "runs" / "theirs" / "best")
    found = load(tmp_path / "runs" / "theirs" / "best")
    assert found.description.name == "theirs"
    assert found.description.fingerprint == trained.description.fingerprint
    assert found.ids == trained.ids
    assert all(torch.equal(a, b) for a, b in zip(found.model.parameters(), trained.model.parameters(), strict=True))
    with pytest.raises(PackageError, match="exists already"):
        unpack(packed, tmp_path / "runs" / "theirs" / "best")


@pytest.mark.parametrize(
    "name", ["../evil.json", "mine/../../config.json", "/etc/config.json", "..\\config.json", "C:config.json"]
)
def test_no_path_leads_out(packed, tmp_path, name):
    said = refused(zipped(entries(packed) | {name: b"{}"}), tmp_path)
    assert said == f"The zip wants to write to {name!r}, outside of its folder; it was not unpacked."


def test_no_link_is_followed(packed, tmp_path):
    files: dict = entries(packed)
    del files["mine/card.json"]
    link = zipfile.ZipInfo("mine/card.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "no plain file" in refused(zipped(files | {link: b"/etc/passwd"}), tmp_path)


@pytest.mark.parametrize("name", ["mine/model.pkl", "mine/run.py", "mine/maps/config.json", "mine/deep/er/card.json"])
def test_what_is_no_part_of_a_model_is_refused_by_name(packed, tmp_path, name):
    assert f"{name!r} does not belong to a model" in refused(zipped(entries(packed) | {name: b"{}"}), tmp_path)


def test_a_bomb_is_not_unpacked(packed, tmp_path, monkeypatch):
    files = entries(packed)
    for name in ("mine/items.json", "mine/model.safetensors"):
        assert "far more than it holds" in refused(zipped(files | {name: b"\0" * 60_000_000}), tmp_path)
    monkeypatch.setitem(package.LIMITS, "items.json", 100)
    assert "would unpack to" in refused(packed, tmp_path)


def test_an_entry_that_lies_about_its_size_is_refused(packed, tmp_path):
    """The directory says ten bytes; what is stored goes on for longer."""
    files = entries(packed)
    whole = bytearray(zipped(files | {"mine/items.json": b"[" + b" " * 100_000 + b"]"}))
    at = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"mine/items.json"))
    whole[at + 24 : at + 28] = (10).to_bytes(4, "little")
    refused(bytes(whole), tmp_path)


def test_what_is_missing_or_no_zip_is_said(packed, tmp_path):
    files = entries(packed)
    files.pop("mine/items.json")
    assert "holds no items.json" in refused(zipped(files), tmp_path)
    assert "no whole zip" in refused(b"hello", tmp_path)
    assert "no whole zip" in refused(packed[:-300], tmp_path)


def changed(packed: bytes, **files: bytes) -> bytes:
    """A zip whose hashes are right, as somebody who wants to be believed would make it."""
    found = {name.removeprefix("mine/"): content for name, content in entries(packed).items()}
    found |= {{"weights": "model.safetensors"}.get(name, f"{name}.json"): content for name, content in files.items()}
    config = json.loads(found["config.json"])
    config["sha256"] = {name: hashlib.sha256(found[name]).hexdigest() for name in ("model.safetensors", "items.json")}
    config["fingerprint"] = fingerprint(config)
    found["config.json"] = json.dumps(config).encode()
    return zipped(found)


def test_weights_of_another_shape_or_kind_are_refused(packed, tmp_path):
    weights = load_tensors(entries(packed)["mine/model.safetensors"])
    name = "gate.weight"
    wide = weights | {name: torch.zeros(3, 3)}
    assert "of shape" in refused(changed(packed, weights=save_tensors(wide)), tmp_path, ModelError)
    double = weights | {name: weights[name].double()}
    assert "32-bit" in refused(changed(packed, weights=save_tensors(double)), tmp_path)
    hole = weights | {name: weights[name] * float("nan")}
    assert "finite" in refused(changed(packed, weights=save_tensors(hole)), tmp_path)
    assert "cannot be read" in refused(changed(packed, weights=b"\xff" * 64), tmp_path, ModelError)


@pytest.mark.parametrize(
    "card", [b"[]", b'{"metrics": {"test": {"NDCG@10": "<b>"}}}', b'{"seed": [1]}', b'{"gate": 1}', b"{" * 100_000]
)
def test_a_card_that_would_break_a_page_is_refused(packed, tmp_path, card):
    assert "card.json" in refused(changed(packed, card=card), tmp_path)


def test_a_data_set_outside_of_the_data_folder_is_refused(packed, tmp_path):
    config = json.loads(entries(packed)["mine/config.json"]) | {"dataset": "../../secret"}
    assert "config.json: dataset" in refused(changed(packed, config=json.dumps(config).encode()), tmp_path)


def test_hashes_are_checked(packed, tmp_path):
    files = entries(packed)
    ids = json.loads(files["mine/items.json"])
    files["mine/items.json"] = json.dumps(ids[::-1]).encode()
    assert "not the file that config.json was written with" in refused(zipped(files), tmp_path, ModelError)
