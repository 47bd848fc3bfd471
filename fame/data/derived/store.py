"""Reading and writing what is derived, in the folder `derived` of a model. No torch, no scikit-learn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter, ValidationError

from fame.data.dataset import DataSet
from fame.data.derived.records import Audience, Derived, DerivedFamily, LevelStability
from fame.errors import InputError
from fame.files import read_json, write_json
from fame.folders import read_whole, recover, whole_folder

DERIVED = "derived"
ABOUT, CODES = "derived.json", "items.parquet"
ADVICE = "derive the families again with `python -m fame derive --model MODEL`"


class DerivedError(InputError):
    """What is stored as derived cannot be read."""


def save(model: Path, found: Derived) -> None:
    """Write `derived/` of a model folder; it belongs to the data, so that it stays when the model is trained again."""
    columns = {
        f"{place}.{k}": family.codes[1:, k]
        for place, family in enumerate(found.families)
        for k in range(family.codes.shape[1])
    }
    with whole_folder(model / DERIVED) as new:
        pd.DataFrame(columns).to_parquet(new / CODES, index=False)
        write_json(new / ABOUT, about(found))


def attached(model: Path, data: DataSet) -> DataSet:
    """The data set with what was derived from it and is stored with a model; as it is where nothing was.

    Raises
    ------
    DerivedError, FolderError
        What is stored cannot be read.
    """
    found = load(model, data.fingerprint)
    return data if found is None else replace(data, catalog=found.onto(data.catalog))


def about(found: Derived) -> dict[str, Any]:
    """All but which item has which value, as plain dicts, lists and numbers."""
    return {
        "dataset": found.dataset,
        "families": [
            {"name": one.name, "told_by": one.told_by, "values": list(one.values), "columns": one.codes.shape[1]}
            for one in found.families
        ],
        "audiences": TypeAdapter(tuple[Audience, ...]).dump_python(found.audiences, mode="json"),
        "stability": TypeAdapter(tuple[LevelStability, ...]).dump_python(found.stability, mode="json"),
        "left_out": list(found.left_out),
    }


def load(model: Path, fingerprint: str) -> Derived | None:
    """What was derived from the data set of that fingerprint; None where nothing was, or from other data.

    Raises
    ------
    DerivedError, FolderError
        It cannot be read.
    """
    return read_whole(model, lambda: _load(model / DERIVED, fingerprint))


def _load(folder: Path, fingerprint: str) -> Derived | None:
    recover(folder)
    if not folder.is_dir():
        return None
    said = read_json(folder / ABOUT, ADVICE)
    if said.get("dataset") != fingerprint:
        return None
    try:
        table = pd.read_parquet(folder / CODES)
        return Derived(
            dataset=fingerprint,
            families=tuple(_family(place, one, table) for place, one in enumerate(said["families"])),
            audiences=TypeAdapter(tuple[Audience, ...]).validate_python(said["audiences"]),
            stability=TypeAdapter(tuple[LevelStability, ...]).validate_python(said["stability"]),
            left_out=tuple(said["left_out"]),
        )
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise DerivedError(f"{folder} cannot be read ({str(error).splitlines()[0]}); {ADVICE}.") from None


def _family(place: int, one: dict[str, Any], table: pd.DataFrame) -> DerivedFamily:
    codes = table[[f"{place}.{k}" for k in range(one["columns"])]].to_numpy(np.int32)
    if codes.size and (codes.max() >= len(one["values"]) or codes.min() < -1):
        raise ValueError(f"{one['name']} has a value that it does not name")
    padding = np.full((1, one["columns"]), -1, np.int32)
    return DerivedFamily(one["name"], one["told_by"], tuple(one["values"]), np.vstack([padding, codes]))
