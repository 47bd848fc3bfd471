"""Measures what the facets and experts of a model mean; `meaning` holds and stores the result. Takes seconds."""

from collections.abc import Sequence

import numpy as np
import torch

from fame.data import DataSet, leave_one_out
from fame.data.attributes import attributes, held_out
from fame.data.split import sample
from fame.explain.cohesion import strongest
from fame.explain.likeness import stability
from fame.explain.meaning import LEVEL, Facet, Meaning, MeaningError, Probe, Stability, Verdict
from fame.explain.population import population
from fame.explain.probe import Fit, cross_validated_probe, held_out_probe
from fame.explain.specialists import attention_apart, specialists
from fame.model import FAME, Model
from fame.model.likeness import cka

EVENTS = 10_000  # histories that experts are tested on, at most


def measure(model: Model, data: DataSet, seed: int = 0, stable: Stability | None = None) -> Meaning:
    """Test every facet and expert of a model on the data that it was trained on.

    Raises
    ------
    MeaningError
        The model is a SASRec, which has neither.
    """
    vectors = facet_vectors(model)
    assert isinstance(model, FAME)
    families = [found for family in data.catalog.families if (found := attributes(data.catalog, family.name)).values]
    names, tied = tuple(found.family for found in families), model.config.families
    out = held_out(len(data.catalog))
    probe, fits = held_out_probe(vectors, families, out, seed)
    values = strongest(vectors, families, seed)
    events = sample(leave_one_out(data.histories).test, EVENTS, seed)
    everyone = population(model, events)
    apart = attention_apart(model, events, seed)
    experts, enriched, by_chance = specialists(everyone.router, everyone.last_item, families, apart, seed)
    facets = []
    for h, name in enumerate(model.config.facets):
        named, verdict = judge(h, name if name in tied else None, names, probe, fits)
        facets.append(Facet(name, name in tied, named, verdict, values[h]))
    return Meaning(
        families=names,
        tied=tied,
        held_out=probe,
        written_in=cross_validated_probe(vectors, families, out, seed),
        cka=tuple(map(tuple, cka(vectors[1:], vectors[1:]).tolist())),
        facets=tuple(facets),
        experts=experts,
        events=len(events.targets),
        found=enriched,
        by_chance=by_chance,
        apart=tuple(tuple(map(tuple, facet)) for facet in apart.tolist()),
        stability=stable,
        seed=seed,
    )


@torch.inference_mode()
def facet_vectors(model: Model) -> np.ndarray:
    """(V + 1, H, K): the items' sub-embeddings; row 0 is padding."""
    if not isinstance(model, FAME):
        raise MeaningError("SASRec has no facets and no experts whose meaning could be tested; choose a FAME model.")
    return model.sub_embeddings(model.table()).cpu().double().numpy()


def judge(
    h: int, family: str | None, families: Sequence[str], probe: Probe, fits: Sequence[Fit | None]
) -> tuple[str | None, Verdict]:
    """The name of a facet that is tied to a family, or to none, and why it has it or not.

    A facet that is tied to nothing gets a family's name only where no other facet tells that family as well: a family
    that all facets tell tells none of them apart.
    """
    gains = {a: gain for a in range(len(families)) if (gain := probe.gain(h, a)) is not None}
    if not gains or (family is not None and families.index(family) not in gains):
        return None, "untested"
    best = max(gains, key=gains.__getitem__)
    q = probe.q[h][best]
    if q is None or q >= LEVEL or gains[best] <= 0:
        return None, "nothing"
    if family is not None:
        return (family, "told") if families[best] == family else (None, "other")
    fit = fits[best]
    assert fit is not None
    if any(not tells_better(fit.right[h], fit.right[k]) for k in range(len(fit.right)) if k != h):
        return None, "shared"
    return families[best], "told"


def tells_better(ours: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether one probe is right more often than another on the same items (t,), bool (McNemar's exact test)."""
    from scipy.stats import binomtest

    only_ours, only_theirs = int((ours & ~theirs).sum()), int((theirs & ~ours).sum())
    differ = only_ours + only_theirs
    return bool(differ) and binomtest(only_ours, differ, alternative="greater").pvalue < LEVEL


def compare_seeds(model: Model, others: Sequence[tuple[str, Model]]) -> Stability:
    """How alike the facets of models of the same data come out, the others with their names.

    Raises
    ------
    MeaningError
        A model has no facets, or not the same number of items and facets.
    """
    ours = facet_vectors(model)
    theirs = [(name, facet_vectors(other)) for name, other in others]
    for name, vectors in theirs:
        if vectors.shape[:2] != ours.shape[:2]:
            raise MeaningError(
                f"{name} has {len(vectors) - 1:,} items and {vectors.shape[1]} facets, not {len(ours) - 1:,} and "
                f"{ours.shape[1]}; give models of the same data and shape."
            )
    return stability(ours[1:], [vectors[1:] for _, vectors in theirs], [name for name, _ in theirs])
