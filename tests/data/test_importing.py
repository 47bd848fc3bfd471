"""Files of one's own: what is read, what is dropped and why, and what is refused."""

import gzip
import math
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fame.data import DataError, DataSet, read
from fame.data.importing import Report, bring_in, look, options

HEADER = "user_id,item_id,timestamp\n"


def bring(
    files: list[Path], items: Path | None, out: Path, name: str = "mine", **chosen: object
) -> tuple[DataSet, Report]:
    """Import, and read what was written."""
    report = bring_in(files, out, options(name=name, **chosen), [items] if items else [])
    return read(out), report


def dropped(report: Report) -> dict[str, int]:
    return {drop.reason: drop.rows for drop in report.dropped}


def coverage(report: Report) -> dict[str, float]:
    return {family.name: family.coverage for family in report.families}


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


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
    assert report.rows == len(rows) == report.counts.interactions + sum(dropped(report).values())
    assert report.fingerprint == data.fingerprint


def test_events_cleaned_a_few_at_a_time_are_the_same(tmp_path, monkeypatch):
    text = "".join(f"u{n * 7 % 5},i{n * n % 13},{n * 11 % 3}\n" for n in range(60))
    (tmp_path / "log.csv").write_text(HEADER + text + text[:40])
    whole = bring_in([tmp_path / "log.csv"], tmp_path / "whole", options(name="mine"))
    for part in (1, 7, 20):
        monkeypatch.setattr("fame.data.importing.events.PART", part)
        some = bring_in([tmp_path / "log.csv"], tmp_path / f"some-{part}", options(name="mine"))
        assert (some.fingerprint, some.dropped) == (whole.fingerprint, whole.dropped)
    assert dropped(whole)["repeated"] > 0
    stored = pd.read_parquet(tmp_path / "whole" / "interactions.parquet")
    order = list(zip(stored["user_id"], stored["timestamp"], strict=True))
    assert order == sorted(order)


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
    assert coverage(report) == {"genre": 0.5, "era": 0.5}


def test_the_files_own_names(imported):
    data, _ = imported(
        "userId,movieId,rating,timestamp\n1,31,2.5,10\n1,1029,3,9\n",
        "movieId,name,genres\n31,Dangerous Minds,Drama\n1029,Dumbo,Animation|Children\n",
        mapping={"user": "userId", "item": "movieId", "title": "name"},
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
    assert dropped(report)["no time"] == 1
    stored = pd.read_parquet(tmp_path / "d" / "interactions.parquet")["timestamp"].tolist()
    assert stored == [1577836800, 1577923200]


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
        (HEADER + "u,a,1,5\nu,b,2,6\n", None, {}, "log.csv: line 2 has 4 fields, 3 are needed (it begins 'u')"),
        (HEADER + "u,a,1\nu,b,2,6\n", None, {}, "line 3 has 4 fields"),
        (HEADER + "u,a,1\nu,b\n", None, {}, "line 3 has 2 fields"),
        (HEADER + 'u,"a,1\nu,b,2\n', None, {}, "the quote that opens in line 2 is never closed"),
        ("", None, {}, "log.csv is empty"),
        (HEADER, None, {}, "has no rows"),
        (HEADER + ",a,1\nu,b,\n", None, {}, "no row has a user, an item and a time"),
        (HEADER + " ,a,1\n", None, {}, "the user is empty in every row"),
        (HEADER + "u,a,monday\n", None, {}, "the time is 'monday' in row 1"),
        (HEADER + "u,a,1\n", None, {"mapping": {"user": "who"}}, "no column 'who', only user_id, item_id, timestamp"),
        (HEADER + "u,a,1\n", None, {"mapping": {"rating": "stars"}}, "no column 'stars'"),
        (HEADER + "u,a,1\n", None, {"mapping": {"person": "who"}}, "mapping: person"),
        ("user_id,item_id\nu,a\n", None, {}, "no column looks like the time (there are user_id, item_id)"),
        ("user_id,item_id,user_id\nu,a,1\n", None, {}, "names 'user_id' twice"),
        (HEADER + "u,a,1\n", "title\nA\n", {}, "items.csv has no column 'item_id', only title"),
        (HEADER + "u,a,1\n", "item_id\na\n", {"mapping": {"title": "name"}}, "no column 'name'"),
        (HEADER + "u,a,1\n", "item_id\na\n", {"families": ["genre"]}, "no column 'genre' about items"),
        (HEADER + "u,a,1\n", "item_id,x\na,b\n", {"bins": {"x": {"ranges": 2}}}, "x holds no number"),
        (HEADER + "u,a,1\n", None, {"form": "xml"}, "form 'xml'"),
        (HEADER + "u,a,1\n", None, {"form": "parquet"}, "log.csv cannot be read as Parquet"),
        (HEADER + "u,a,1\n", None, {"form": "recbole"}, "has no type"),
        (HEADER + "u,a,1\n", None, {"form": "amazon", "encoding": "rot13"}, "encoding 'rot13'"),
        (HEADER + "u,a,1\n", None, {"core": 2}, "A core of 2 interactions leaves nothing"),
        (HEADER + "u,a\0,1\n", None, {}, "has a NUL byte in line 2"),
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
    with pytest.raises(DataError, match=r"There is no file x\.item"):
        bring([Path("x.item")], None, tmp_path / "d", "mine")


def test_a_folder_that_holds_something_is_refused_before_any_reading(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="exists already"):
        bring([tmp_path / "no such file.csv"], None, tmp_path / "d", "mine")
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["mine.txt"]


def test_repeated_rows_of_items_are_counted_and_the_first_is_kept(imported):
    data, report = imported(HEADER + "u,a,1\n", "item_id,title\na,A\na,B\n,C\n")
    assert data.catalog.titles == ("A",)
    assert any("1 rows are of items that have a row already" in note for note in report.notes)
    assert any("1 rows without an item id" in note for note in report.notes)


def test_the_first_row_dropped_for_a_reason_is_shown(imported):
    _, report = imported(HEADER + "u,a,1\nu,b,soon\n,c,3\nu,a,1\n")
    said = {drop.reason: drop.example for drop in report.dropped}
    assert said["no time"] == "row 2 of log.csv: the time is 'soon'"
    assert said["no user"] == "row 3 of log.csv: the user is empty"
    assert said["repeated"].startswith("row 4 of log.csv")
    assert said["no item"] == ""


pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=pairs, least=st.integers(2, 3))
def test_the_core_is_what_is_left_when_the_weak_go_again_and_again(tmp_path_factory, pairs, least):
    kept = list(enumerate(pairs))
    while True:
        users, items = Counter(u for _, (u, _) in kept), Counter(i for _, (_, i) in kept)
        left = [(t, (u, i)) for t, (u, i) in kept if users[u] >= least and items[i] >= least]
        if left == kept:
            break
        kept = left
    folder = tmp_path_factory.mktemp("core")
    (folder / "log.csv").write_text(HEADER + "".join(f"u{u},i{i},{t}\n" for t, (u, i) in enumerate(pairs)))
    if not kept:
        with pytest.raises(DataError, match="leaves nothing"):
            bring([folder / "log.csv"], None, folder / "d", core=least)
        return
    data, report = bring([folder / "log.csv"], None, folder / "d", core=least)
    assert report.core is not None
    assert report.core.before.interactions == len(pairs)
    assert report.core.after == report.counts
    found = {(user, data.catalog.id(i)) for user, row in zip(data.users, data.histories, strict=True) for i in row}
    assert found == {(f"u{u}", f"i{i}") for _, (u, i) in kept}
    assert len(data.histories.items) == len(kept)


