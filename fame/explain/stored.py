"""Results that are stored beside the weights they were measured on, and never shown for others. No torch."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from fame.checkpoint.description import Description
from fame.errors import InputError
from fame.files import read_json, write_json
from fame.measured import find, kept

T = TypeVar("T")


class StoredError(InputError):
    """A stored result cannot be read or was measured on other weights."""


def save(path: Path, fingerprint: str, result: Any) -> None:
    """Write a dataclass as JSON in the model's folder, with the fingerprint of the model that it is about."""
    with kept(path.parent, path.name, fingerprint) as place:
        write_json(place, {"model": fingerprint, "result": as_json(result)})


def load(model: Description, file: str, kind: type[T], advice: str) -> T | None:
    """What is stored in a file of the model's folder; None where there is no such file.

    Raises
    ------
    StoredError, FolderError
        It cannot be read, or was measured on other weights.
    """
    path = find(model.folder, file, model.fingerprint)
    if not path.is_file():
        return None
    content = read_json(path, advice)
    if content.get("model") != model.fingerprint:
        raise StoredError(f"{path} was measured on other weights; {advice}.")
    try:
        return TypeAdapter(kind).validate_python(content["result"])
    except (KeyError, ValidationError) as error:
        raise StoredError(f"{path} cannot be read ({str(error).splitlines()[0]}); {advice}.") from None


def as_json(result: Any) -> Any:
    """Plain dicts, lists and numbers."""
    return TypeAdapter(type(result)).dump_python(result, mode="json")
