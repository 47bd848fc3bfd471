"""A component's script and style, read once, and what all of them draw alike."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.look import palette

YEAR = re.compile(r"^(.*) \((\d{4})\)$", re.DOTALL)


@dataclass(frozen=True)
class Facet:
    """A facet as all components draw it."""

    name: str
    color: str


def drawn(facets: Sequence[Facet]) -> list[dict[str, str]]:
    """Facets for a script: what fills a bar of theirs, and the letter that stands in it where there is room."""
    letters = palette.letters([facet.name for facet in facets])
    return [
        {
            "name": facet.name,
            "color": facet.color,
            "fill": palette.fill(facet.color),
            "letter": letter,
            "ink": palette.ink(facet.color),
        }
        for facet, letter in zip(facets, letters, strict=True)
    ]


def script(face: str) -> str:
    """The script of the component whose Python face is that file, after what all of them begin with."""
    return _read(face, "js")


def style(face: str) -> str:
    """Its style, after what all of them begin with."""
    return _read(face, "css")


def _read(face: str, kind: str) -> str:
    folder = Path(face).parent
    files = (folder.parent / f"dom.{kind}", folder / f"component.{kind}")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    return text.replace("$NEUTRAL", palette.NEUTRAL)


def titled(title: str) -> dict[str, str]:
    """Split "Heat (1995)" into title and year, which are drawn apart; the year is empty where there is none."""
    match = YEAR.match(title)
    name, year = match.groups() if match else (title, "")
    return {"title": name, "year": year}
