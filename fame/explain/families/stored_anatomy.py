"""The anatomy of a model, fitted once: a folder beside its weights, in which whoever wants it next finds it.

It is the model's and its data set's alone, whose fingerprint is part of the model's. A model without it, or with one
that cannot be read, is fitted again: what is stored saves time and is no result.
"""

from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from fame.checkpoint.store import Checkpoint, write_tensors
from fame.data import Catalog
from fame.explain.families.anatomy import Anatomy, fit
from fame.files import FolderError, read_json, write_json
from fame.folders import recover, whole_folder
from fame.measured import find, kept

ANATOMY = "anatomy"  # folder, and name of its two files
ADVICE = "fit it again with `python -m fame verify meaning --model MODEL`"
TOLD = ("families", "given", "penalties", "explained")  # what stands in the JSON; all else are tensors


def anatomy_of(checkpoint: Checkpoint, catalog: Catalog) -> Anatomy:
    """What is stored with the model for all families of its catalog; fitted now where that is not there."""
    model, named = checkpoint.model, checkpoint.description
    stored = _load(named.folder, named.fingerprint)
    kinds = (catalog.given, catalog.derived)
    known = tuple(family.name for kind in kinds for family in kind if catalog.coverage[family.name][0])
    if stored is not None and stored.families == known and _fits(stored, model.config.items, model.config.width):
        return stored
    return fit(model, catalog)


def keep_anatomy(checkpoint: Checkpoint, catalog: Catalog) -> Anatomy:
    """Fit a model on all families of its catalog and store that with it, in place of what is there.

    Raises
    ------
    FolderError
        The model's folder cannot be written.
    """
    found, mark = fit(checkpoint.model, catalog), checkpoint.description.fingerprint
    told = {name: getattr(found, name) for name in TOLD}
    tensors: dict[str, Tensor] = {}
    for of in fields(found):
        value = getattr(found, of.name)
        if of.name not in TOLD:
            each = enumerate(value) if isinstance(value, tuple) else [("", value)]
            tensors |= {f"{of.name}{number}": narrow(tensor) for number, tensor in each}
    with kept(checkpoint.description.folder, ANATOMY, mark) as place, whole_folder(place) as new:
        write_tensors(new / f"{ANATOMY}.safetensors", tensors)
        write_json(new / f"{ANATOMY}.json", {"model": mark, **told})
    return found


def narrow(tensor: Tensor) -> Tensor:
    """Numbers of rows as they are stored: half as wide."""
    return tensor if tensor.is_floating_point() else tensor.int()


def _load(model: Path, fingerprint: str) -> Anatomy | None:
    """None where there is none of these weights that can be read."""
    folder = find(model, ANATOMY, fingerprint)
    recover(folder)
    try:
        about: dict[str, Any] = read_json(folder / f"{ANATOMY}.json", ADVICE)
        if about.get("model") != fingerprint:
            return None
        tensors = load_file(folder / f"{ANATOMY}.safetensors")
        families = tuple(about["families"])
        each = {
            name: tuple(tensors[f"{name}{a}"] for a in range(len(families))) for name in ("values", "starts", "weights")
        }
        return Anatomy(
            families=families,
            given=int(about["given"]),
            penalties=tuple(about["penalties"]),
            explained=float(about["explained"]),
            values=tuple(value.long() for value in each["values"]),
            starts=tuple(value.long() for value in each["starts"]),
            weights=each["weights"],
            centres=tensors["centres"],
            average=tensors["average"],
        )
    except (FolderError, SafetensorError, OSError, KeyError, TypeError, ValueError):
        return None


def _fits(found: Anatomy, V: int, D: int) -> bool:
    """Whether its shapes and numbers are those of V items of D numbers, so that no page meets others."""
    A = len(found.families)
    whole = found.centres.shape == (A, D) and found.average.shape == (D,) and bool(torch.isfinite(found.centres).all())
    for values, starts, weights in zip(found.values, found.starts, found.weights, strict=True):
        whole = whole and starts.shape == (V + 2,) and weights.ndim == 2 and weights.shape[1] == D
        whole = whole and bool((starts[1:] >= starts[:-1]).all()) and int(starts[0]) == 0
        whole = whole and int(starts[-1]) == len(values) and bool(torch.isfinite(weights).all())
        whole = whole and (not len(values) or (int(values.min()) >= 0 and int(values.max()) < len(weights)))
    return whole
