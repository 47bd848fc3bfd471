"""The colours that mean something: one for each facet, one for each expert, the same in every picture."""

# Chosen to be told apart by colour-blind readers and to have contrast of at least 3 : 1 on both backgrounds.
FACETS = ("#3B7DD8", "#D9752B", "#1E9E7A", "#B5549E", "#8A7D1F", "#D1495B", "#4B8FA8", "#7A68C9")
EXPERTS = ("#5B6C8F", "#A0772E", "#4E8C5A", "#A65B5B", "#7B5EA7", "#3E8E9E", "#8C6D4F", "#6F7F3F")
NEUTRAL = "#8A8F98"
ATTRIBUTE = "#8A8F98"  # outlined, never filled: an attribute is no facet, also where one is tied to it
SPEAKS = "#6B7894"  # what a past item does, which is no facet and no expert

# Values of an attribute on a map: more of them than facets, and never read as facets.
VALUES = (
    "#4C78A8", "#F58518", "#54A24B", "#E45756", "#72B7B2", "#B79A20", "#B279A2", "#FF9DA6", "#9D755D", "#A1B56C",
)  # fmt: skip


def facet(h: int) -> str:
    """Colour of the facet with that index; beyond eight they repeat, so names stand beside colours everywhere."""
    return FACETS[h % len(FACETS)]


def expert(n: int) -> str:
    """Colour of the expert with that index."""
    return EXPERTS[n % len(EXPERTS)]
