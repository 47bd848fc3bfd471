"""Numbers and ids as people and programs write them: one value, one meaning; or a refusal."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.data import DataError, DataSet, read
from fame.data.importing import Report, bring_in, options
from fame.data.importing.numbers import binned, numbers
from fame.data.importing.options import Bin


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["9,99", "12", "1,5"], [9.99, 12, 1.5]),
        (["9,99", "1.234,50", "1.234", "1.234.567"], [9.99, 1234.5, 1234, 1234567]),
        (["9.99", "1,234.50", "1,234", "1,234,567"], [9.99, 1234.5, 1234, 1234567]),
        (["$1,299", "$899"], [1299, 899]),
        (["1 234,50 €", "12,00 €"], [1234.5, 12]),
        (["1'234.50", "1\u202f234"], [1234.5, 1234]),
        (["0,123", "-0,5", "1,234"], [0.123, -0.5, 1.234]),
        (["1.234", "2.5"], [1.234, 2.5]),
        ([1.234, 7, Decimal("2.345"), True], [1.234, 7, 2.345, np.nan]),
        (["1e3", "-.5", "+2"], [1000, -0.5, 2]),
        (["12,3456", "1234,567"], [12.3456, 1234.567]),
        ([1.5, 7, None], [1.5, 7, np.nan]),
        (["from 2.99", "1_000", "nan", "12%", "1,23,4", "1.2.3", "5 stars", "", "1,2,"], [np.nan] * 9),
    ],
)
def test_a_number_is_what_the_whole_column_shows(texts, wanted):
    assert np.array_equal(numbers(texts, "price", []), wanted, equal_nan=True)


@pytest.mark.parametrize(
    "texts",
    [
        ["1,234"],
        ["1,234", "7"],
        ["9,99", "8.50", "1,234"],
        ["9,99", "8.50", "1.234"],
        ["1.234 €"],
        ["1.234", "7"],
        ["EUR 1,234", "EUR 9,876"],
        ["$1,234", "$2,450"],
    ],
)
def test_a_mark_that_can_mean_both_is_refused(texts):
    with pytest.raises(DataError, match=r"can be 1234 or 1.234, and no other value tells"):
        numbers(texts, "price", [])


def test_how_commas_were_read_is_said():
    for text, said in (("9,99", "decimal point (9,99 is 9.99)"), ("1,234,567", "thousands (1,234,567 is 1234567)")):
        notes: list[str] = []
        numbers([text], "price", notes)
        assert said in notes[0]


def test_ranges_hold_their_numbers_and_large_ones_stay_apart():
    values = [0.1 * n for n in range(100)] + [1_234_567.0, 1_234_569.0]
    for how in (Bin(width=0.1), Bin(width=2), Bin(ranges=7)):
        made = binned(values, how, "price", [])
        for value, text in zip(values, made, strict=True):
            low, high = map(float, text.split(" to "))
            assert low - 1e-9 <= value <= high + 1e-9
            assert how.ranges or value < high - 1e-9
    assert len(set(binned(values[-2:], Bin(width=1), "price", []))) == 2


def bring(folder: Path, log: str, items: str | None = None, **chosen: object) -> tuple[DataSet, Report]:
    (folder / "log.tsv").write_text("user_id\titem_id\ttimestamp\n" + log)
    (folder / "items.tsv").write_text(items or "")
    report = bring_in([folder / "log.tsv"], folder / "d", options(**chosen), [folder / "items.tsv"] if items else [])
    return read(folder / "d"), report


def test_a_decimal_comma_is_binned_as_such(tmp_path):
    items = "item_id\tprice\n1\t9,99\n2\t12\n3\t\n"
    data, report = bring(tmp_path, "u\t1\t1\nu\t2\t2\nu\t3\t3\n", items, bins={"price": {"width": 10}})
    assert [data.catalog.values("price", n) for n in (1, 2, 3)] == [("0 to 10",), ("10 to 20",), ()]
    assert any("9,99 is 9.99" in note for note in report.notes)


def test_an_id_is_one_whether_written_as_a_whole_number_or_a_float(tmp_path):
    items = "item_id\ttitle\n12.0\tTwelve\n7\tSeven\n"
    data, report = bring(tmp_path, "3.0\t12\t1\n3\t12.0\t2\n3\t7.00\t3\n3\t1.5\t4\n3\tv1.0\t5\n3\t012.0\t6\n", items)
    assert data.users == ("3",)
    assert data.catalog.ids == ("12", "7", "1.5", "v1.0", "012.0")
    assert data.catalog.titles[:2] == ("Twelve", "Seven")
    assert report.counts.interactions == 6


@pytest.mark.parametrize(
    "kind", [pa.decimal128(10, 0), pa.decimal128(20, 2), pa.decimal256(40, 0), pa.float64(), pa.int64()]
)
def test_ids_of_every_numeric_column_of_parquet_are_the_same(tmp_path, kind):
    whole = Decimal if pa.types.is_decimal(kind) else int
    ids = pa.array([None if n is None else whole(n) for n in (12, 7, None, -3)], kind)
    table = pa.table({"user_id": ids, "item_id": ids, "timestamp": [1, 2, 3, 4]})
    pq.write_table(table, tmp_path / "log.parquet")
    report = bring_in([tmp_path / "log.parquet"], tmp_path / "d")
    assert read(tmp_path / "d").users == ("-3", "12", "7")
    assert {drop.reason: drop.rows for drop in report.dropped}["no user"] == 1


def test_a_decimal_with_places_is_no_id(tmp_path):
    table = pa.table({"user_id": [Decimal("1.00"), Decimal("2.50")], "item_id": ["a", "b"], "timestamp": [1, 2]})
    pq.write_table(table, tmp_path / "log.parquet")
    with pytest.raises(DataError, match=r"user_id is 2\.50 in row 2; ids must be"):
        bring_in([tmp_path / "log.parquet"], tmp_path / "d")


@pytest.mark.parametrize("form", ["tsv", "parquet", "json"])
@pytest.mark.parametrize("word", ["NULL", "null", r"\N", "nan", "NaN", "None", "<NA>", "N/A", "NaT", " nan "])
def test_words_that_say_nothing_are_no_ids(tmp_path, word, form):
    rows = [("u", "a", 1), (word, "a", 2), ("u", word, 3), ("Nancy", "Nullarbor", 4)]
    table = pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])
    file = tmp_path / f"log.{form}"
    if form == "tsv":
        table.to_csv(file, sep="\t", index=False)
    elif form == "parquet":
        table.to_parquet(file)
    else:
        table.to_json(file, orient="records", lines=True)
    report = bring_in([file], tmp_path / "d")
    data = read(tmp_path / "d")
    assert (data.users, data.catalog.ids) == (("Nancy", "u"), ("a", "Nullarbor"))
    drops = {drop.reason: drop.rows for drop in report.dropped}
    assert (drops["no user"], drops["no item"]) == (1, 1)
    assert any("2 ids say NULL, nan or the like and count as missing" in note for note in report.notes)


def test_words_that_say_nothing_are_no_titles_or_values(tmp_path):
    data, report = bring(tmp_path, "u\ta\t1\nu\tb\t2\n", "item_id\ttitle\tgenre\na\tNULL\tWar\nb\tB\tnan\n")
    assert (data.catalog.titles, report.untitled) == (("a", "B"), 1)
    assert [data.catalog.values("genre", n) for n in (1, 2)] == [("War",), ()]
    assert sum("say NULL, nan or the like and count as unknown" in note for note in report.notes) == 2
