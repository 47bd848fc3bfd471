"""A component's script and style, read once."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Facet:
    """A facet as all components draw it."""

    name: str
    color: str


def script(face: str) -> str:
    """The script of the component whose Python face is that file, after what all of them begin with."""
    folder = Path(face).parent
    return (folder.parent / "dom.js").read_text(encoding="utf-8") + (folder / "component.js").read_text(
        encoding="utf-8"
    )


def style(face: str) -> str:
    """Its style."""
    return (Path(face).parent / "component.css").read_text(encoding="utf-8")
