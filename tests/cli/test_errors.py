"""`errors` tells what is told of the trace's events, and refuses what it cannot in one sentence."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.checkpoint.description import describe
from fame.data import read
from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import parse
from fame.error_analysis.prepare import events_of
from fame.home import PROJECT
from fame.trace.records import SCHEMA
from tests.cli.test_commands import answer, fame, sentence
from tests.error_analysis.test_prepare import ABOUT, rows

MODEL, DATA = PROJECT / "pretrained" / "planted-cinema-fame", PROJECT / "data" / "planted-cinema"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trace whose ranks are made up."""
    place, rng = tmp_path_factory.mktemp("traces") / "trace", np.random.default_rng(0)
    place.mkdir()
    description, ids = describe(MODEL), read(DATA).catalog.ids
    facets, families = tuple(description.config["facets"]), ("genre", "era", "director")
    made = [
        row | {"target_id": str(rng.choice(ids)), "newest_id": str(rng.choice(ids)), "first_id": str(rng.choice(ids)),
               "rank_without_facet": [int(one) for one in rng.integers(1, 40, len(facets))], "ahead": "genre"}
        for row in rows(600)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(made, schema=SCHEMA), place / "part-0.parquet")
    about = replace(
        ABOUT, model=description.fingerprint, data=description.config["dataset_fingerprint"], facets=facets,
        families=families, events=600, counted=sum(bool(row["counted"]) for row in made),
    )  # fmt: skip
    (place / "trace.json").write_text(json.dumps(about.as_json()), encoding="utf-8")
    return place


def ask(folder: Path, *more: object) -> tuple[object, ...]:
    return ("errors", "--model", MODEL, "--data", DATA, "--trace", folder, *more)


def test_json_is_the_analysis_of_the_events_that_the_filters_leave(folder: Path) -> None:
    filters = ["length < 15", "kind != near miss"]
    found = answer(fame(*ask(folder, "--where", filters[0], "--where", filters[1], "--json")))
    dataset = read(DATA)
    events = events_of(folder, describe(MODEL).fingerprint, dataset)
    expected = analyse(events, [parse(text) for text in filters]).as_json()
    assert {name: found[name] for name in expected} == json.loads(json.dumps(expected))
    assert 0 < found["events"] < found["of"] == len(events)


def test_without_json_it_is_said_in_lines(folder: Path) -> None:
    done = fame(*ask(folder))
    assert done.returncode == 0
    assert "NDCG@10" in done.stdout
    assert "near miss" in done.stderr
    assert "no event is in the selection" in fame(*ask(folder, "--where", "rank < 1")).stderr


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (["genre = Noir"], "There is no column 'genre'"),
        (["truth.genre = Noirr"], "No truth.genre is 'Noirr'"),
        (["length"], "is no column, sign and value"),
        (["rank < 1) OR (1=1"], "is compared with a number"),
    ],
)
def test_a_wrong_filter_is_refused_with_a_sentence(folder: Path, filters: list[str], says: str) -> None:
    options = [option for text in filters for option in ("--where", text)]
    assert says in sentence(fame(*ask(folder, *options)))


def test_a_trace_that_is_not_there_or_of_something_else_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "python -m fame trace" in sentence(fame(*ask(tmp_path / "none")))
    sasrec = PROJECT / "pretrained" / "planted-cinema-sasrec"
    assert "other weights" in sentence(fame("errors", "--model", sasrec, "--data", DATA, "--trace", folder))
