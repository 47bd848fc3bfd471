"""Sentences say what was measured, and nothing more."""

import re

import numpy as np

from app.look.numbers import percent
from app.sentences.recommendation import answer, exactly
from fame.explain.families.driver import Evidence
from fame.explain.records import Knockout


def effects_of(rank=1, facets=(1, 1), effects=(0.1, -0.1), items=(1, 1), gone=(0.0, 0.0)) -> Knockout:
    return Knockout(
        7,
        rank,
        -2.0,
        np.array(facets),
        np.array(effects),
        np.array([10, 10]),
        np.array(items),
        np.array(gone, dtype=float),
    )


def say(parts, bias, result) -> str:
    return answer("Heat (1995)", 0.034, parts, bias, ["genre", "people"], result, ["Ronin (1998)", "Alien (1979)"])


def test_a_clear_answer_names_the_facet_and_what_would_be_without_it():
    said = say([0.2, 2.0], 0.3, effects_of(facets=(2, 9), items=(1, 4), gone=(0.1, 0.9)))
    assert "comes first with 3.4\u00a0%" in said
    lifts = "Of the facets, **people** lifts it most (+2.00 of the +2.50 that lift it above the average item)"
    assert f"{lifts}; without it, it would be ninth." in said
    assert "Without *Alien \\(1979\\)* in the history, it would be fourth." in said


def test_in_a_mixture_the_answer_is_of_its_probability():
    def said(shares):
        return answer(
            "Heat (1995)", 0.034, [0, 0], 0, ["genre", "people"], effects_of(facets=(2, 9)), ["A", "B"], shares
        )

    assert "The facet **people** gives it most of its probability (72\u00a0%); without it, it would be ninth." in said(
        [0.28, 0.72]
    )
    tested = effects_of(facets=(1, 1, 1), effects=(0, 0, 0), items=(1,))
    three = answer("Heat", 0.034, [0] * 3, 0, ["a", "b", "c"], tested, [], [0.4, 0.3, 0.3])
    assert "No facet gives more than half of its probability" in three


def test_a_driver_is_named_by_its_evidence_or_said_to_be_unclear():
    def said(parts, effects, rest=None, bias=0.0):
        told = Evidence(("genre", "cast*"), np.array(parts), np.array(effects)[:, None] + np.linspace(-0.01, 0.01, 8))
        return answer("Heat", 0.034, [0, 0], bias, ["a", "b"], effects_of(), ["A", "B"], told=told, rest=rest)

    begins, about = "*Heat* comes first with 3.4\u00a0%", r"about (\d+)\u00a0%"
    clear, torn, down = ([0.1, 2.0], [0.0, 2.0]), ([2.0, 2.0], [2.0, 2.0]), ([-3.0, -3.0], [-3.0, -3.0])

    def begin(text, pattern):
        assert re.match(re.escape(begins) + pattern, text), text

    begin(said(*clear, rest=1.9), rf", driven by the attribute \*\*cast\\\*\*\*, {about}\.")
    # in a mixture, whose log p is no sum, nothing is known of what goes with no attribute
    begin(said(*clear), rf", of its attributes driven by \*\*cast\\\*\*\*, {about}\.")
    either = r"; of its attributes, \*\*genre\*\* or \*\*cast\\\*\*\* drove it: \d+ against \d+\u00a0%\."
    begin(said(*torn, rest=1.9), either)
    begin(said(*down), rf"; nothing known about the items drove it: {about}\.")
    # what lifts it more than any attribute is said first
    lifts = (
        r": what lifts it most goes with no attribute \(\+2\.10 of the \+4\.20 that lift it above the average item\)"
    )
    begin(said(*clear, rest=2.1), rf"{lifts}; of its attributes, \*\*cast\\\*\*\* drove it, {about}\.")
    lifts = (
        r": its popularity lifts it most \(\+3\.00 of the \+5\.10 that lift it above the average item\); of its attri"
    )
    begin(said(*clear, rest=-1.0, bias=3.0), lifts)


def test_every_family_s_probability_is_there_to_be_read():
    told = Evidence(("genre", "people"), np.array([0.2, 2.0]), np.array([[0.1], [0.9]]) + np.linspace(-0.01, 0.01, 8))
    text, chances = exactly(told), told.chances
    for name, p in [*chances.ranked, ("nothing known about the items", chances.none)]:
        assert f"{name} {percent(p)}" in text
    assert exactly(Evidence((), np.zeros(0), np.zeros((0, 8)))) == ""


def test_a_driver_and_the_facet_of_its_name_are_told_apart():
    told = Evidence(("genre", "people"), np.array([0.1, 2.0]), np.array([[0.0], [2.0]]) + np.linspace(-0.01, 0.01, 8))
    tested = effects_of(facets=(2, 9))
    said = answer("Heat", 0.1, [0.2, 2.0], 0, ["genre", "people"], tested, ["A", "B"], told=told, rest=0.0)
    assert re.search(
        r"driven by the attribute \*\*people\*\*, about \d+.%\. Of the facets, \*\*people\*\* lifts it", said
    )


def test_the_facet_whose_loss_hurts_most_may_be_another_one():
    said = say([0.2, 2.0], 0.3, effects_of(facets=(30, 9)))
    assert "Of the facets, **people** lifts it most" in said
    assert "without the facet **genre**, it would be 30th" in said
    assert said.endswith("Removing any one past item does not lower its rank.")


def test_the_past_item_that_costs_the_place_need_not_be_the_one_that_moves_log_p_most():
    said = say([1.0, 0.9], 0.8, effects_of(items=(4, 1), gone=(0.01, 0.9)))
    assert said.endswith("Without *Ronin \\(1998\\)* in the history, it would be fourth.")


def test_no_clear_answer_is_said():
    said = say([1.0, 0.9], 0.8, effects_of())
    assert "No facet gives half of what lifts it; leaving out any one facet does not lower its rank." in said
    assert "Removing any one past item does not lower its rank either." in said


def test_popularity_can_be_the_answer():
    said = say([0.1, -0.3], 2.0, effects_of(facets=(3, 1)))
    lifts = "Its **popularity** lifts it more than any facet (+2.00 of the +2.10 that lift it above the average item)"
    assert f"{lifts}; without the facet **genre**, it would be third." in said


def test_one_item_alone_is_not_said_to_be_removable():
    said = say([0.2, 2.0], 0.3, effects_of(items=(1,), gone=(float("nan"),)))
    assert "in the history" not in said
    assert "past item" not in said
