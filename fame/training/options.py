"""Settings as the command line gives them, and back."""

from collections.abc import Sequence
from typing import Any

from fame.data import Catalog
from fame.training.anchoring import plan
from fame.training.presets import PRESETS, SettingsError, settings, start
from fame.training.settings import Settings


def parse(preset: str, basic: dict[str, Any], entries: Sequence[str]) -> Settings:
    """A preset with the `basic` settings and `key=value` entries.

    Raises
    ------
    SettingsError
        An entry is not key=value, or a setting is unknown, out of range, or given twice.
    """
    return settings(preset, **given(basic, entries))


def given(basic: dict[str, Any], entries: Sequence[str]) -> dict[str, Any]:
    """The settings that a command line names: the `basic` ones that are not None, and `key=value` entries."""
    found = {name: value for name, value in basic.items() if value is not None}
    for entry in entries:
        key, equals, value = (part.strip() for part in entry.partition("="))
        if not equals:
            raise SettingsError(f"--set {entry!r} is not key=value; write for instance --set width=64.")
        if str(found.setdefault(key, value)) != value:
            raise SettingsError(f"{key} is given twice, as {found[key]} and as {value}; give it once.")
    return found


def differing(own: Settings, preset: str | None, named: dict[str, Any], catalog: Catalog) -> str:
    """In what a command line asks a run for other settings than its own, as "seed 1, not 7"; empty = in nothing.

    Only what is named counts: a preset in full, but for what else is named and for model and seed, which none decides.

    Raises
    ------
    SettingsError, AnchoringError
        A setting is unknown or out of range, or does not suit the data.
    """
    if str(named.get("model", own.model)) != own.model:
        settings(preset or "default", model=named["model"])  # refuses what is no model at all
        return f"model {own.model}, not {named['model']}"
    # Which facets' experts own nothing follows from other settings: it is of the run's own, unless it is named.
    base = own.model_dump() | {"ownerless": ()} if preset is None else {"model": own.model, "seed": own.seed}
    asked = plan(settings(preset or "default", **(base | named)), catalog).settings
    for name in Settings.model_fields if preset else [name for name in Settings.model_fields if name in named]:
        ours, theirs = getattr(own, name), getattr(asked, name)
        if ours != theirs:
            return f"{name} {as_text(ours)}, not {as_text(theirs)}"
    return ""


def as_text(value: Any) -> str:
    """A setting's value as it is written after `--set key=`."""
    return (",".join(value) or "none") if isinstance(value, tuple) else str(value)


def options(preset: str, wanted: Settings) -> list[str]:
    """The options of `fame train` that give these settings, as few as possible."""
    base = start(preset, wanted.model) | {"model": PRESETS[preset].model}
    found = ["--preset", preset] if preset != "default" else []
    for name, value in wanted.model_dump().items():
        if value == base[name]:
            continue
        if name in ("model", "seed"):
            found += [f"--{name}", str(value)]
        else:
            found += ["--set", f"{name}={as_text(value)}"]
    return found
