"""How busy a machine is."""

import math

from fame.slowdown import slowdown


def test_nothing_takes_less_than_it_computes():
    assert 1 <= slowdown() < math.inf
