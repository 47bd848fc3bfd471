"""Titles and numbers for the harness scripts: real-looking, and the same every time."""

import random

from app.components.source import Facet
from app.look import palette

FACETS = [Facet(name, palette.facet(h)) for h, name in enumerate(("genre", "people", "era", "mood"))]
TRICKY = '<img src=x onerror="window.hit=1"> & "quotes" (1999)'
FILMS = [
    ("Heat (1995)", ("crime", "Michael Mann", "Al Pacino", "US")),
    ("Ronin (1998)", ("action", "thriller")),
    ("Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb (1964)", ("comedy", "war")),
    ("The Godfather (1972)", ("crime", "drama")),
    ("Toy Story (1995)", ("animation", "children's", "comedy")),
    ("Alien (1979)", ("horror", "science fiction")),
    ("L.A. Confidential (1997)", ("crime", "film noir", "mystery", "thriller")),
    ("Casablanca (1942)", ("drama", "romance")),
    ("Blade Runner (1982)", ("science fiction",)),
    ("Fargo (1996)", ("crime", "drama", "thriller")),
    ("Se7en (1995)", ("crime", "thriller")),
    ("The Usual Suspects (1995)", ("crime", "mystery")),
    ("Pulp Fiction (1994)", ("crime", "drama")),
    ("Cinema Paradiso (1988)", ("drama", "comedy", "romance")),
    ("2001: A Space Odyssey (1968)", ("science fiction", "mystery")),
    ("Monty Python and the Holy Grail (1975)", ("comedy",)),
    ("The Silence of the Lambs (1991)", ("drama", "thriller")),
    ("Crouching Tiger, Hidden Dragon (2000)", ("action", "romance")),
    ("Die Hard (1988)", ("action", "thriller")),
    ("Amélie (2001)", ("comedy", "romance")),
]


def weights(seed: int, n: int) -> tuple[float, ...]:
    """Numbers that sum to 1."""
    draw = random.Random(seed)
    raw = [draw.random() ** 2 + 0.05 for _ in range(n)]
    return tuple(value / sum(raw) for value in raw)
