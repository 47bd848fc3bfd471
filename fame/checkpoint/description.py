"""What a model folder says of itself in JSON. Needs no torch, so that a page can show it at once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fame.architectures import Architecture, ArchitectureError, architecture
from fame.errors import InputError
from fame.files import read_json
from fame.folders import read_whole
from fame.heads.kinds import DEFAULT_HEAD, HeadError, HeadKind, kind_of

MODEL_FORMAT = 2
ALL = 0.9  # of a mean gate or router: more than this is a collapse
MODEL_ADVICE = "the folder is no whole model: train it again or copy it again from where it came"


class ModelError(InputError):
    """A model folder cannot be used."""


@dataclass(frozen=True)
class Description:
    """A model's name, architecture, origin and card."""

    folder: Path
    name: str
    config: dict[str, Any]  # the whole of config.json
    card: dict[str, Any]  # training settings, seed, metrics, time, versions

    def collapses(self) -> list[str]:
        """What took all of the gate or of a router in training, in sentences."""
        return collapses(self.config["facets"], self.card.get("gate", []), self.card.get("expert_load", []))

    @property
    def head(self) -> HeadKind:
        """What its head says of itself."""
        return kind_of(str(self.config.get("head", DEFAULT_HEAD)))

    @property
    def architecture(self) -> Architecture:
        """What kind it is, and what it has."""
        return architecture(self.config["architecture"])

    @property
    def dataset(self) -> str:
        """Name of the data set that the model was trained on."""
        return str(self.config["dataset"])

    @property
    def fingerprint(self) -> str:
        """Hash over configuration, weights and item ids: the identity of the model."""
        return str(self.config["fingerprint"])


def collapses(facets: Sequence[str], gate: Sequence[float], load: Sequence[Sequence[float]]) -> list[str]:
    """A sentence for each place where one takes all: mean gate weights (H,) and mean router weights (H, N)."""
    found = []
    if len(gate) > 1 and max(gate) > ALL:
        first = facets[max(range(len(facets)), key=lambda h: gate[h])]
        found.append(f"The gate has collapsed: {max(gate):.0%} of it are {first}'s, so the other facets hardly speak.")
    for facet, weights in zip(facets, load, strict=False):
        if len(weights) > 1 and max(weights) > ALL:
            number = max(range(len(weights)), key=lambda n: weights[n]) + 1
            found.append(
                f"The experts of {facet} have collapsed: {max(weights):.0%} of the router are expert {number}'s."
            )
    return found


def describe(folder: Path) -> Description:
    """Read config.json and card.json of a model folder.

    Raises
    ------
    ModelError, FolderError
        The folder is missing, or its JSON is, or it was written in another format.
    """
    return read_whole(folder, lambda: _describe(folder))


def _describe(folder: Path) -> Description:
    if not folder.is_dir():
        raise ModelError(
            f"There is no model folder {folder}; give the path of one, such as pretrained/planted-cinema-fame."
        )
    config = read_json(folder / "config.json", MODEL_ADVICE)
    if config.get("format") != MODEL_FORMAT:
        raise ModelError(
            f"{folder / 'config.json'} has format {config.get('format')!r}, but {MODEL_FORMAT} is read here; train it "
            "again."
        )
    for key in ("dataset", "dataset_fingerprint", "sha256", "fingerprint", "architecture", "facets"):
        if key not in config:
            raise ModelError(f"{folder / 'config.json'} has no {key!r}; {MODEL_ADVICE}.")
    try:
        kind_of(str(config.get("head", DEFAULT_HEAD)), bool(config["facets"]))
    except HeadError as error:
        raise ModelError(f"{folder / 'config.json'}: {error} {MODEL_ADVICE.capitalize()}.") from None
    try:
        architecture(str(config["architecture"]))
    except ArchitectureError as error:
        raise ModelError(f"{folder / 'config.json'}: {error}") from None
    card = read_json(folder / "card.json", MODEL_ADVICE)
    return Description(folder, model_name(folder), config, card)


def model_name(folder: Path) -> str:
    """The folder's name; the run's name for `best` and `last` inside a run."""
    path = folder.resolve()
    return path.parent.name if path.name in ("best", "last") else path.name


def fingerprint(config: dict[str, Any]) -> str:
    """Hash of config.json but for the fingerprint itself; it holds the hashes of the other files."""
    rest = {key: value for key, value in config.items() if key != "fingerprint"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
