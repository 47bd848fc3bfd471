"""A component's script and style, read once, and what all of them draw alike."""

import re
from dataclasses import dataclass
from pathlib import Path

YEAR = re.compile(r"^(.*) \((\d{4})\)$", re.DOTALL)


@dataclass(frozen=True)
class Facet:
    """A facet as all components draw it."""

    name: str
    color: str


def script(face: str) -> str:
    """The script of the component whose Python face is that file, after what all of them begin with."""
    return _read(face, "js")


def style(face: str) -> str:
    """Its style, after what all of them begin with."""
    return _read(face, "css")


def _read(face: str, kind: str) -> str:
    folder = Path(face).parent
    files = (folder.parent / f"dom.{kind}", folder / f"component.{kind}")
    return "".join(file.read_text(encoding="utf-8") for file in files)


def titled(title: str) -> dict[str, str]:
    """Split "Heat (1995)" into title and year, which are drawn apart; the year is empty where there is none."""
    match = YEAR.match(title)
    name, year = match.groups() if match else (title, "")
    return {"title": name, "year": year}
