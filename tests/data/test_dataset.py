"""The data-set folder: what is written is read, and what is wrong is said in one sentence."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fame.data import DataError, Family, dataset, read, write
from fame.data.columns import id_column
from fame.errors import InputError

FAMILIES = (Family("genre", "genre", True), Family("era", "era", False))


def interactions() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": ["u2", "u1", "u1", "u2", "u1", "u2", "u1"],
            "item_id": ["a", "b", "c", "b", "a", "c", "b"],
            "timestamp": [5, 3, 1, 4, 3, 4, 9],
        }
    )


def items() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item_id": ["a", "b", "c"],
            "title": ["Alpha", "<script>Beta", None],
            "genre": [["Drama", "War"], None, ["Drama"]],
            "era": ["1950s", "1980s", None],
        }
    )


def write_small(folder: Path, **changes: object) -> None:
    given = {
        "name": "small",
        "interactions": interactions(),
        "items": items(),
        "families": FAMILIES,
        "origin": "",
        "licence": "",
    }
    write(folder, **(given | changes))


def rough(folder: Path, about: dict | None = None, **tables: pd.DataFrame) -> Path:
    """A folder made elsewhere: two tables and the least of a dataset.json."""
    folder.mkdir()
    families = [{"name": "genre", "column": "genre", "multi": True}, {"name": "era", "column": "era", "multi": False}]
    for name, table in {"interactions": interactions(), "items": items(), **tables}.items():
        table.to_parquet(folder / f"{name}.parquet")
    (folder / "dataset.json").write_text(json.dumps({"name": "made elsewhere", "families": families, **(about or {})}))
    return folder


def test_what_is_written_is_read(tmp_path):
    write_small(tmp_path / "d")
    data = read(tmp_path / "d")
    assert data.users == ("u1", "u2")
    order = [[data.catalog.id(i) for i in data.histories[u]] for u in range(2)]
    assert order == [["c", "b", "a", "b"], ["b", "c", "a"]]  # by time; equal times in the order of the file
    assert data.catalog.titles == ("Alpha", "<script>Beta", "c")
    assert data.catalog.values("genre", 1) == ("Drama", "War")
    assert data.catalog.values("genre", 2) == data.catalog.values("era", 3) == ()
    assert data.counts == {"users": 2, "items": 3, "interactions": 7}
    assert json.loads((tmp_path / "d" / "dataset.json").read_text())["fingerprint"] == data.fingerprint


def test_a_folder_made_elsewhere_is_read(tmp_path):
    table = interactions().assign(user_id=[2, 1, 1, 2, 1, 2, 1], timestamp=interactions()["timestamp"].astype(float))
    data = read(rough(tmp_path / "d", interactions=table))
    assert data.users == ("1", "2")
    assert data.origin == data.licence == ""


def test_categories_years_and_dates_made_elsewhere_are_read(tmp_path):
    table = interactions().assign(
        user_id=interactions()["user_id"].astype("category"),
        item_id=interactions()["item_id"].astype("category"),
        timestamp=pd.to_datetime(interactions()["timestamp"], unit="D"),
    )
    data = read(rough(tmp_path / "d", interactions=table, items=items().assign(era=[1950, None, 1980])))
    assert data.users == ("u1", "u2")
    assert [data.catalog.id(i) for i in data.histories[0]] == ["c", "b", "a", "b"]
    assert [data.catalog.values("era", i) for i in (1, 2, 3)] == [("1950",), (), ("1980",)]


def test_a_number_and_its_text_are_one_user(tmp_path):
    write_small(tmp_path / "d", interactions=interactions().assign(user_id=["7"] * 7))
    as_numbers = rough(tmp_path / "e", interactions=interactions().assign(user_id=[7.0] * 7))
    assert read(tmp_path / "d").users == read(as_numbers).users == ("7",)
    assert read(tmp_path / "d").histories.items.tolist() == read(as_numbers).histories.items.tolist()


def test_mixed_numbers_and_texts_in_one_column_are_one_id():
    codes, ids = id_column(pd.DataFrame({"user_id": pd.Series([7, "7", "a", 7.0], dtype=object)}), "user_id", "here")
    assert ids == ["7", "a"]
    assert codes.tolist() == [0, 0, 1, 0]


def test_the_fingerprint_is_of_the_content_not_of_its_encoding(tmp_path):
    write_small(tmp_path / "a")
    write_small(tmp_path / "b", name="other", origin="elsewhere")
    interactions().to_parquet(tmp_path / "b" / "interactions.parquet", compression=None, row_group_size=2)
    assert read(tmp_path / "a").fingerprint == read(tmp_path / "b").fingerprint


def test_ids_that_repeat_over_many_row_groups_are_held_once(tmp_path):
    """Dictionaries differ from row group to row group; a column beside those needed is not even read."""
    many = pd.concat([interactions().assign(item_id=list("abccbaa"[k:] + "abccbaa"[:k])) for k in range(7)])
    write_small(tmp_path / "d", interactions=many)
    for size in (1, 3, 100):
        many.assign(note="x").to_parquet(tmp_path / "d" / "interactions.parquet", row_group_size=size)
        table = dataset._table(tmp_path / "d" / "interactions.parquet", dataset.COLUMNS)
        assert list(table.columns) == ["user_id", "item_id", "timestamp"]
        assert table["item_id"].cat.categories.sort_values().tolist() == ["a", "b", "c"]
        assert table["item_id"].tolist() == many["item_id"].tolist()


@pytest.mark.parametrize(
    "changes",
    [
        {"interactions": interactions().assign(timestamp=[5, 3, 1, 4, 3, 4, 8])},
        {"interactions": interactions().assign(item_id=["a", "b", "c", "b", "a", "c", "c"])},
        {"items": items().assign(title=["Alpha", "<script>Beta", "C"])},
        {"items": items().assign(era=["1950s", "1980s", "1990s"])},
        {"families": FAMILIES[:1]},
        {"truth": pd.DataFrame({"user_id": ["u1"], "position": [1], "facet": ["genre"]})},
    ],
)
def test_the_fingerprint_changes_with_the_content(tmp_path, changes):
    write_small(tmp_path / "a")
    write_small(tmp_path / "b", **changes)
    assert read(tmp_path / "a").fingerprint != read(tmp_path / "b").fingerprint


def test_a_changed_file_is_noticed(tmp_path):
    write_small(tmp_path / "d")
    items().assign(title=["Alpha", "Beta", "C"]).to_parquet(tmp_path / "d" / "items.parquet")
    with pytest.raises(DataError, match="was changed after it was written"):
        read(tmp_path / "d")


@pytest.mark.parametrize(
    ("tables", "about", "named"),
    [
        ({"interactions": interactions().drop(columns="item_id")}, {}, "no column 'item_id', only user_id, timestamp"),
        ({"items": items().drop(columns="title")}, {}, "no column 'title'"),
        ({"items": items().drop(columns="era")}, {}, "no column 'era'"),
        ({"interactions": interactions().assign(user_id=[None] + ["u1"] * 6)}, {}, "user_id is missing in row 1"),
        ({"interactions": interactions().assign(item_id=["a", "", *"cbacb"])}, {}, "item_id is missing in row 2"),
        ({"interactions": interactions().assign(item_id=["a", "zz", *"cbacb"])}, {}, "'zz' in row 2 is not in"),
        (
            {"interactions": interactions().assign(timestamp=[1, 2, 3, np.nan, 5, 6, 7])},
            {},
            "row 4, which is no number",
        ),
        ({"interactions": interactions().assign(timestamp=["x"] * 7)}, {}, "timestamp is 'x' in row 1"),
        ({"interactions": interactions().assign(timestamp=[1, 2, np.inf, 4, 5, 6, 7])}, {}, "row 3"),
        ({"interactions": interactions().assign(user_id=[1.5] * 7)}, {}, "ids must be text or whole numbers"),
        ({"interactions": interactions().assign(user_id=[True] * 7)}, {}, "user_id is True in row 1"),
        ({"interactions": interactions().assign(item_id=[b"a"] * 7)}, {}, "item_id is b'a' in row 1"),
        ({"interactions": interactions().assign(user_id=[["u1"]] * 7)}, {}, "user_id holds lists"),
        ({"interactions": interactions().assign(timestamp=[[1]] * 7)}, {}, "which is no number"),
        (
            {"interactions": interactions().assign(timestamp=pd.to_datetime(["2020-01-01"] * 6 + [None]))},
            {},
            "row 7, which is no number",
        ),
        ({"interactions": interactions().iloc[:0]}, {}, "interactions.parquet has no rows"),
        ({"items": items().iloc[:0]}, {}, "items.parquet has no rows"),
        ({"items": items().assign(item_id=["a", "b", "b"])}, {}, "'b' stands again in row 3"),
        ({"items": items().assign(genre=["Drama", None, "War"])}, {}, "declared with a list of values"),
        ({"items": items().assign(era=[["1950s"], None, None])}, {}, "declared with one value"),
        ({}, {"families": "genre"}, "families"),
        ({}, {"families": [{"name": "genre", "column": "genre"}]}, "families.0.multi"),
        ({}, {"families": [{"name": "g", "column": "era", "multi": False}] * 2}, "names a family twice"),
        ({}, {"name": 7}, "name"),
        ({"truth": pd.DataFrame({"user_id": ["u1"], "position": [4], "facet": ["era"]})}, {}, "who has 4 interactions"),
        ({"truth": pd.DataFrame({"user_id": ["u9"], "position": [0], "facet": ["era"]})}, {}, "who has 0 interactions"),
        (
            {"truth": pd.DataFrame({"user_id": ["u1"], "position": [1], "facet": ["mood"]})},
            {},
            "'mood', which is no family",
        ),
        ({"truth": pd.DataFrame({"user_id": ["u1"], "facet": ["era"]})}, {}, "no column 'position'"),
        (
            {"truth": pd.DataFrame({"user_id": ["u1"] * 2, "position": [1, 1], "facet": ["era", "genre"]})},
            {},
            "row 2 speaks of a position that another row speaks of",
        ),
    ],
)
def test_wrong_content_is_named(tmp_path, tables, about, named):
    folder = rough(tmp_path / "d", about, **tables)
    with pytest.raises(InputError) as error:
        read(folder)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_broken_and_missing_files_are_named(tmp_path):
    with pytest.raises(DataError, match="There is no data set"):
        read(tmp_path / "none")
    folder = rough(tmp_path / "d")
    whole = (folder / "items.parquet").read_bytes()
    (folder / "items.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"items\.parquet cannot be read as Parquet"):
        read(folder)
    (folder / "items.parquet").unlink()
    with pytest.raises(DataError, match=r"items\.parquet is missing"):
        read(folder)
    (folder / "dataset.json").write_text('{"name": ')
    with pytest.raises(InputError, match="not readable JSON"):
        read(folder)
    (folder / "dataset.json").unlink()
    with pytest.raises(InputError, match=r"dataset\.json is missing"):
        read(folder)


def test_a_failed_write_leaves_nothing(tmp_path):
    with pytest.raises(DataError, match="stands again"):
        write_small(tmp_path / "d", items=items().assign(item_id=["a", "b", "b"]))
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_not_written_over(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        write_small(tmp_path / "d")
    assert (tmp_path / "d" / "mine.txt").read_text() == "mine"


def test_users_are_found_by_their_id_and_by_how_it_begins(cinema):
    ids = [cinema.users[row] for row in cinema.users_from("u1", 1_000)]
    assert ids == [user for user in cinema.users if user.startswith("u1")]
    assert len(cinema.users_from("", 7)) == 7
    assert cinema.users_from("nobody", 7) == []
    assert [cinema.row(user) for user in ids[:3]] == [cinema.users.index(user) for user in ids[:3]]
    assert cinema.row("nobody") is None
