"""What is stored of an anatomy is what was fitted, is of these weights, and is never needed."""

import json
import shutil
from dataclasses import fields

import pytest
import torch

from fame.checkpoint.store import load
from fame.data import Catalog
from fame.explain.families import stored_anatomy
from fame.explain.families.anatomy import fit
from fame.explain.families.stored_anatomy import anatomy_of, keep_anatomy


@pytest.fixture
def own(trained, tmp_path):
    """A copy of a model, without what is stored with it."""
    folder = tmp_path / "model"
    shutil.copytree(trained.description.folder, folder)
    shutil.rmtree(folder / "anatomy", ignore_errors=True)
    return load(folder)


@pytest.fixture
def fitted(monkeypatch):
    """Notes every fit."""
    made = []
    monkeypatch.setattr(stored_anatomy, "fit", lambda *asked: made.append(asked) or fit(*asked))
    return made


def same(one, other):
    for of in fields(one):
        a, b = getattr(one, of.name), getattr(other, of.name)
        if isinstance(a, torch.Tensor) or (isinstance(a, tuple) and a and isinstance(a[0], torch.Tensor)):
            pairs = [(a, b)] if isinstance(a, torch.Tensor) else zip(a, b, strict=True)
            assert all(torch.equal(x, y) and x.dtype == y.dtype for x, y in pairs)
        else:
            assert a == b


def test_it_is_fitted_once_and_found_as_it_was(own, cinema, fitted):
    kept = keep_anatomy(own, cinema.catalog)
    same(anatomy_of(load(own.description.folder), cinema.catalog), kept)
    assert len(fitted) == 1


def test_a_folder_without_it_works_and_is_not_written_to(own, cinema, fitted):
    before = sorted(own.description.folder.iterdir())
    same(anatomy_of(own, cinema.catalog), fit(own.model, cinema.catalog))
    assert len(fitted) == 1
    assert sorted(own.description.folder.iterdir()) == before


def test_a_catalog_of_ids_alone_has_none_whatever_is_stored(own, cinema):
    keep_anatomy(own, cinema.catalog)
    assert anatomy_of(own, Catalog(own.ids)).families == ()


@pytest.mark.parametrize("what", ["other weights", "cut short", "other numbers"])
def test_what_is_not_of_these_weights_or_not_whole_is_fitted_again(own, cinema, fitted, what):
    kept, folder = keep_anatomy(own, cinema.catalog), own.description.folder / "anatomy"
    about, tensors = folder / "anatomy.json", folder / "anatomy.safetensors"
    if what == "other weights":
        about.write_text(json.dumps(json.loads(about.read_text()) | {"model": "0" * 64}))
    elif what == "cut short":
        tensors.write_bytes(tensors.read_bytes()[:-100])
    else:
        found = stored_anatomy.load_file(tensors)
        stored_anatomy.write_tensors(tensors, found | {"values0": found["values0"] + 1_000})
    same(anatomy_of(own, cinema.catalog), kept)
    assert len(fitted) == 2
