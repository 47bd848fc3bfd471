"""What is refused of a trace, and in which sentence."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.files import FolderError
from fame.trace.queries import Trace
from fame.trace.records import SCHEMA, TRACE_ABOUT, TraceAbout, TraceError

OF = TraceAbout(
    "a" * 64, "b" * 64, "mine", "films", "test", "drop", ("genre", "era"), ("genre",), 2, 80, 12, 3, 3, True
)


def row(event: int) -> dict:
    plain = {pa.string(): "f1", pa.bool_(): True}
    return {f.name: [] if pa.types.is_list(f.type) else plain.get(f.type, 1) for f in SCHEMA} | {"event": event}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / TRACE_ABOUT).write_text(json.dumps(OF.as_json()))
    pq.write_table(pa.Table.from_pylist([row(event) for event in range(3)], SCHEMA), tmp_path / "events-0.parquet")
    return tmp_path


def test_events_come_in_the_order_asked_for_and_what_is_not_there_is_left_out(folder):
    found = Trace(folder).rows([2, 0, 7])
    assert found["event"].tolist() == [2, 0]
    assert Trace(folder).columns("event", "rank")["event"].tolist() == [0, 1, 2]


def test_a_value_from_outside_is_never_read_as_a_query(folder):
    evil = "f1' OR '1'='1"
    assert Trace(folder).ask("SELECT count(*) AS n FROM events WHERE target_id = ?", [evil])["n"][0] == 0


@pytest.mark.parametrize(
    ("of", "sentence"), [({"model": "c" * 64}, "trace of other weights"), ({"data": "c" * 64}, "trace of other data")]
)
def test_a_trace_of_something_else_is_refused(folder, of, sentence):
    with pytest.raises(TraceError, match=sentence):
        Trace(folder, **of)


def test_an_older_format_is_refused_with_what_to_do(folder):
    (folder / TRACE_ABOUT).write_text(json.dumps(OF.as_json() | {"format": 0}))
    with pytest.raises(TraceError, match="format 0, but 1 is read here; make it again with `python -m fame trace`"):
        Trace(folder)


@pytest.mark.parametrize("gone", ["facets", "events", "repeats"])
def test_a_description_that_lacks_something_is_refused(folder, gone):
    (folder / TRACE_ABOUT).write_text(json.dumps({name: v for name, v in OF.as_json().items() if name != gone}))
    with pytest.raises(TraceError, match=f"no usable '{gone}'"):
        Trace(folder)


def test_a_trace_without_some_of_its_rows_is_not_whole(folder):
    pq.write_table(pa.Table.from_pylist([row(0)], SCHEMA), folder / "events-0.parquet")
    with pytest.raises(TraceError, match="not whole: it has 1 of 3 events"):
        Trace(folder)


def test_a_file_that_is_cut_short_is_named(folder):
    file = folder / "events-0.parquet"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(TraceError, match=r"events-0\.parquet cannot be read as Parquet"):
        Trace(folder)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.drop_columns(["rank"]), "has no column 'rank'"),
        (lambda table: table.set_column(5, "rank", pa.array(["1"] * 3)), "'rank' is of type string, not int32"),
    ],
)
def test_a_column_that_is_missing_or_of_another_type_is_named(folder, change, sentence):
    pq.write_table(change(pq.read_table(folder / "events-0.parquet")), folder / "events-0.parquet")
    with pytest.raises(TraceError, match=sentence):
        Trace(folder)


def test_what_is_no_trace_is_said_so(tmp_path):
    with pytest.raises(TraceError, match="There is no trace"):
        Trace(tmp_path / "none")
    with pytest.raises(FolderError, match=r"trace\.json is missing; make it again"):
        Trace(tmp_path)
