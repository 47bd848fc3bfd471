"""A component's script and style, read once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Facet:
    """A facet as all components draw it."""

    name: str
    color: str


def source(face: str, kind: Literal["js", "css"]) -> str:
    """The script or the style of the component whose Python face is that file."""
    return (Path(face).parent / f"component.{kind}").read_text(encoding="utf-8")