def test_numbers_are_binned_on_request_and_a_separator_is_chosen(imported):
    items = "item_id,price,year,tags\na,$1.50,1994,x;y\nb,20,1999,y\nc,none,2001,z\nd,300,2003,\n"
    log = HEADER + "".join(f"u,{item},{time}\n" for time, item in enumerate("abcd"))
    bins = {"price": {"ranges": 2}, "year": {"width": 10}}
    data, report = imported(log, items, bins=bins, separator=";", families=["tags"])
    values = {name: [data.catalog.values(name, i) for i in (1, 2, 3, 4)] for name in ("price", "year", "tags")}
    assert values["year"] == [("1990 to 2000",), ("1990 to 2000",), ("2000 to 2010",), ("2000 to 2010",)]
    assert values["price"] == [("1.5 to 20",), ("20 to 300",), (), ("20 to 300",)]
    assert values["tags"] == [("x", "y"), ("y",), ("z",), ()]
    assert any("1 values are no numbers" in note for note in report.notes)


def test_ratings_that_are_no_numbers_are_counted(imported, tmp_path):
    _, report = imported("user_id,item_id,timestamp,rating\nu,a,1,good\nu,b,2,4.5\nu,c,3,\nu,d,4,5 stars\n")
    assert [note.partition(": ")[2] for note in report.notes] == ["2 ratings are no numbers and count as unknown."]
    kept = pd.read_parquet(tmp_path / "d" / "interactions.parquet")["rating"]
    assert kept.fillna(-1).tolist() == [-1, 4.5, -1, -1]


def test_an_id_that_is_no_whole_number_is_refused_with_its_row(tmp_path):
    pd.DataFrame({"user_id": [1.0, None, 2.5], "item_id": "a", "timestamp": 1}).to_parquet(tmp_path / "log.parquet")
    with pytest.raises(DataError, match=r"user_id is 2\.5 in row 3; ids must be"):
        bring([tmp_path / "log.parquet"], None, tmp_path / "d")


