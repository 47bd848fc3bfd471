"""Colours are seen on every background of the app, told apart in grey, and read where something is written on them."""

import re
import tomllib
from itertools import pairwise

import pytest

from app.look import palette
from fame.home import PROJECT

THEME = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["theme"]
BACKGROUNDS = [
    THEME[theme][kind] for theme in ("light", "dark") for kind in ("backgroundColor", "secondaryBackgroundColor")
]
COLORS = {*palette.FACETS, *palette.EXPERTS, *palette.VALUES, palette.NEUTRAL, palette.SPEAKS}


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_marks_are_seen_on_every_background(background):
    assert {color for color in COLORS if palette.contrast(color, background) < 3} == set()


@pytest.mark.parametrize("color", sorted(COLORS))
def test_what_is_written_on_a_colour_is_read(color):
    assert palette.contrast(palette.ink(color), color) >= 4.5


def test_neighbours_differ_in_lightness_and_facets_in_pattern():
    for colors in (palette.FACETS, palette.EXPERTS):
        assert min(palette.contrast(a, b) for a, b in pairwise(colors)) > 1.4
    fills = [palette.fill(color).removesuffix(color) for color in palette.FACETS]
    assert len(set(fills)) == len(palette.FACETS)


@pytest.mark.parametrize(
    ("names", "letters"),
    [
        (["genre", "era", "free 1", "free 2"], ["G", "E", "F1", "F2"]),
        (["genre", "genres", "era"], ["1", "2", "E"]),
        ([f"facet {h}" for h in range(1, 9)], [f"F{h}" for h in range(1, 9)]),
    ],
)
def test_letters_tell_facets_apart(names, letters):
    assert palette.letters(names) == letters


def test_charts_without_colours_of_their_own_have_the_facets_colours():
    assert THEME["chartCategoricalColors"] == [*palette.FACETS, palette.NEUTRAL, palette.SPEAKS]


def test_no_colour_is_written_down_elsewhere():
    files = [file for kind in ("app", "pages") for file in (PROJECT / kind).rglob("*.py") if file.parent.name != "look"]
    assert len(files) > 60
    found = {file.name for file in files if re.search(r"#[0-9A-Fa-f]{6}\b|rgba?\(", file.read_text(encoding="utf-8"))}
    assert found == set()
