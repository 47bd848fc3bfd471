"""A model folder: model.safetensors, config.json, items.json and card.json, written whole and checked when read."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.overrides import TorchFunctionMode

from fame.checkpoint.description import MODEL_ADVICE, MODEL_FORMAT, Description, ModelError, describe, fingerprint
from fame.data import Catalog, DataSet
from fame.files import FolderError, write_json
from fame.folders import read_whole, whole_folder
from fame.measured import carry
from fame.model import Config, Model, build

WEIGHTS, ITEMS = "model.safetensors", "items.json"


@dataclass(frozen=True)
class Checkpoint:
    """A model ready to use, with what it was trained on."""

    description: Description
    model: Model  # in evaluation mode; shared between users of it: never changed in place
    ids: tuple[str, ...]  # item ids in index order; index 1 first

    def catalog(self, dataset: DataSet | None = None) -> Catalog:
        """The data set's catalog, or one that knows ids only.

        Raises
        ------
        ModelError
            The data set is not the one that the model was trained on.
        """
        if dataset is None:
            return Catalog(self.ids)
        config = self.description.config
        if dataset.fingerprint != config["dataset_fingerprint"]:
            raise ModelError(
                f"{self.description.name} was trained on {config['dataset']!r} with fingerprint "
                f"{config['dataset_fingerprint'][:12]}, but {dataset.name!r} has {dataset.fingerprint[:12]}; "
                "open the data that it was trained on, or train a model on this one."
            )
        return dataset.catalog


def save(folder: Path, model: Model, dataset: DataSet, card: dict[str, Any]) -> None:
    """Write a model folder in place of another; a failure leaves the old one intact.

    What was measured on the old weights is kept; it is beside these where they are the same, see `fame.measured`.
    """
    with whole_folder(folder) as new:
        write(new, model, dataset, card)
        carry(folder, new)


def write(folder: Path, model: Model, dataset: DataSet, card: dict[str, Any]) -> None:
    """Write the files of a model into an existing folder."""
    write_tensors(folder / WEIGHTS, model.state_dict())
    (folder / ITEMS).write_text(json.dumps(dataset.catalog.ids, ensure_ascii=False), encoding="utf-8")
    config = {
        "format": MODEL_FORMAT,
        **model.config.model_dump(mode="json", exclude_none=True),
        "dataset": dataset.name,
        "dataset_fingerprint": dataset.fingerprint,
        "sha256": {name: sha256(folder / name) for name in (WEIGHTS, ITEMS)},
    }
    write_json(folder / "config.json", config | {"fingerprint": fingerprint(config)})
    write_json(folder / "card.json", card)


def write_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Write a safetensors file.

    Raises
    ------
    FolderError
        The disk is full or the folder cannot be written.
    """
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    except (SafetensorError, OSError) as error:
        raise FolderError(f"{path} could not be written ({error}); free space or choose another folder.") from error


def load(folder: Path, device: torch.device | str = "cpu") -> Checkpoint:
    """Read and check a model folder; where a training replaces it meanwhile, the new one is read.

    Raises
    ------
    ModelError, FolderError
        A file is missing, truncated or changed, or the weights do not have the shapes that the configuration says.
    """
    return read_whole(folder, lambda: _load(folder, device))


def _load(folder: Path, device: torch.device | str) -> Checkpoint:
    description = describe(folder)
    config = architecture(description)
    model = build_empty(config)
    expected = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    weights: dict[str, torch.Tensor] = {}
    try:
        with safe_open(folder / WEIGHTS, framework="pt") as file:
            found = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118 (not a dict)
            for name in expected.keys() | found.keys():
                if expected.get(name) != found.get(name):
                    raise ModelError(
                        f"{folder / 'config.json'} asks for {name} of shape {expected.get(name, 'none')}, "
                        f"but {WEIGHTS} has {found.get(name, 'none')}; {MODEL_ADVICE}."
                    )
            weights = {name: file.get_tensor(name) for name in expected}
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{folder / WEIGHTS} cannot be read ({error}); {MODEL_ADVICE}.") from None
    for name in (WEIGHTS, ITEMS):
        if not (folder / name).is_file() or sha256(folder / name) != description.config["sha256"].get(name):
            raise ModelError(
                f"{folder / name} is missing or not the file that config.json was written with; {MODEL_ADVICE}."
            )
    if fingerprint(description.config) != description.fingerprint:
        raise ModelError(f"{folder / 'config.json'} was changed after it was written; {MODEL_ADVICE}.")
    ids = json.loads((folder / ITEMS).read_text(encoding="utf-8"))
    if not isinstance(ids, list) or len(ids) != config.items:
        raise ModelError(f"{folder / ITEMS} does not list the {config.items} items of config.json; {MODEL_ADVICE}.")
    model.load_state_dict(weights, assign=True)
    return Checkpoint(description, model.eval().requires_grad_(False).to(device), tuple(ids))


def architecture(description: Description) -> Config:
    """The part of config.json that fixes the shapes."""
    fields = {key: value for key, value in description.config.items() if key in Config.model_fields}
    try:
        return Config.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ModelError(f"{description.folder / 'config.json'}: {place}: {first['msg']}; {MODEL_ADVICE}.") from None


def build_empty(config: Config) -> Model:
    """The model without memory for its weights, to compare shapes and to be filled."""
    with torch.device("meta"), _Uninitialised():
        return build(config)


class _Uninitialised(TorchFunctionMode):
    """Leaves out what `torch.nn.init` does: without memory it has no effect, but torch imports its compiler for it."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == "torch.nn.init":
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


def sha256(path: Path) -> str:
    """Hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
