"""Ids, titles, and what is said about an id that is not there."""

import pytest

from fame.data import Catalog, CatalogError, Family, UnknownItemError


@pytest.fixture
def catalog() -> Catalog:
    families = (Family("genre", "genre", True), Family("era", "era", False))
    values = {"genre": [("Drama", "War"), (), ("Sci-Fi",)], "era": [("1950s",), ("1980s",), ()]}
    return Catalog(["a", "b,1", "tt0099"], ["Ordet (1955)", "<b>Twins</b>", "Alien (1979)"], families, values)


def test_indices_begin_at_one_and_lead_back(catalog):
    assert catalog.indices(["a", "b,1", "tt0099"]) == [1, 2, 3]
    assert [catalog.id(i) for i in (1, 2, 3)] == ["a", "b,1", "tt0099"]
    assert catalog.title(2) == "<b>Twins</b>"
    assert catalog.chips(1) == ("Drama", "War", "1950s")
    assert catalog.values("genre", 2) == ()
    assert "a" in catalog
    assert "z" not in catalog


@pytest.mark.parametrize(
    ("unknown", "hint"),
    [("zzz", "among the 3"), ("Alien (1979)", "'tt0099' is the id"), ("twins", "'b,1'"), ("tt0098", "did you mean")],
)
def test_an_unknown_id_is_named_with_what_was_perhaps_meant(catalog, unknown, hint):
    with pytest.raises(UnknownItemError, match="There is no item") as error:
        catalog.index(unknown)
    assert repr(unknown) in str(error.value)
    assert hint in str(error.value)


def test_a_very_long_id_makes_no_long_sentence(catalog):
    with pytest.raises(UnknownItemError) as error:
        catalog.index("x" * 100_000)
    assert len(str(error.value)) < 200


def test_ids_must_be_there_and_differ():
    with pytest.raises(CatalogError, match="'a' stands 2 times"):
        Catalog(["a", "b", "a"])
    with pytest.raises(CatalogError, match="empty id"):
        Catalog(["a", ""])
