"""What is said of experts over all users is what the record holds, and a name is said only where it was confirmed."""

import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from app.sentences import experts as said
from app.widgets.experts.routing import LABEL, read_alike, short
from app.widgets.meaning.preferences import sentence
from fame.checkpoint.description import describe
from fame.explain.facets.experts import Pair
from fame.explain.meaning import records
from fame.explain.meaning.naming import judge
from fame.explain.meaning.records import Done, Enriched, ExpertName, Interval, Routed
from fame.explain.trust.records.scorecard import ExpertMarks
from fame.home import PROJECT


def names() -> list[ExpertName]:
    """Of every verdict, judged as `fame.explain.meaning.naming` does."""
    found, rng = [], np.random.default_rng(0)
    intervals = [None, Interval(-0.1, 0.1, 0.3), Interval(0.1, 0.2, 0.3), Interval(1e-5, 2e-5, 3e-5)]
    for experts, items, tested, many, falls in itertools.product((1, 3), (0, 1, 40), (0, 5), range(6), intervals):
        values = tuple(Enriched("genre", f"v*{v}", 0.9, 0.1, 0.01) for v in range(many if tested and items else 0))
        verdict = judge(experts, items, tested, bool(values), falls)
        share, up = rng.integers(0, 11, 2) / 10
        found.append(ExpertName(1, 2, items, tested, values, falls, share, up, verdict))
    return found


def test_a_name_is_said_only_where_both_tests_hold():
    for one in names():
        text, cell = said.reason(one), said.verdict(one)
        confirmed = one.falls is not None and one.falls.low > 0.0005
        named = bool(one.values) and confirmed and one.verdict != "alone"
        assert ("Called" in text) == named == bool(one.names)
        assert ("**Unnamed**" in text) == (not named and one.verdict != "alone")
        assert cell.startswith("– (") == (not named and one.verdict != "alone")
        if named:
            assert cell == ", ".join(value.value for value in one.values[:3])
            assert f"{math.exp(-one.falls.mean):.2f} times as likely against others" in text
        if one.verdict == "unmoved":
            assert r"**v\*0**" in text
            assert "they do not fall more than others" in text
        assert said.steered(one) == f"its items: {100 * one.share:.0f}\u00a0% → {100 * one.turned_up:.0f}\u00a0%"


@pytest.mark.parametrize(
    ("fall", "much"), [(0.0, "little"), (0.099, "little"), (0.1, "something, not much"), (0.5, "much"), (2.0, "much")]
)
def test_how_much_experts_decide_is_said_by_the_median_fall(fall, much):
    text = said.decide(Done(fall, 1.25, None), 300)
    assert f"decide **{much}**" in text
    factor = re.search(r"by a factor of ([\d.]+) \(median of 300 users\)", text)
    assert float(factor[1]) == pytest.approx(math.exp(fall), rel=0.05) if factor else fall == 0
    assert said.selectivity(Done(fall, 0, None)) == ""
    assert "0.61 times as likely, against others" in said.selectivity(Done(fall, 0, 0.5))
    assert "no more than others" in said.selectivity(Done(fall, 0, 0.0001))


def test_who_drives_is_said_where_it_is_known_and_told_from_chance():
    marks = ExpertMarks(1234, 0.5, 0.92, 0.79, 0.78, 0.5, 0.01, 0.71, 0.9, 0.6, False)
    text = said.preferences(marks)
    assert "in 78\u00a0% of 1,234 cases, and in 71\u00a0% of those in which it drives the next item" in text
    assert "right in 50\u00a0%" in text
    assert "in 92\u00a0%" in text
    chance = said.preferences(replace(marks, p=0.2))
    assert "cannot be told from chance" in chance
    assert "71" not in chance


def test_where_experts_own_nothing_is_said_by_name():
    assert said.ownerless(["bra*nd"]).startswith(r"In **bra\*nd** experts own no items")
    assert said.ownerless(["brand", "kind"]).startswith("In **brand** and **kind** experts own no items")


def test_what_other_routers_do_is_said_of_each():
    some = [Interval(-0.03, -0.02, -0.01), Interval(-0.01, 0.0, 0.01), Interval(0.01, 0.02, 0.03), Interval(0, 0, 0)]
    for uniform, shuffled in itertools.product([*some, Interval(1e-6, 2e-6, 3e-6)], repeat=2):
        text = said.routers(Routed(100, Interval(0.1, 0.2, 0.3), uniform, shuffled))
        assert text.startswith("NDCG@10 is 0.2000 with its own routers")
        told, _, same = text.partition("; with ")
        for name, by in (("uniform routers", uniform), ("those of other users", shuffled)):
            way = "lower" if by.mean < -0.001 else "higher" if by.mean > 0.001 else ""
            assert (name in same) == (not way)
            assert (f"0.0200 {way} with {name}" in told) == bool(way)


def test_every_pair_that_reads_alike_is_counted():
    for pairs in range(1, 9):
        alike = [Pair(a, a + 1, 0.001) for a in range(pairs)]
        text = read_alike(alike[::-1])
        listed, more = re.findall(r"(\d) and (\d)", text), re.search(r"(\d+) more pairs", text)
        assert [(int(a), int(b)) for a, b in listed] == [(a + 1, a + 2) for a in range(len(listed))]
        assert len(listed) + (int(more[1]) if more else 0) == pairs


def test_a_label_is_short_and_keeps_the_number():
    assert short("expert 3") == "expert 3"
    assert short("expert 3 (a (b))") == "3 a (b)"
    assert len(short("expert 12 (" + "x" * 50 + ")")) == LABEL


def marks(told: float, p: float) -> ExpertMarks:
    return ExpertMarks(500, 0.5, 0.9, 0.75, told, 0.5, p, 0.6, 0.2, None, False)


def test_preferences_are_held_against_chance_and_the_latest_value():
    assert "**46\u00a0%** of what the history tells" in sentence(marks(0.684, 0.01))
    assert "below naming the liked value that came last (75\u00a0%)" in sentence(marks(0.684, 0.01))
    assert "above naming" in sentence(marks(0.76, 0.01))
    assert "**not told from chance**" in sentence(marks(0.51, 0.4))


def test_what_ships_says_what_its_experts_do():
    for folder in sorted(path.parent for path in (PROJECT / "pretrained").glob("*/meaning.json")):
        found = records.load(describe(folder))
        assert found.deeds is not None
        assert [(one.facet, one.expert) for one in found.deeds.names] == [(e.facet, e.expert) for e in found.experts]
        assert "On this model experts decide" in said.deeds(found.deeds)
