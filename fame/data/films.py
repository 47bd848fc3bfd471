"""Titles of films as MovieLens keeps them -> as people write them."""

import re


def film(title: str) -> tuple[str, str | None]:
    """A title with the year behind it, as people write it, and its decade, None if there is no year."""
    inside = re.match(r"(.*?) *\((\d{4})\)", title)
    if not inside:
        return title, None
    name = re.sub(r"^(.*), (The|A|An|La|Le|Les|Il|El|Das|Der|Die)$", r"\2 \1", inside[1])
    return f"{name} ({inside[2]})", f"{inside[2][:3]}0s"
