"""A comparison is what two evaluations say user by user, of one catalog and of two."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fame.checkpoint.store import load, save
from fame.compare.common_items import translation
from fame.compare.comparison import compare, correct
from fame.compare.pairs import pair
from fame.compare.records import CompareError
from fame.compare.sides import Side
from fame.data import DataSet, Family, leave_one_out, read, write
from fame.error_analysis.conditions import holding
from fame.error_analysis.prepare import events_of
from fame.ranking.evaluation import counted, ranks
from fame.ranking.metrics import per_user
from fame.ranking.recommend import recommend
from fame.trace.make import trace
from fame.trace.records import SCHEMA, read_about
from fame.trace.whereabouts import alone_in


def side(folder: Path, checkpoint, data: DataSet, data_folder: Path, repeats: str = "drop") -> Side:
    save(folder / "model", checkpoint.model, data, {})
    kept = load(folder / "model")
    trace(kept, data, data_folder, alone_in(folder / "trace"), repeats=repeats)
    return Side(kept.description, data, folder / "trace")


@pytest.fixture(scope="module")
def ours(trained, cinema, cinema_folder, tmp_path_factory) -> Side:
    return side(tmp_path_factory.mktemp("ours"), trained, cinema, cinema_folder)


@pytest.fixture(scope="module")
def theirs(trained_sasrec, cinema, cinema_folder, tmp_path_factory) -> Side:
    return side(tmp_path_factory.mktemp("theirs"), trained_sasrec, cinema, cinema_folder)


def test_it_is_what_two_evaluations_say_user_by_user(ours, theirs, trained, trained_sasrec, cinema) -> None:
    found = compare(ours, theirs)
    events = counted(leave_one_out(cinema.histories).test)
    one, other = (ranks(checkpoint.model, events) for checkpoint in (trained, trained_sasrec))
    assert found.users == len(events.targets)
    assert found.common is None
    assert found.both == ((one <= 10) & (other <= 10)).sum()
    assert found.first_alone == ((one <= 10) & (other > 10)).sum()
    assert found.second_alone == ((one > 10) & (other <= 10)).sum()
    assert found.both + found.first_alone + found.second_alone + found.neither == found.users
    assert (found.wins, found.losses) == ((one < other).sum(), (one > other).sum())
    for measure in found.measures:
        pair = per_user(one)[measure.measure], per_user(other)[measure.measure]
        assert (measure.first, measure.second) == pytest.approx([values.mean() for values in pair])
        assert measure.value == pytest.approx((pair[0] - pair[1]).mean())
    shared, same = [], []
    for row in range(0, len(events.targets), 7):
        lists = [
            recommend(checkpoint.model, events.histories[row].tolist(), 10).items.tolist()
            for checkpoint in (trained, trained_sasrec)
        ]
        shared.append(len(set(lists[0]) & set(lists[1])) / 10)
        same.append(lists[0][0] == lists[1][0])
    paired = pair_of(ours, theirs)
    assert paired.overlap[::7].tolist() == shared
    assert paired.same_first[::7].tolist() == same
    assert found.agreement.overlap == pytest.approx(paired.overlap.mean())


def pair_of(first: Side, second: Side):
    return pair(first.trace, second.trace)


def test_slices_are_the_means_of_those_they_hold(ours, theirs) -> None:
    found = compare(ours, theirs, minimum=10)
    events = events_of(ours.trace, ours.model.fingerprint, ours.data)
    paired = pair_of(ours, theirs)
    assert found.looked_at >= len(found.slices) > 0
    for one in found.slices:
        held = holding(events, one.conditions)
        gains = [per_user(rank[held])["NDCG@10"].mean() for rank in (paired.first_rank, paired.second_rank)]
        assert (one.first, one.second) == pytest.approx(gains)
        assert one.value == pytest.approx(gains[0] - gains[1])
        assert one.n == len(held)
        assert one.low <= one.high
    assert [one.value for one in found.slices] == sorted(one.value for one in found.slices)


def test_a_model_differs_in_nothing_from_itself(ours) -> None:
    found = compare(ours, ours)
    assert (found.first_alone, found.second_alone, found.wins, found.losses) == (0, 0, 0, 0)
    assert all((one.value, one.low, one.high, one.p, one.told) == (0, 0, 0, 1, False) for one in found.measures)
    assert found.agreement.overlap == found.agreement.rank_biased == found.agreement.same_first == pytest.approx(1)
    assert not any(one.told or one.value for one in found.slices)


def test_whom_both_find_alike_in_turn_is_the_same_the_other_way_round(ours, theirs) -> None:
    one, other = compare(ours, theirs), compare(theirs, ours)
    assert (one.first_alone, one.wins) == (other.second_alone, other.losses)
    assert one.agreement == other.agreement
    assert [m.value for m in one.measures] == pytest.approx([-m.value for m in other.measures])
    assert [m.p for m in one.measures] == pytest.approx([m.p for m in other.measures], abs=0.02)


def test_p_is_corrected_for_how_many_are_compared(ours, theirs) -> None:
    alone = compare(ours, theirs)
    first, second = correct([alone, alone])
    for m, c in zip(alone.measures, first.measures, strict=True):
        assert c.corrected == pytest.approx(min(1, 2 * m.p))
        assert c.p == m.p
    assert second.measures == first.measures
    assert correct([]) == ()


@pytest.fixture(scope="module")
def fewer(cinema_folder, trained_sasrec, tmp_path_factory) -> Side:
    """The same cinema without a tenth of its films, and a model of it."""
    folder = tmp_path_factory.mktemp("fewer")
    items = pd.read_parquet(cinema_folder / "items.parquet")
    log = pd.read_parquet(cinema_folder / "interactions.parquet")
    kept = items.iloc[[k for k in range(len(items)) if k % 10 != 3]]
    write(
        folder / "data", name="fewer", interactions=log[log["item_id"].isin(kept["item_id"])], items=kept,
        families=(Family("genre", "genre", False),), origin="made for tests", licence="none",
    )  # fmt: skip
    data = read(folder / "data")
    config = trained_sasrec.model.config.model_copy(update={"items": len(data.catalog)})
    model = type(trained_sasrec.model)(config).eval().requires_grad_(False)
    return side(folder, replace(trained_sasrec, model=model), data, folder / "data")


def test_of_different_catalogs_only_common_items_and_users_count(ours, fewer, trained) -> None:
    found, paired = compare(ours, fewer), pair_of(ours, fewer)
    assert found.common is not None
    assert (found.common.items, found.common.first_items, found.common.second_items) == (72, 80, 72)
    assert 0 < found.users < found.first.events
    model, catalog = trained.model, ours.data.catalog
    there = set(fewer.data.catalog.ids)
    events = counted(leave_one_out(ours.data.histories).test)
    hits = 0
    for row in paired.first_event.tolist():
        history = events.histories[row].tolist()
        answer = recommend(model, history, len(catalog)).items.tolist()
        among = [item for item in answer if catalog.id(item) in there]
        hits += among.index(int(events.targets[row])) < 10
    assert found.both + found.first_alone == hits


def test_ids_stand_for_the_same_item_in_either_catalog(ours, fewer) -> None:
    to = translation(ours.data.catalog, fewer.data.catalog)
    back = translation(fewer.data.catalog, ours.data.catalog)
    assert back[to[to > 0]].tolist() == np.flatnonzero(to).tolist()
    assert [fewer.data.catalog.id(i) for i in to[to > 0].tolist()] == [
        ours.data.catalog.id(int(i)) for i in np.flatnonzero(to)
    ]


def test_models_of_other_users_and_other_ways_are_refused_in_a_sentence(
    ours, trained, cinema, cinema_folder, rewatched, rewatched_folder, tmp_path
) -> None:
    kept = side(tmp_path / "kept", trained, cinema, cinema_folder, repeats="keep")
    with pytest.raises(CompareError, match=r"repeats is 'drop' for .* and 'keep' for"):
        compare(ours, kept)
    other = side(tmp_path / "other", trained, rewatched, rewatched_folder)
    assert read_about(other.trace).counted
    strangers = other.trace / "events-00000.parquet"
    table = pd.read_parquet(strangers)
    rows = table.assign(user_id=[f"stranger {n}" for n in range(len(table))])
    pq.write_table(pa.Table.from_pandas(rows, schema=SCHEMA, preserve_index=False), strangers)
    with pytest.raises(CompareError, match="were not tested on the same users"):
        compare(ours, other)
