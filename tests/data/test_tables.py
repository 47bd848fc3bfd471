"""Files of one's own: what is read, what is dropped and why, and what is refused."""

import gzip
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fame.data import DataError, DataSet, read
from fame.data.tables import Report, bring

HEADER = "user_id,item_id,timestamp\n"


@pytest.fixture
def imported(tmp_path):
    """Import a text, with an items file when there is one."""

    def run(text: str, items: str | None = None, **more: object) -> tuple[DataSet, Report]:
        (tmp_path / "log.csv").write_text(text, encoding="utf-8")
        if items is not None:
            (tmp_path / "items.csv").write_text(items, encoding="utf-8")
        about = None if items is None else tmp_path / "items.csv"
        return bring([tmp_path / "log.csv"], about, tmp_path / "d", "mine", **more)

    return run


ids = st.sampled_from(["a", "b", " c ", "7", "", "  "])
times = st.sampled_from(["1", "2.5", "-3", "", "soon", "inf"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(ids, ids, times), max_size=12))
def test_every_row_is_kept_in_order_or_counted_as_dropped(tmp_path_factory, rows):
    """Against a loop over the rows."""
    folder = tmp_path_factory.mktemp("import")
    # One good row, and one more column, so that a row without anything is not a blank line, which CSV skips.
    rows = [*rows, ("a", "z", "9")]
    text = "".join(f"{user},{item},{time},\n" for user, item, time in rows)
    (folder / "log.csv").write_text("user_id,item_id,timestamp,rating\n" + text)
    data, report = bring([folder / "log.csv"], None, folder / "d", "mine")

    kept: dict[str, list[tuple[float, str]]] = {}
    for user, item, time in rows:
        if not user.strip() or not item.strip() or time in ("", "soon") or not math.isfinite(float(time)):
            continue
        event = (float(time), item.strip())
        if event not in kept.setdefault(user.strip(), []):
            kept[user.strip()].append(event)
    assert data.users == tuple(sorted(kept))
    for u, user in enumerate(data.users):
        wanted = [item for _, item in sorted(kept[user], key=lambda event: event[0])]
        assert [data.catalog.id(i) for i in data.histories[u]] == wanted
    assert report.rows == len(rows) == report.counts["interactions"] + sum(report.dropped.values())
    assert read(folder / "d").fingerprint == data.fingerprint


def test_what_is_written_says_where_it_came_from(imported, tmp_path):
    imported(HEADER + "u,a,1\n")
    assert read(tmp_path / "d").name == "mine"
    assert "log.csv" in read(tmp_path / "d").origin


def test_cells_with_a_bar_are_lists(imported):
    items = "item_id,title,genre,era\na,A,Drama| War |Drama,1950s\nb,B,,1960s\nc,C,Drama,\n"
    data, report = imported(HEADER + "u,a,1\nu,b,2\nu,c,3\nu,d,4\n", items)
    assert [(family.name, family.multi) for family in data.catalog.families] == [("genre", True), ("era", False)]
    assert [data.catalog.values("genre", i) for i in (1, 2, 3, 4)] == [("Drama", "War"), (), ("Drama",), ()]
    assert data.catalog.titles == ("A", "B", "C", "d")
    assert report.untitled == 1
    assert report.families == {"genre": 0.5, "era": 0.5}


def test_the_files_own_names(imported):
    data, _ = imported(
        "userId,movieId,rating,timestamp\n1,31,2.5,10\n1,1029,3,9\n",
        "movieId,name,genres\n31,Dangerous Minds,Drama\n1029,Dumbo,Animation|Children\n",
        names={"user": "userId", "item": "movieId", "title": "name"},
    )
    assert [data.catalog.title(i) for i in data.histories[0]] == ["Dumbo", "Dangerous Minds"]
    assert [family.name for family in data.catalog.families] == ["genres"]


def test_years_with_a_gap_stay_years(tmp_path):
    pd.DataFrame({"user_id": [1, 1], "item_id": [7, 8], "timestamp": [1, 2]}).to_parquet(tmp_path / "log.parquet")
    pd.DataFrame({"item_id": [7, 8], "year": [1999, None]}).to_parquet(tmp_path / "items.parquet")
    data, _ = bring([tmp_path / "log.parquet"], tmp_path / "items.parquet", tmp_path / "d", "mine")
    assert data.catalog.values("year", data.catalog.index("7")) == ("1999",)
    assert data.catalog.values("year", data.catalog.index("8")) == ()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_dates_become_seconds_whatever_their_unit(tmp_path, unit, zone):
    when = pd.Series(pd.to_datetime(["2020-01-02", None, "2020-01-01"])).dt.as_unit(unit).dt.tz_localize("UTC")
    when = when.dt.tz_convert(zone)
    table = pd.DataFrame({"user_id": ["u"] * 3, "item_id": ["b", "c", "a"], "timestamp": when})
    table.to_parquet(tmp_path / "log.parquet")
    data, report = bring([tmp_path / "log.parquet"], None, tmp_path / "d", "mine")
    assert [data.catalog.id(i) for i in data.histories[0]] == ["a", "b"]
    assert report.dropped["no time"] == 1
    stored = pd.read_parquet(tmp_path / "d" / "interactions.parquet")["timestamp"].tolist()
    assert stored == [1577923200, 1577836800]


