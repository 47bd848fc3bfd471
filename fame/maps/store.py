"""Reading and writing the maps of a model folder. No torch, no UMAP: a page can show a map at once."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fame.errors import InputError
from fame.files import read_json, write_json
from fame.folders import read_whole, recover, whole_folder
from fame.measured import find, kept

ADVICE = "draw them with `python -m fame map --model MODEL`"
MOST_MAPPED = 12_000  # items on a map; of a larger catalog a random sample is shown


class MapError(InputError):
    """A map is missing or does not belong to the model."""


class NoMapsError(MapError):
    """Nobody drew any."""


@dataclass(frozen=True)
class Space:
    """A map of one space of item vectors."""

    name: str  # "all facets", or a facet's name
    xy: np.ndarray  # (points, 2) float32
    trustworthiness: float  # at k = 15: are neighbours on the map neighbours in the space?
    continuity: float  # at k = 15: are neighbours in the space neighbours on the map?


@dataclass(frozen=True)
class Maps:
    """Maps of the same items."""

    model: str  # fingerprint of the model
    seed: int
    of: int  # items in the catalog
    items: np.ndarray  # (points,) catalog indices shown
    spaces: tuple[Space, ...]


def seconds(items: int, facets: int) -> float:
    """About what it takes to draw the maps of a model, by what it took on two idle cores."""
    return 10 + min(items, MOST_MAPPED) * (1 + facets) / 400


def save(folder: Path, maps: Maps) -> None:
    """Write `maps/` of a model folder."""
    columns = {"item": maps.items.astype(np.int32)}
    for i, space in enumerate(maps.spaces):
        columns |= {f"x{i}": space.xy[:, 0], f"y{i}": space.xy[:, 1]}
    about = {
        "model": maps.model,
        "seed": maps.seed,
        "of": maps.of,
        "spaces": [
            {"name": space.name, "trustworthiness": space.trustworthiness, "continuity": space.continuity}
            for space in maps.spaces
        ],
    }
    with kept(folder, "maps", maps.model) as place, whole_folder(place) as new:
        pd.DataFrame(columns).to_parquet(new / "coordinates.parquet", index=False)
        write_json(new / "maps.json", about)


def load(folder: Path, fingerprint: str) -> Maps:
    """Read the maps of the model with that fingerprint.

    Raises
    ------
    MapError
        There are none, they cannot be read, or they belong to other weights.
    """
    return read_whole(folder, lambda: _load(folder, find(folder, "maps", fingerprint), fingerprint))


def _load(model: Path, folder: Path, fingerprint: str) -> Maps:
    recover(folder)
    if not folder.is_dir():
        raise NoMapsError(f"{model} has no maps yet; {ADVICE}.")
    about = read_json(folder / "maps.json", ADVICE)
    if about.get("model") != fingerprint:
        raise MapError(f"The maps in {folder} were made from other weights; {ADVICE}.")
    try:
        table = pd.read_parquet(folder / "coordinates.parquet")
        spaces = tuple(
            Space(
                entry["name"],
                table[[f"x{i}", f"y{i}"]].to_numpy(np.float32),
                entry["trustworthiness"],
                entry["continuity"],
            )
            for i, entry in enumerate(about["spaces"])
        )
        return Maps(fingerprint, int(about["seed"]), int(about["of"]), table["item"].to_numpy(np.int64), spaces)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MapError(f"The maps in {folder} cannot be read ({error}); {ADVICE}.") from None