def test_a_python_literal_is_read_only_as_long_as_metadata_are(tmp_path):
    (tmp_path / "log.csv").write_text(HEADER + "u,a,1\n")
    about = tmp_path / "meta.json"
    about.write_text("{'item_id': 'a', 'brand': 'X'}\n")
    data, _ = bring([tmp_path / "log.csv"], about, tmp_path / "d")
    assert data.catalog.values("brand", 1) == ("X",)
    about.write_text("{'item_id': 'a', 'brand': [" + "1," * 200_000 + "]}\n")
    with pytest.raises(DataError, match="line 1, column 2 is no JSON object"):
        bring([tmp_path / "log.csv"], about, tmp_path / "e")


@pytest.mark.parametrize(("times", "word"), [((1.7e12, 1.6e12), "milliseconds"), ((1.7e9, 1.6e9), "")])
def test_milliseconds_become_seconds_and_it_is_said(imported, tmp_path, times, word):
    _, report = imported(HEADER + f"u,a,{times[0]:.0f}\nu,b,{times[1]:.0f}\n")
    assert pd.read_parquet(tmp_path / "d" / "interactions.parquet")["timestamp"].tolist() == [1.6e9, 1.7e9]
    assert bool(report.notes) == bool(word)
    assert word in "".join(report.notes)


@pytest.mark.parametrize(
    ("common", "other", "said"),
    [
        (1.7e12, 1.6e9, "no milliseconds as the others seem to be (row 41 of log.csv: 1600000000)"),
        (1.7e9, 1.6e12, "no seconds as the others seem to be (row 41 of log.csv: 1600000000000)"),
        (1.7e15, 1.6e12, "no microseconds as the others seem to be"),
        (1.7e18, 1.6e9, "no nanoseconds as the others seem to be"),
    ],
)
def test_times_of_several_units_are_refused_and_a_few_are_said(imported, tmp_path, common, other, said):
    text = HEADER + "".join(f"u,i{n},{common + n:.0f}\n" for n in range(40))
    with pytest.raises(DataError, match=r"10 times are .*give all times in one unit") as error:
        imported(text + "".join(f"u,j{n},{other + n:.0f}\n" for n in range(10)))
    assert said in str(error.value)
    _, report = imported(text + f"u,j,{other:.0f}\n")
    assert said in report.notes[-1]
    assert "may be wrong" in report.notes[-1]


@pytest.mark.parametrize("times", ["1 2 3 -4 0", "0 1600000000000 1700000000000", "19999999999 1700000000 5"])
def test_small_and_early_times_are_no_other_unit(imported, times):
    _, report = imported(HEADER + "".join(f"u,i{n},{time}\n" for n, time in enumerate(times.split())))
    assert "as the others" not in "".join(report.notes)


def test_dates_as_text_and_formulas_stay_what_they_are(imported):
    data, _ = imported("user,item,date\n=1+1,@a,2020-01-02\n=1+1,-b,2020-01-01 12:00:00\n")
    assert data.users == ("=1+1",)
    assert [data.catalog.id(i) for i in data.histories[0]] == ["-b", "@a"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_encodings_with_a_mark_are_told_and_others_are_said(tmp_path, encoding):
    (tmp_path / "log.csv").write_text(HEADER + "Zoë,é,1\n", encoding=encoding)
    said = {"encoding": "latin-1"} if encoding == "latin-1" else {}
    data, _ = bring([tmp_path / "log.csv"], None, tmp_path / "d", **said)
    assert (data.users, data.catalog.ids) == (("Zoë",), ("é",))


def test_what_is_guessed_is_what_is_done(tmp_path):
    (tmp_path / "log.csv").write_text("reviewer;stars;product;when\nu;5;a;1\nu;4;b;2\n")
    guess = look([tmp_path / "log.csv"])
    assert {column.name: column.role for column in guess.tables[0].columns} == {
        "reviewer": "user",
        "stars": "rating",
        "product": "item",
        "when": "time",
    }
    assert guess.missing == ()
    assert guess.tables[0].rows[0] == ("u", "5", "a", "1")
    assert bring_in([tmp_path / "log.csv"], tmp_path / "d", guess.options).counts.items == 2


def test_a_missing_role_is_said_before_anything_is_read(tmp_path):
    (tmp_path / "log.csv").write_text("reviewer,thing\nu,a\n")
    assert look([tmp_path / "log.csv"]).missing == ("item", "time")


def test_an_import_that_is_stopped_leaves_nothing(tmp_path):
    (tmp_path / "log.csv").write_text(HEADER + "u,a,1\n")

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in([tmp_path / "log.csv"], tmp_path / "d", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["log.csv"]


def test_a_header_that_is_none_is_refused_in_a_sentence(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(",".join(["x" * 70_000, *(f"column{n}" for n in range(60))]) + "\n" + ",".join("1" * 61) + "\n")
    with pytest.raises(
        DataError, match=r"no column looks like the user \(there are x+…, column0, .* and 41 more\)"
    ) as error:
        bring_in([file], tmp_path / "out")
    assert len(str(error.value)) < 1_000
