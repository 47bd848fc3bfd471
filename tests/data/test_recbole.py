"""RecBole's atomic files."""

import io

import pytest

from fame.data import DataError
from fame.data.recbole import read_atomic

FILM = (
    "item_id:token\ttitle:token_seq\tprice:float\tvector:float_seq\n"
    "1\t\"Toy  Story\t2.5\t0.1 0.2\n007\tL'Atalante NA\t\t\n\tnull\tcheap\t1\n"
)


def test_each_type_is_read_as_what_it_is():
    table = read_atomic(io.BytesIO(FILM.encode()), "x.item")
    assert list(table.columns) == ["item_id", "title", "price"]
    assert table["item_id"].tolist()[:2] == ["1", "007"]
    assert table["item_id"].isna().tolist() == [False, False, True]
    assert table["title"].tolist() == [['"Toy', "Story"], ["L'Atalante", "NA"], ["null"]]
    assert table["price"].tolist()[0] == 2.5
    assert table["price"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "x.inter is no RecBole atomic file"),
        (b"user_id,item_id\nu,a\n", "'user_id,item_id' has no type"),
        (b"user_id:number\n1\n", "'user_id:number' has no type"),
        (b"user_id:token\n\xff\n", "x.inter is not UTF-8"),
        (b"a:token\tb:token\nx\ty\nx\ty\tz\n", "line 3"),
        (b"a:token\tb:token\nx\ty\tz\nx\ty\tz\n", "line 2 has more fields"),
    ],
)
def test_what_is_no_atomic_file_is_named(content, named):
    with pytest.raises(DataError) as error:
        read_atomic(io.BytesIO(content), "x.inter")
    assert named in str(error.value)
    assert "\n" not in str(error.value)
