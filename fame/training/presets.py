"""Named settings, each a whole record, and how single settings are chosen differently."""

from typing import Any

from pydantic import ValidationError

from fame.architectures import DEFAULT_ARCHITECTURE, trained_here
from fame.errors import InputError
from fame.training.settings import Settings


class SettingsError(InputError):
    """A setting is unknown or out of range."""


PRESETS: dict[str, Settings] = {
    "default": Settings(),
    # Whatever it takes. Wide facets come to rely on one another; narrow ones have nothing to spare.
    "best": Settings(width=256, facet_dropout=0.2, epochs=20, patience=20),
    # For a class or a first try: minutes on a laptop.
    "small": Settings(width=32, experts=4, epochs=15),
    # FAME's architecture as the paper has it, not its training: W_f starts at H times the identity, not at random, and
    # a batch is so many positions of histories of like length, not so many histories. Neither a popularity bias nor
    # anything that keeps the gate from collapsing; absolute positions, no begin token, one dropout and one rate, and
    # facets that nothing ties to a meaning.
    "published": Settings(
        length=50,
        experts=4,
        experts_form="published",
        positions="absolute",
        begin=False,
        residual="projection",
        item_facets="learned",
        popularity=False,
        gate_balance=0.0,
        anchor=(),
        warmup=0.0,
        final_rate=1.0,
        patience=10,
    ),
}


def start(preset: str, model: str) -> dict[str, Any]:
    """A preset's settings, as they are for an architecture; they stay the preset's where there is none of that name.

    Raises
    ------
    SettingsError
        There is no such preset.
    """
    if preset not in PRESETS:
        raise SettingsError(f"There is no preset {preset!r}; choose one of {', '.join(PRESETS)}.")
    base = PRESETS[preset].model_dump()
    return next((base | one.settings for one in trained_here() if one.name == model), base)


def settings(preset: str = "default", **chosen: Any) -> Settings:
    """A preset with some settings chosen differently; values may be text, as on the command line.

    Raises
    ------
    SettingsError
        One sentence that names the setting and what is allowed.
    """
    base = start(preset, str(chosen.get("model", DEFAULT_ARCHITECTURE)))
    for name in chosen:
        if name not in Settings.model_fields:
            raise SettingsError(f"There is no setting {name!r}; the settings are {', '.join(Settings.model_fields)}.")
    try:
        return Settings.model_validate(base | chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        message = first["msg"].removeprefix("Value error, ")
        given = f" (given: {first['input']!r})" if first["loc"] else ""
        raise SettingsError(f"{name}: {message}{given}.") from None
