"""Items are found by their titles as people type them."""

from app import resources
from fame.data import Catalog


def test_a_title_is_found_without_accents_and_double_blanks_and_two_alike_are_told_apart():
    titles = ["Amélie  (2001)", "Heat (1995)", "Smörgås", "Heat (1995)"]
    found = resources.labels(Catalog(["1", "2", "3", "4"], titles), "a test of labels")
    assert found == ("Amélie (2001) · Amelie (2001)", "Heat (1995) · 2", "Smörgås · Smorgas", "Heat (1995) · 4")
