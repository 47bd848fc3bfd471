"""Ids as text, ragged histories, padding and windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fame.data import Histories, HistoryTextError, format_history, parse_history
from fame.data.batches import batches, pad, windows

ids = st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool)
ragged = st.lists(st.lists(st.integers(1, 50), max_size=30), min_size=1, max_size=12)


def make(lists: list[list[int]]) -> Histories:
    flat = [item for items in lists for item in items]
    return Histories(np.array(flat, dtype=np.int32), np.concatenate([[0], np.cumsum([len(items) for items in lists])]))


@given(st.lists(ids))
def test_any_ids_survive_being_written_as_text(item_ids):
    assert parse_history(format_history(item_ids)) == item_ids


def test_a_history_is_read_as_people_write_it():
    assert parse_history("50,181,172") == ["50", "181", "172"]
    assert parse_history(' 50 , 181,, "a,b" ') == ["50", "181", "a,b"]
    assert parse_history('<b>,it\'s "x"') == ["<b>", 'it\'s "x"']
    assert parse_history("") == []


def test_an_id_with_a_line_break_stays_one_id():
    for item_id in ("a\nb", "a\rb", "a\r\nb"):
        assert parse_history(format_history([item_id, "c"])) == [item_id, "c"]


def test_an_open_quote_is_refused():
    with pytest.raises(HistoryTextError, match="no list of ids"):
        parse_history('50,"181')


@given(ragged, st.integers(1, 12))
def test_padding_keeps_the_newest_items_on_the_right(lists, length):
    padded = pad(make(lists), np.arange(len(lists)), length)
    assert padded.shape[1] <= length
    for row, items in zip(padded, lists, strict=True):
        assert row[row > 0].tolist() == items[-length:]
        assert not row[: len(row) - len(items[-length:])].any()


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 200), st.booleans())
def test_batches_cover_every_row_once_within_their_size(lengths, cells, shuffled):
    rng = np.random.default_rng(0) if shuffled else None
    array = np.array(lengths)
    found = list(batches(array, cells, rng))
    assert sorted(np.concatenate(found).tolist()) == list(range(len(lengths)))
    assert all(len(rows) == 1 or len(rows) * array[rows].max() <= cells for rows in found)


def test_batches_of_like_length_pad_little():
    lengths = np.random.default_rng(0).integers(1, 100, 2000)
    padded = sum(len(rows) * lengths[rows].max() for rows in batches(lengths, 2048, np.random.default_rng(1)))
    assert padded < 1.05 * lengths.sum()


@given(ragged, st.integers(1, 9), st.booleans(), st.booleans())
def test_windows_make_every_item_but_the_first_a_target_once(lists, length, shifted, alone):
    histories = make(lists)
    read = windows(histories, length, np.random.default_rng(2) if shifted else None, alone)
    pieces = read.pieces
    begins = [pieces[piece][0] for piece in np.flatnonzero(read.first)]
    assert begins == [items[0] for items in lists if len(items) > (not alone)]
    assert all(2 - alone <= size <= length + 1 for size in pieces.lengths)
    targets = [item for piece in range(len(pieces)) for item in pieces[piece][1:].tolist()]
    assert targets == [item for items in lists for item in items[1:]]
    if not shifted:
        starts = {id_: len(items) for id_, items in enumerate(lists) if len(items) - 1 >= length}
        assert sum(size == length + 1 for size in pieces.lengths) >= len(starts)
