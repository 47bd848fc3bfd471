"""What is told of a selection adds up."""

import json

import numpy as np
import pytest

from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import parse
from fame.error_analysis.events import COUNTS, RANKS, whole_bands
from fame.ranking.metrics import means
from tests.error_analysis.made import events

MADE = events(700, 5)


def test_bands_and_kinds_add_up_to_the_selection() -> None:
    for where in ([], [parse("length < 20")], [parse("truth.genre = a"), parse("rank > 10")]):
        found = analyse(MADE, where)
        assert sum(band.n for band in found.bands) == found.events
        assert found.found == found.bands[0].n + found.bands[1].n
        assert sum(kind.first for kind in found.kinds) <= found.events - found.found
        assert found.of == len(MADE)
    assert found.found == 0


def test_measures_are_those_of_the_ranks() -> None:
    assert analyse(MADE).measures == pytest.approx(means(MADE.rank), abs=1e-12)


def test_an_empty_selection_is_told_and_is_no_error() -> None:
    found = analyse(MADE, [parse("rank < 1")])
    assert (found.events, found.measures, found.median_rank) == (0, {}, None)
    assert found.slices.rows == ()
    assert sum(kind.first + kind.also for kind in found.kinds) == 0


def test_json_is_strict_and_has_all_rows() -> None:
    found = analyse(MADE)
    content = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert len(content["slices"]["rows"]) == len(found.slices.rows)
    assert set(content["bands"]) == set(RANKS.labels)


@pytest.mark.parametrize("edges", [(1, 2, 11), (0, 5, 1000, 2000)])
def test_bands_are_read_as_filters_of_the_same_numbers(edges: tuple[int, ...]) -> None:
    from fame.error_analysis.conditions import _compared

    values, bands = np.arange(0.0, 3000.0), whole_bands(edges)
    codes = bands.codes(values)[:, 0]
    for k, label in enumerate(bands.labels, 1):
        np.testing.assert_array_equal(codes == k, _compared(values, parse(f"rank = {label}")))


def test_bands_hold_what_is_unknown_apart() -> None:
    assert COUNTS.codes(np.array([np.nan, 0.0, 99_999.0, 10.0**9]))[:, 0].tolist() == [0, 1, 22, 23]
