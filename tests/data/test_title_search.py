"""Items are found by their titles as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fame.data import Catalog
from fame.data.title_search import Titles

TITLES = [
    *("Amélie  (2001)", "Heat (1995)", "Smörgås", "Heat (1995)", "José and Pilar (2010)", "Schindler's List (1993)"),
    *("Star Wars (1977)", "The Star (1952)", "Casablanca (1942)", "羅生門 (1950)"),
]
FILMS = Titles(Catalog([f"f{i}" for i in range(len(TITLES))], TITLES))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("amelie", "Amélie  (2001)"),
        ("jose", "José and Pilar (2010)"),
        ("JOSÉ", "José and Pilar (2010)"),
        ("smorgas", "Smörgås"),
        ("star  wars", "Star Wars (1977)"),
        (" wars   star ", "Star Wars (1977)"),
        ("star wars 1977", "Star Wars (1977)"),
        ("star wars (1977)", "Star Wars (1977)"),
        ("schindlers list", "Schindler's List (1993)"),
        ("schindler’s", "Schindler's List (1993)"),
        ("asablan", "Casablanca (1942)"),
        ("casablanka", "Casablanca (1942)"),
        ("羅生", "羅生門 (1950)"),
        ("star", "Star Wars (1977)"),
        ("f7", "The Star (1952)"),
    ],
)
def test_a_title_is_found_as_it_is_typed(text, title):
    assert TITLES[FILMS.search(text, 5)[0] - 1] == title


def test_what_is_nowhere_is_not_found_and_nothing_finds_nothing():
    assert FILMS.search("xylophone quartet", 5) == []
    assert FILMS.search("  ", 5) == FILMS.search("!?", 5) == []


def test_two_of_one_title_are_told_apart_by_their_ids():
    assert [FILMS.name(item) for item in FILMS.search("heat", 5)] == ["Heat (1995) · f1", "Heat (1995) · f3"]
    assert FILMS.name(9) == "Casablanca (1942)"


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=8), st.data())
def test_every_title_is_found_by_its_own_words(titles, data):
    found = Titles(Catalog([str(i) for i in range(len(titles))], titles))
    row = data.draw(st.integers(0, len(titles) - 1))
    if any(part.isalnum() for part in titles[row]):
        assert row + 1 in found.search(titles[row], len(titles) + 1)
