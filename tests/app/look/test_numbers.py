"""Numbers have the digits that matter, and one form each."""

import pytest

from app.look import numbers


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "under a second"), (0.99, "under a second"), (4.21, "about 4.2 s at most"), (75, "about 75 s at most")],
)
def test_what_is_short_is_not_told_to_a_tenth_of_a_second(seconds, said):
    assert numbers.at_most(seconds) == said


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.42, "42 %"),
        (0.0342, "3.4 %"),
        (0.0034, "0.34 %"),
        (0.00001, "< 0.01 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
    ],
)
def test_percentages_have_the_digits_that_matter(share, text):
    assert numbers.percent(share) == text.replace(" ", "\u00a0")


def test_numbers_and_places():
    assert numbers.signed(-1.234) == "−1.23"
    assert numbers.signed(-0.001) == "0.00"
    assert [numbers.ordinal(n) for n in (1, 10, 11, 12, 21, 22, 103, 1111)] == [
        "first", "tenth", "11th", "12th", "21st", "22nd", "103rd", "1,111th"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("nats", "text"),
    [(-0.37, "0.69"), (-3.0, "0.050"), (-8.0, "< 0.001"), (0.001, "1.001"), (0.0, "1.000"), (0.7, "2.0"), (7, "1,097")],
)
def test_a_change_of_log_p_is_said_as_a_multiple(nats, text):
    assert numbers.times(nats) == f"{text} times as likely"
