"""A quote that is not closed swallows no row: as many are read as the file has lines, or the line is named."""

from pathlib import Path

import pytest

from fame.data import DataError, read
from fame.data.importing import bring_in, options

HEADER = "user_id,item_id,timestamp,comment\n"


def log(rows: int, **comments: str) -> str:
    """Rows, with a comment of one's own in some: r5='"open' in the fifth."""
    return HEADER + "".join(f"u{n % 7},i{n},{n},{comments.get(f'r{n}', 'fine')}\n" for n in range(1, rows + 1))


@pytest.mark.parametrize("rows", [6, 120])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_an_open_quote_is_a_letter_and_every_line_a_row(tmp_path, rows, ending):
    (tmp_path / "log.csv").write_text(log(rows, r2='"never ends'), newline=ending)
    report = bring_in([tmp_path / "log.csv"], tmp_path / "d")
    assert report.rows == report.counts.interactions == rows
    assert report.notes[0].endswith(
        "the quote that opens in line 3 is never closed; all quotes were read as letters like any other."
    )


@pytest.mark.parametrize("column", ["{},i{n},{n},x", "u,{},{n},x", "u,i{n},{n},{}"])
@pytest.mark.parametrize("rows", [2, 60])
def test_two_stray_quotes_in_any_column_swallow_nothing(tmp_path, column, rows):
    lines = [column.format(("x" + '"' if n == rows else '"x' if n == 1 else "x"), n=n) for n in range(1, rows + 1)]
    (tmp_path / "log.csv").write_text(HEADER + "u,i0,0,y\n" + "\n".join(lines) + "\nu,j,1000,y\n")
    with pytest.raises(DataError, match=r"quote that opens in line 3 .* lines 3 to \d+ look like rows of their own"):
        bring_in([tmp_path / "log.csv"], tmp_path / "d")


def test_an_open_quote_beside_cells_in_quotes_is_named(tmp_path):
    text = log(40, r1='"said, fine"', r20='"open', r30='"a ""good"" one"')
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(DataError, match="the quote that opens in line 21 does not close at the end of its cell"):
        bring_in([tmp_path / "log.csv"], tmp_path / "d")
    (tmp_path / "log.csv").write_text(log(40, r1='"said, fine"', r20='"open'))
    with pytest.raises(DataError, match=r"the quote that opens in line 21 is never closed, and .*: line 2 has"):
        bring_in([tmp_path / "log.csv"], tmp_path / "d")


def test_an_open_quote_in_the_header_is_named(tmp_path):
    (tmp_path / "log.csv").write_text('user_id,item_id,"timestamp\nu,a,1\nu,"b",2\n')
    with pytest.raises(DataError, match="the quote that opens in line 1"):
        bring_in([tmp_path / "log.csv"], tmp_path / "d")


@pytest.mark.parametrize(
    ("cell", "title"),
    [
        ('"Seven\nSamurai"', "Seven Samurai"),
        ('"Seven,\n\nSamurai, ""the"" film"', 'Seven, Samurai, "the" film'),
        ('"Seven\r\nSamurai"', "Seven Samurai"),
        ('7" single', '7" single'),
        ('"a, b"', "a, b"),
    ],
)
def test_what_is_quoted_by_the_rules_is_one_cell(tmp_path, cell, title):
    (tmp_path / "log.csv").write_text("user_id,item_id,timestamp\nu,1,1\nu,2,2\nu,3,3\n")
    (tmp_path / "items.csv").write_text(f"item_id,title,era\n1,A,x\n2,{cell},x\n3,C,y\n", newline="")
    report = bring_in([tmp_path / "log.csv"], tmp_path / "d", items=[tmp_path / "items.csv"])
    assert read(tmp_path / "d").catalog.titles == ("A", title, "C")
    assert report.notes == ()


def items(folder: Path, text: str) -> tuple[str, ...]:
    (folder / "log.csv").write_text("user_id,item_id,timestamp\n" + "".join(f"u,{n},{n}\n" for n in range(1, 31)))
    (folder / "items.tsv").write_text(text)
    report = bring_in([folder / "log.csv"], folder / "d", options(name="mine"), [folder / "items.tsv"])
    return report.notes


def test_tables_of_items_lose_no_row_either(tmp_path):
    rows = [f"{n}\tDrama\tFilm {n}\n" for n in range(1, 31)]
    rows[4] = '5\tDrama\t"Heroes" (2006)\n'
    rows[19] = '20\tDrama\t"Lost\n'
    notes = items(tmp_path, "item_id\tgenre\ttitle\n" + "".join(rows))
    assert "opens in line 6 does not close" in notes[0]
    catalog = read(tmp_path / "d").catalog
    assert catalog.title(5) == '"Heroes" (2006)'
    assert catalog.title(20) == '"Lost'
    assert catalog.title(30) == "Film 30"
    assert all(catalog.values("genre", n) == ("Drama",) for n in range(1, 31))
