"""TracedEvents made up at random, with attributes of one value and of several."""

import numpy as np

from fame.error_analysis.events import Labels, TracedEvents


def events(n: int = 600, seed: int = 0, items: int = 50, hits: float = 0.2) -> TracedEvents:
    """Nothing about an event tells its rank."""
    rng = np.random.default_rng(seed)
    genre = np.zeros((items + 1, 3), np.int32)
    for item in range(1, items + 1):
        several = rng.integers(0, 4)
        genre[item, :several] = 1 + rng.choice(6, several, replace=False)
    era = np.concatenate([[0], rng.integers(0, 5, items)]).astype(np.int32)[:, None]
    truth, newest = rng.integers(0, items + 1, (2, n))
    labels = {"genre": tuple("abcdef"), "era": ("1960s", "1970s", "1980s", "1990s")}
    columns = [Labels("length", ("1-4", "5-9", "10+"), rng.integers(0, 4, (n, 1)).astype(np.int8), ordered=True)]
    columns.append(Labels("facet", ("genre", "era"), rng.integers(0, 3, (n, 1)).astype(np.int8)))
    for name, index in (("truth", truth), ("newest", newest)):
        columns.append(Labels(f"{name}.genre", labels["genre"], genre, index))
        columns.append(Labels(f"{name}.era", labels["era"], era, index))
    rank = np.where(rng.random(n) < hits, rng.integers(1, 11, n), rng.integers(11, 400, n)).astype(np.int32)
    kinds = ("near miss", "unexplained")
    wrong = rank > 10
    tags = (np.where(wrong & (rank <= 20), 1, 0) + np.where(wrong & (rank % 2 == 0), 2, 0)).astype(np.uint16)
    numbers = {"rank": rank, "length": rng.integers(1, 60, n).astype(np.int32), "certainty": rng.random(n)}
    return TracedEvents(rank, np.arange(n), tuple(columns), numbers=numbers, kinds=kinds, tags=tags)