def test_a_compressed_file_and_several_files_are_one_log(tmp_path):
    (tmp_path / "one.csv.gz").write_bytes(gzip.compress((HEADER + "u,a,2\n").encode()))
    (tmp_path / "two.tsv").write_text("user_id\titem_id\ttimestamp\nu\tb\t1\n")
    data, report = bring([tmp_path / "one.csv.gz", tmp_path / "two.tsv"], None, tmp_path / "d", "mine")
    assert [data.catalog.id(i) for i in data.histories[0]] == ["b", "a"]
    assert report.rows == 2


def test_a_user_is_the_same_as_a_number_and_as_text(tmp_path):
    (tmp_path / "one.csv").write_text(HEADER + "7,a,1\n")
    pd.DataFrame({"user_id": [7], "item_id": ["b"], "timestamp": [2]}).to_parquet(tmp_path / "two.parquet")
    data, _ = bring([tmp_path / "one.csv", tmp_path / "two.parquet"], None, tmp_path / "d", "mine")
    assert data.users == ("7",)
    assert [data.catalog.id(i) for i in data.histories[0]] == ["a", "b"]


def test_recbole_titles_are_joined_and_no_attribute(tmp_path):
    (tmp_path / "x.inter").write_text("user_id:token\titem_id:token\ttimestamp:float\nu\t1\t1\n")
    (tmp_path / "x.item").write_text("item_id:token\tmovie_title:token_seq\tclass:token_seq\n1\tToy Story\tComedy\n")
    data, report = bring([tmp_path / "x.inter", tmp_path / "x.item"], None, tmp_path / "d", "mine")
    assert data.catalog.titles == ("Toy Story",)
    assert [family.name for family in data.catalog.families] == ["class"]
    assert report.untitled == 0


@pytest.mark.parametrize(
    ("text", "items", "more", "named"),
    [
        (HEADER + "u,a,1,5\nu,b,2,6\n", None, {}, "log.csv: line 2 has more fields than the header"),
        (HEADER + "u,a,1\nu,b,2,6\n", None, {}, "line 3"),
        (HEADER + 'u,"a,1\nu,b,2\n', None, {}, "EOF inside string"),
        ("", None, {}, "cannot be read as a table"),
        (HEADER, None, {}, "has no rows"),
        (HEADER + ",a,1\nu,b,\n", None, {}, "no row has a user, an item and a time"),
        (HEADER + " ,a,1\n", None, {}, "user_id is empty in every row"),
        (HEADER + "u,a,monday\n", None, {}, "timestamp is 'monday' in row 1"),
        (HEADER + "u,a,1\n", None, {"names": {"user": "who"}}, "no column 'who', only user_id, item_id, timestamp"),
        (HEADER + "u,a,1\n", None, {"names": {"rating": "stars"}}, "no column 'stars'"),
        (HEADER + "u,a,1\n", None, {"names": {"person": "who"}}, "--map knows user, item, time"),
        (HEADER + "u,a,1\n", "title\nA\n", {}, "items.csv has no column 'item_id', only title"),
        (HEADER + "u,a,1\n", "item_id\na\nb\na\n", {}, "item_id 'a' stands again in row 3"),
        (HEADER + "u,a,1\n", "item_id,title\na,A\n,B\n", {}, "item_id is missing in row 2"),
        (HEADER + "u,a,1\n", "item_id\na\n", {"names": {"title": "name"}}, "no column 'name'"),
        (HEADER + "u,a,1\n", None, {"form": "xml"}, "no format 'xml'; choose one of auto, csv"),
        (HEADER + "u,a,1\n", None, {"form": "parquet"}, "log.csv cannot be read"),
        (HEADER + "u,a,1\n", None, {"form": "recbole"}, "has no type"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_left(imported, tmp_path, text, items, more, named):
    with pytest.raises(DataError) as error:
        imported(text, items, **more)
    assert named in str(error.value)
    assert "\n" not in str(error.value)
    assert {path.name for path in tmp_path.iterdir()} <= {"log.csv", "items.csv"}


def test_the_line_that_is_not_utf8_is_named_in_a_compressed_file_too(tmp_path):
    bad = HEADER.encode() + b"u,a,1\nu,\xff,2\n"
    for name, content in (("log.csv", bad), ("log.csv.gz", gzip.compress(bad))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match="line 3, byte 3 is 0xff"):
            bring([tmp_path / name], None, tmp_path / "d", "mine")


def test_only_items_are_no_data_set(tmp_path):
    with pytest.raises(DataError, match="No file of interactions"):
        bring([Path("x.item")], None, tmp_path / "d", "mine")


def test_a_folder_that_holds_something_is_refused_before_any_reading(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        bring([tmp_path / "no such file.csv"], None, tmp_path / "d", "mine")
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["mine.txt"]
