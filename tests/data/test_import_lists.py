"""Lists, objects with names and text that spells lists: every value is kept, whoever made the file."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.data import DataSet, read
from fame.data.importing import Report, bring_in, look, options

LOG = "user_id,item_id,timestamp\n" + "".join(f"u,{item},{time}\n" for time, item in enumerate("abcd"))


def described(folder: Path, name: str, content: str, **chosen: object) -> tuple[DataSet, Report]:
    """A log and a table about its items."""
    (folder / "log.csv").write_text(LOG)
    (folder / name).write_text(content)
    report = bring_in([folder / "log.csv", folder / name], folder / "d", options(**chosen))
    return read(folder / "d"), report


def lines(*rows: dict[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def of(data: DataSet, family: str) -> dict[str, tuple[str, ...]]:
    return {item: data.catalog.values(family, data.catalog.index(item)) for item in "abcd"}


@pytest.mark.parametrize("key", ["item_id", "asin"])
def test_own_json_lines_keep_the_first_value_and_need_no_option(tmp_path, key):
    rows = [{key: item, "title": item.upper(), "genres": ["Shop", kind], "director": "x"} for item, kind in
            zip("abcd", ("Action", "Comedy", "Comedy", "War"), strict=True)]  # fmt: skip
    data, report = described(tmp_path, "films.jsonl", lines(*rows))
    assert of(data, "genres")["a"] == ("Shop", "Action")
    assert {family.name for family in report.families} == {"genres", "director"}
    assert look([tmp_path / "log.csv", tmp_path / "films.jsonl"]).tables[1].where.endswith("films.jsonl")
    (tmp_path / "reviews.jsonl").write_text(lines(*({"user": "u", "item": i, "time": 1} for i in "abcd")))
    assert look([tmp_path / "reviews.jsonl"]).form == "json"


def test_amazon_departments_go_only_where_all_share_them_and_it_is_said(tmp_path):
    reviews = lines(*({"reviewerID": "u", "asin": i, "unixReviewTime": 1.4e9, "overall": 5} for i in "abcd"))
    (tmp_path / "reviews.json").write_text(reviews)
    for name, first, kept in (("same", "XXXX", ("A",)), ("other", "WXYZ", ("W", "A"))):
        meta = lines(*({"asin": i, "categories": [[shop, i.upper()]]} for i, shop in zip("abcd", first, strict=True)))
        (tmp_path / "meta.json").write_text(meta)
        report = bring_in([tmp_path / "reviews.json", tmp_path / "meta.json"], tmp_path / name)
        assert of(read(tmp_path / name), "categories")["a"] == kept
        assert any("stands first for 4 of 4 items" in note for note in report.notes) == (name == "same")


@pytest.mark.parametrize(
    ("one", "values"),
    [
        ([{"name": "Action"}, {"name": "War"}], ("Action", "War")),
        ([{"id": 28, "name": "Action"}, {"id": 9, "name": "War"}], ("Action", "War")),
        ([{"genre": "Action"}], ("Action",)),
        ([["Action", ["War"]]], ("Action", "War")),
        ([{"x": 1, "y": 2}], ('{"x": 1, "y": 2}',)),
        (["Action", None, ""], ("Action",)),
        ([7, 1.0, True], ("7", "1", "True")),
    ],
)
def test_lists_of_objects_are_known_by_their_names_and_never_lost(tmp_path, one, values):
    rows = [{"item_id": item, "genres": one if item == "a" else [{"name": "Drama"}]} for item in "abcd"]
    data, _ = described(tmp_path, "films.jsonl", lines(*rows), families=["genres"])
    assert of(data, "genres")["a"] == values
    assert of(data, "genres")["b"] == ("Drama",)


def test_objects_become_columns_of_their_own(tmp_path):
    events = [{"user": {"id": n % 2, "age": 3}, "item": {"id": i, "title": f"T{i}"}, "ts": n, "x": {"a.b": {"c": n}}}
              for n, i in enumerate("abcd")]  # fmt: skip
    (tmp_path / "log.json").write_text(lines(*events))
    report = bring_in([tmp_path / "log.json"], tmp_path / "d")
    assert (report.counts.users, report.counts.items) == (2, 4)
    names = [column.name for column in look([tmp_path / "log.json"]).tables[0].columns]
    assert names == ["user.id", "user.age", "item.id", "item.title", "ts", "x.a.b.c"]
    genre = [{"item_id": i, "genre": {"id": n % 2, "name": ["Action", "War"][n % 2]}} for n, i in enumerate("abcd")]
    (tmp_path / "2").mkdir()
    data, report = described(tmp_path / "2", "films.json", lines(*genre))
    assert [family.name for family in report.families] == ["genre.name"]
    assert of(data, "genre.name")["b"] == ("War",)


@pytest.mark.parametrize(
    ("cell", "values"),
    [
        ("['Action', 'Comedy']", ("Action", "Comedy")),
        ('["Action", "Comedy"]', ("Action", "Comedy")),
        ("['Action' 'Comedy']", ("Action", "Comedy")),
        ("('Action', 'Comedy')", ("Action", "Comedy")),
        ("{'Action', 'Comedy'}", ("Action", "Comedy")),
        ("[{'id': 16, 'name': 'Action'}, {'id': 1, 'name': 'Comedy'}]", ("Action", "Comedy")),
        ('[{"id": 16, "name": "Action"}]', ("Action",)),
        ("[]", ()),
        ("['Children''s']", ("Childrens",)),
        ("[\"Mom's, dad's\"]", ("Mom's, dad's",)),
        ("(no genres listed)", ("(no genres listed)",)),
        ("[REC]", ("[REC]",)),
        ("['broken", ("['broken",)),
        ("__import__('os').mkdir('owned')", ("__import__('os').mkdir('owned')",)),
    ],
)
def test_text_that_spells_a_list_is_one(tmp_path, cell, values):
    quoted = cell.replace('"', '""')
    text = f"item_id,genres\na,\"{quoted}\"\nb,\"['War', 'Drama']\"\nc,\"['War']\"\nd,\n"
    data, report = described(tmp_path, "films.csv", text)
    assert [family.name for family in report.families] == ["genres"]
    assert of(data, "genres") == {"a": values, "b": ("War", "Drama"), "c": ("War",), "d": ()}


@pytest.mark.parametrize("form", ["[{}]", "{{{}}}"])
def test_brackets_without_quotes_are_lists_where_the_whole_column_has_them(tmp_path, form):
    cells = [form.format(inner) for inner in ("Action, War", "War", "", "Drama,War")]
    text = "item_id\tgenres\n" + "".join(f"{item}\t{cell}\n" for item, cell in zip("abcd", cells, strict=True))
    data, _ = described(tmp_path, "films.tsv", text)
    assert of(data, "genres") == {"a": ("Action", "War"), "b": ("War",), "c": (), "d": ("Drama", "War")}


def test_lists_of_structs_in_parquet_are_known_by_their_names(tmp_path):
    (tmp_path / "log.csv").write_text(LOG)
    genres = [[{"id": 1, "name": "Action"}, {"id": 2, "name": "War"}], [], None, [{"id": 2, "name": "War"}]]
    pq.write_table(pa.table({"item_id": list("abcd"), "genres": genres}), tmp_path / "films.parquet")
    bring_in([tmp_path / "log.csv", tmp_path / "films.parquet"], tmp_path / "d")
    assert of(read(tmp_path / "d"), "genres") == {"a": ("Action", "War"), "b": (), "c": (), "d": ("War",)}
