"""The models on this machine: those that can be used, and why the others cannot."""

from __future__ import annotations

from app import resources
from fame import home
from fame.checkpoint.description import Description
from fame.errors import InputError


def readable() -> dict[str, Description]:
    """Every model whose folder can be read, by name. What cannot be read is told by `broken`."""
    return {name: found for name, found in _described().items() if isinstance(found, Description)}


def broken() -> dict[str, str]:
    """Name -> sentence for the model folders that cannot be used."""
    return {name: found for name, found in _described().items() if isinstance(found, str)}


def _described() -> dict[str, Description | str]:
    found: dict[str, Description | str] = {}
    for name, folder in home.model_folders().items():
        try:
            found[name] = resources.description(folder)
        except InputError as error:
            found[name] = str(error)
    return found


def usable() -> dict[str, Description]:
    """The models whose data set is on this machine."""
    return {name: model for name, model in readable().items() if has_data(model.dataset)}


def has_data(name: str) -> bool:
    """Whether the data set of that name is on this machine."""
    return (home.data_folder(name) / "dataset.json").exists()


def way_to_data(name: str) -> str:
    """What to do about a data set that is not here."""
    if name == "movielens-100k":
        return "run python -m fame data fetch movielens-100k"
    return f"bring the folder data/{name}"


def to_compare(model: Description) -> list[Description]:
    """Whatever a model can be compared with, the likeliest first: of the same data the best one without facets."""

    def likely(other: Description) -> tuple[bool, bool, float]:
        validation = other.card.get("metrics", {}).get("validation", {})
        return (
            other.config["dataset_fingerprint"] != model.config["dataset_fingerprint"],
            bool(other.architecture.facets),
            -validation.get("NDCG@10", 0.0),
        )

    return sorted((other for other in usable().values() if other.name != model.name), key=likely)


def baseline(dataset_fingerprint: str, but: str) -> tuple[str, dict[str, float]] | None:
    """Architecture with name, and validation measures, of the best model without facets on the same data but `but`."""
    found = [
        (f"{model.architecture.title} ({name})", model.card.get("metrics", {}).get("validation", {}))
        for name, model in readable().items()
        if not model.architecture.facets and model.config["dataset_fingerprint"] == dataset_fingerprint and name != but
    ]
    return max((one for one in found if one[1]), key=lambda one: one[1].get("NDCG@10", 0.0), default=None)
