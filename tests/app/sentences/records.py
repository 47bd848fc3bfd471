"""Records of what models mean, drawn at random: the tests they hold are judged as in `fame.explain.meaning.measure`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fame.explain.facets.experts import ALIKE_BITS
from fame.explain.meaning.measure import judge
from fame.explain.meaning.probe import FEWEST_TESTED, Fit
from fame.explain.meaning.records import DISCOVERY_RATE, Enriched, Expert, FacetMeaning, Meaning, Probe

FAMILIES = ("genre", "era", "a*b_c", "facet x")


@dataclass(frozen=True)
class Record:
    """What was measured, with what the items made of it; None of a family that was not tested."""

    meaning: Meaning
    fits: tuple[Fit | None, ...]


def records(count: int, seed: int) -> Iterator[Record]:
    """Of few and many facets and families, with none told and all, and with families that could not be tested."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield record(rng)


def record(rng: np.random.Generator) -> Record:
    H, A, N = int(rng.integers(1, 6)), int(rng.integers(0, 5)), int(rng.integers(1, 5))
    families = FAMILIES[:A]
    tied = families[: int(rng.integers(0, min(A, H) + 1))]
    derived = families[-1:] if rng.random() < 0.5 else ()
    names = (*tied, *(f"free {n + 1}" if tied else f"facet {n + 1}" for n in range(H - len(tied))))
    known = rng.integers(0, 60, A) if rng.random() < 0.3 else rng.integers(FEWEST_TESTED, 400, A)
    fits = tuple(fit(rng, H, int(n)) if n >= FEWEST_TESTED and rng.random() < 0.9 else None for n in known)
    auc = tuple(tuple(None if one is None else float(one.auc[h]) for one in fits) for h in range(H))
    q = tuple(tuple(None if cell is None else q_of(rng, cell) for cell in row) for row in auc)
    values = tuple(0 if one is None else one.values for one in fits)
    probe = Probe(tuple(int(n) for n in known), values, auc, q, q)
    facets = []
    for h, name in enumerate(names):
        own = name if h < len(tied) else None
        named, verdict = judge(h, own, families, probe, fits, () if own in derived else derived)
        facets.append(FacetMeaning(name, h < len(tied), named, verdict, ()))
    apart = rng.choice([0.0, ALIKE_BITS / 2, ALIKE_BITS, 0.4], (H, N, N), p=[0.05, 0.1, 0.05, 0.8])
    apart = np.triu(apart, 1) + np.triu(apart, 1).transpose(0, 2, 1)
    events = int(rng.integers(1, 12_000))
    experts = tuple(expert(rng, h, n, events, families, apart) for h in range(H) for n in range(N))
    found = sum(len(one.speaks_for) for one in experts) + int(rng.integers(0, 3) ** 9)
    bits, chance = tuple(tuple(map(tuple, facet)) for facet in apart.tolist()), float(rng.exponential(2))
    cka = tuple(map(tuple, np.eye(H).tolist()))
    return Record(
        Meaning(
            families,
            tied,
            probe,
            probe,
            cka,
            tuple(facets),
            experts,
            events,
            found,
            chance,
            bits,
            None,
            0,
            None,
            derived,
        ),
        fits,
    )


def fit(rng: np.random.Generator, H: int, n: int) -> Fit:
    """Facets that tell a family from hardly to fully, some of them alike."""
    auc = rng.choice([0.45, 0.5, 0.6, 0.75, 0.9]) + rng.choice([0.0, 0.01, 0.1], H) * rng.uniform(-1, 1, H)
    noise = rng.normal(0, rng.choice([0.1, 0.5, 2, 9]), (H, n))
    return Fit(np.sort(rng.choice(500, n, False)), int(rng.integers(1, 20)), auc, auc[:, None] + noise
               - noise.mean(1, keepdims=True), None)  # fmt: skip


def q_of(rng: np.random.Generator, auc: float) -> float:
    """Small only where the facet tells more than chance."""
    low = [0.00001, 0.0004, 0.0096, 0.0499, 0.04996] if auc > 0.5 else []
    return float(rng.choice([*low, DISCOVERY_RATE, 0.051, 0.098, 0.3, 1.0]))


def expert(rng, h: int, n: int, events: int, families: tuple[str, ...], apart: np.ndarray) -> Expert:
    """Who speaks for nothing, or for up to five values."""
    found = [
        Enriched(str(rng.choice(families)), f"v*{v}", share, share * float(rng.uniform(0, 0.99)), q_of(rng, 1.0) / 21)
        for v, share in enumerate(rng.uniform(0, 1, rng.integers(0, 6) if families else 0).tolist())
    ]
    alike = tuple(k for k in range(apart.shape[1]) if k != n and apart[h, n, k] < ALIKE_BITS)
    return Expert(h, n, int(rng.integers(0, events + 1)), tuple(found), alike)
