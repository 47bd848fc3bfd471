"""The colours that mean something: one for each facet, one for each expert, the same in every picture.

All have a contrast of 3 : 1 or more with a page's and a card's background, light and dark; neighbours differ in
lightness, and the facets' fills in pattern, so that they are told apart by the colour-blind and on a grey print.
"""

from collections.abc import Sequence

FACETS = ("#286DCB", "#D57026", "#187C60", "#C869B2", "#7A6E1B", "#DE6372", "#3D7589", "#8F7ED9")
EXPERTS = ("#5C6E91", "#B18333", "#447A4E", "#B87C7C", "#7C60A8", "#4297A7", "#86694C", "#809349")
NEUTRAL = "#868B94"  # what is no facet: popularity, which is hatched, and what goes with no attribute
ATTRIBUTE = NEUTRAL  # outlined, never filled: an attribute is no facet, also where one is tied to it
SPEAKS = "#6B7894"  # what a past item does, which is no facet and no expert
CLEAR = "rgba(0,0,0,0)"

# Values of an attribute on a map: more of them than facets, and never read as facets.
VALUES = (
    "#47719E", "#D86F09", "#488A40", "#DE3130", "#4D9792", "#A3891D", "#995887", "#FF3248", "#8A6651", "#798C46",
)  # fmt: skip

# How the facets' bars are patterned, for plotly; `fill` draws the like for the page.
PATTERNS = ("", "/", ".", "\\", "x", "-", "+", "|")
LINES = "rgba(255,255,255,.33)"  # of a pattern, over its colour
_STRIPES = "repeating-linear-gradient({}deg, " + LINES + " 0 1.5px, transparent 1.5px 6px)"
_DRAWN = {
    "": (),
    "/": (_STRIPES.format(135),),
    ".": (f"radial-gradient(circle, {LINES} 1.2px, transparent 1.5px) 0 0 / 5px 5px",),
    "\\": (_STRIPES.format(45),),
    "x": (_STRIPES.format(45), _STRIPES.format(135)),
    "-": (_STRIPES.format(0),),
    "+": (_STRIPES.format(0), _STRIPES.format(90)),
    "|": (_STRIPES.format(90),),
}


def facet(h: int) -> str:
    """Colour of the facet with that index; beyond eight they repeat, so names stand beside colours everywhere."""
    return FACETS[h % len(FACETS)]


def expert(n: int) -> str:
    """Colour of the expert with that index."""
    return EXPERTS[n % len(EXPERTS)]


def pattern(color: str) -> str:
    """The pattern that goes with a colour, as plotly calls it; none but for facets."""
    return PATTERNS[FACETS.index(color)] if color in FACETS else ""


def fill(color: str) -> str:
    """A colour with its pattern, as the value of CSS's `background`."""
    return ", ".join((*_DRAWN[pattern(color)], color))


def pale(color: str) -> str:
    """A lighter tone of a colour, for the lines of its pattern where they cannot be translucent."""
    return "#" + "".join(f"{round(0.67 * int(color[i : i + 2], 16) + 0.33 * 255):02X}" for i in (1, 3, 5))


def ink(color: str) -> str:
    """Black or white, whichever is read on that colour: 4.5 : 1 or more."""
    return "#FFFFFF" if luminance(color) < 0.179 else "#000000"


def luminance(color: str) -> float:
    """Relative luminance of "#RRGGBB", from 0 to 1 (WCAG 2.2)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def letters(names: Sequence[str]) -> list[str]:
    """One or two signs a name, no two alike: ["genre", "era", "free 1", "free 2"] -> ["G", "E", "F1", "F2"]."""
    short = [
        name[:1].upper() + (name.rsplit(" ", 1)[1][:2] if name.rsplit(" ", 1)[-1].isdigit() else "") for name in names
    ]
    return [one if short.count(one) == 1 else str(h + 1) for h, one in enumerate(short)]
