"""A model as one file to carry: a zip of its four files, packed here, and unpacked with no trust in where it came from.

What was measured with a model (maps, meaning, scorecard …) stays behind: what is shown as tested was tested here.
"""

import io
import json
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fame.checkpoint import store
from fame.errors import InputError
from fame.folders import new_folder

MB = 2**20
LIMITS = {"model.safetensors": 1024 * MB, "config.json": MB, "items.json": 64 * MB, "card.json": MB}  # unpacked
PACKED = 256 * MB
RATIO = 50  # of unpacked to packed, in all; real weights do not even halve


class PackageError(InputError):
    """A file that holds no model, or more than a model."""


class _Card(BaseModel):
    """What the pages take from a card; of these kinds, or not there."""

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)
    command: str = ""
    settings: dict[str, Any] = {}
    seed: int = 0
    epoch: int = 0
    parameters: int = 0
    seconds: float = 0
    seconds_per_epoch: float = 0
    metrics: dict[str, dict[str, float] | int | bool] = {}
    gate: list[float] = []
    expert_load: list[list[float]] = []
    machine: str = ""
    versions: dict[str, str] = {}


class _Names(BaseModel):
    """What of config.json is text."""

    model_config = ConfigDict(extra="allow", strict=True)
    dataset: str = Field(min_length=1, max_length=200, pattern=r"^[^/\\\x00]+$")
    dataset_fingerprint: str
    fingerprint: str
    sha256: dict[str, str]


def pack(folder: Path, name: str) -> bytes:
    """The zip of a model's four files, in a folder of that name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in LIMITS:
            archive.write(folder / file, f"{name}/{file}")
    return packed.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Check a zip and make the model folder of it, whole or not at all.

    Names, kinds and sizes are checked before a byte is unpacked, texts before anything is written, and hashes, shapes
    and values in a temporary folder, before it gets its name.

    Raises
    ------
    PackageError, ModelError, FolderError
        It is no zip of a model, or one that was damaged or made to harm.
    """
    if folder.exists():
        raise PackageError(f"{folder} exists already; choose another name.")
    files = _read(packed)
    _check_texts(files)
    with new_folder(folder) as new:
        for name, content in files.items():
            (new / name).write_bytes(content)
        found = store.load(new)
        for name, tensor in found.model.state_dict().items():
            if tensor.dtype != torch.float32 or not torch.isfinite(tensor).all():
                raise PackageError(f"model.safetensors: {name} holds other values than finite 32-bit numbers.")


def _read(packed: bytes) -> dict[str, bytes]:
    """Name -> content of the four files."""
    if len(packed) > PACKED:
        raise PackageError(f"The file has {len(packed) / MB:,.0f} MB; a model may have {PACKED // MB}.")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = _entries(archive, len(packed))
            return {name: archive.read(entry) for name, entry in entries.items()}
    except PackageError:  # is a ValueError, too
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error) as error:
        raise PackageError(
            f"The file is no whole zip ({error}); download the model again where it came from."
        ) from None


def _entries(archive: zipfile.ZipFile, packed: int) -> dict[str, zipfile.ZipInfo]:
    """The four files, all in one folder or none; anything else is refused by name."""
    found: dict[str, zipfile.ZipInfo] = {}
    places = set()
    for entry in archive.infolist():
        shown = repr(entry.filename[:80])
        path = PurePosixPath(entry.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
            raise PackageError(f"The zip wants to write to {shown}, outside of its folder; it was not unpacked.")
        if entry.is_dir():
            continue
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise PackageError(f"{shown} in the zip is no plain file but a link or the like; it was not unpacked.")
        if entry.flag_bits & 1:
            raise PackageError(f"{shown} in the zip is encrypted; pack the model without a password.")
        if path.name not in LIMITS or len(path.parts) > 2:
            raise PackageError(
                f"{shown} does not belong to a model; a zip of one holds {', '.join(LIMITS)} and no more."
            )
        if path.name in found:
            raise PackageError(f"{path.name} is in the zip twice; a zip holds one model.")
        if entry.file_size > LIMITS[path.name]:
            raise PackageError(f"{path.name} would unpack to {entry.file_size / MB:,.0f} MB; more than a model has.")
        found[path.name] = entry
        places.add(path.parent)
    if missing := [name for name in LIMITS if name not in found]:
        raise PackageError(f"The zip holds no {missing[0]}; a model is {', '.join(LIMITS)}.")
    if len(places) > 1:
        raise PackageError("The files of the model are in several folders of the zip; put them into one.")
    if sum(entry.file_size for entry in found.values()) > max(MB, RATIO * packed):
        raise PackageError("The zip would unpack to far more than it holds; it was not unpacked.")
    return found


def _check_texts(files: dict[str, bytes]) -> None:
    """JSON of the kinds that the pages count on."""
    for name, kind in (("config.json", _Names), ("card.json", _Card)):
        try:
            kind.model_validate_json(files[name])
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise PackageError(f"{name}: {place}: {first['msg']}; the zip holds no model of this app.") from None
    try:
        ids = json.loads(files["items.json"])
    except (ValueError, RecursionError):
        ids = None
    if not isinstance(ids, list) or not all(isinstance(one, str) and one for one in ids) or len(set(ids)) != len(ids):
        raise PackageError("items.json is no list of different item ids; the zip holds no model of this app.")
