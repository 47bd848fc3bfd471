"""What is reckoned of runs is what a clock would say, had they been made."""

import time

import pytest

from fame.runs.cost import TURN, taken


@pytest.mark.parametrize(("seconds", "times"), [(0.03, 4), (2.0, 1)])
def test_work_is_timed_for_a_turn_and_once_at_least(monkeypatch, seconds, times):
    now, worked = [1_000.0], []
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def work() -> None:
        worked.append(None)
        now[0] += seconds

    assert taken(work) == pytest.approx(seconds)
    assert len(worked) == times
    assert (times - 1) * seconds < TURN <= times * seconds
