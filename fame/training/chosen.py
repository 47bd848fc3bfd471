"""Settings as the command line gives them, and back."""

from collections.abc import Sequence
from typing import Any

from fame.training.presets import BASELINE, PRESETS, SettingsError, settings
from fame.training.settings import Settings


def parse(preset: str, basic: dict[str, Any], entries: Sequence[str]) -> Settings:
    """A preset with `key=value` entries on top of the `basic` ones.

    Raises
    ------
    SettingsError
        An entry is not key=value, or a setting is unknown or out of range.
    """
    chosen: dict[str, Any] = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        if not equals:
            raise SettingsError(f"--set {entry!r} is not key=value; write for instance --set width=64.")
        chosen[key.strip()] = value.strip()
    return settings(preset, **(basic | chosen))


def options(preset: str, wanted: Settings) -> list[str]:
    """The options of `fame train` that give these settings, as few as possible."""
    base = PRESETS[preset].model_dump() | (BASELINE | {"model": "fame"} if wanted.model == "sasrec" else {})
    found = ["--preset", preset] if preset != "default" else []
    for name, value in wanted.model_dump().items():
        if value == base[name]:
            continue
        if name in ("model", "seed"):
            found += [f"--{name}", str(value)]
        else:
            text = (",".join(value) or "none") if isinstance(value, tuple) else str(value)
            found += ["--set", f"{name}={text}"]
    return found
