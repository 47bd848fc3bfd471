"""How much of a model's work is held at a time: one number, from which every block takes its size."""

from collections.abc import Iterator

import numpy as np

from fame.data.batches import batches
from fame.model import Config
from fame.model.attention import ROWS

BUDGET = 1 << 24  # numbers held at a time: 64 MB


def at_once(numbers: int) -> int:
    """How many things of so many numbers each may be held; one at least."""
    return max(1, BUDGET // numbers)


def positions_at_once(config: Config, longest: int) -> int:
    """Positions of histories of at most so many items whose states may be held at a time."""
    D, H, S = config.width, config.heads, longest + config.begin
    states = 16 * D  # what is read, keys, queries, values, and four times the width inside a feed-forward network
    attention = 4 * H * min(S, ROWS) + 4 * H * config.experts + 2 * S  # rows, those of the newest position, the mask
    return at_once(states + attention)


def finished_at_once(config: Config, longest: int) -> int:
    """Runs of histories of at most so many items whose last layer may be held at a time, at the newest position."""
    # Of the position, what is added to it, and the filter of what is read.
    attention = 4 * config.heads * config.experts
    held = (2 * config.width + attention) * (longest + config.begin)
    return max(1, at_once(held) // 2)  # what is below it is held, too


def runs_at_once(config: Config, longest: int) -> int:
    """Runs of histories of at most so many items that may be held at a time; one at least."""
    return max(1, positions_at_once(config, longest) // (longest + config.begin))


def histories_at_once(config: Config, lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Rows of histories of so many items (n,), those of like length together, in batches that may be held at a time."""
    yield from batches(np.minimum(lengths, config.length), positions_at_once(config, config.length))
