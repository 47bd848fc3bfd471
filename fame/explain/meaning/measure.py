"""Measures what the facets and experts of a model mean; `meaning` holds and stores the result. Takes seconds."""

from collections.abc import Collection, Sequence

import numpy as np
import torch

from fame import architectures
from fame.data import DataSet, leave_one_out
from fame.data.attributes import attributes, held_out
from fame.data.split import sample
from fame.explain.facets.population import population
from fame.explain.meaning.cohesion import strongest
from fame.explain.meaning.deeds import deeds
from fame.explain.meaning.probe import Fit, cross_validated_probe, held_out_probe, tells_better
from fame.explain.meaning.records import DISCOVERY_RATE, FacetMeaning, Meaning, MeaningError, Probe, Stability, Verdict
from fame.explain.meaning.specialists import attention_apart, specialists
from fame.explain.meaning.stability import stability
from fame.model import Faceted, Model
from fame.model.cka import cka

EVENTS = 10_000  # histories that experts are tested on, at most


def measure(model: Model, data: DataSet, seed: int = 0, stable: Stability | None = None) -> Meaning:
    """Test every facet and expert of a model on the data that it was trained on.

    Raises
    ------
    MeaningError
        The model has neither.
    """
    vectors = facet_vectors(model)
    assert isinstance(model, Faceted)
    tied, given = model.config.families, data.catalog.given
    # A meaning is of what was written down, where anything was, and of what training tied a facet to.
    asked = [family for family in data.catalog.families if not given or family.kind == "given" or family.name in tied]
    families = [found for family in asked if (found := attributes(data.catalog, family.name)).values]
    names, derived = tuple(found.family for found in families), {family.name for family in data.catalog.derived}
    out = held_out(len(data.catalog))
    probe, fits = held_out_probe(vectors, families, out, seed)
    values = strongest(vectors, families, seed)
    everybody = leave_one_out(data.histories).test
    events = sample(everybody, EVENTS, seed)
    everyone = population(model, events)
    apart = attention_apart(model, events, seed)
    experts, enriched, by_chance = specialists(everyone.router, everyone.last_item, families, apart, seed)
    facets = []
    for h, name in enumerate(model.config.facets):
        own = name if name in tied else None
        named, verdict = judge(h, own, names, probe, fits, () if own in derived else derived)
        facets.append(FacetMeaning(name, name in tied, named, verdict, values[h]))
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
        deeds=deeds(model, everybody, families, seed),
        derived=tuple(name for name in names if name in derived),
    )


@torch.inference_mode()
def facet_vectors(model: Model) -> np.ndarray:
    """(V + 1, H, K): the items' sub-embeddings; row 0 is padding."""
    if not isinstance(model, Faceted):
        title, wanted = model.architecture.title, architectures.titles(facets=True)
        raise MeaningError(
            f"{title} has no facets and no experts whose meaning could be tested; choose a {wanted} model."
        )
    return model.sub_embeddings(model.table()).cpu().double().numpy()


def judge(
    h: int, family: str | None, families: Sequence[str], probe: Probe, fits: Sequence[Fit | None],
    derived: Collection[str] = (),
) -> tuple[str | None, Verdict]:  # fmt: skip
    """The name of a facet that is tied to a family, or to none, and why it has it or not.

    A facet that is tied to a family has its name, if it tells it, unless it tells another family better or another
    facet tells this one better. A facet that is tied to nothing gets a family's name only where it tells it better than
    every other facet does: a family that all facets tell tells none of them apart. Better is what a test says. How
    well it tells what is `derived` does not count against a facet that is tied to something else: who takes what is
    what all facets are trained on.
    """
    there = {a: fit for a, fit in enumerate(fits) if fit is not None}
    if not there or (family is not None and family not in {families[a] for a in there}):
        return None, "untested"
    tells = [a for a in there if (q := probe.q[h][a]) is not None and q < DISCOVERY_RATE and there[a].auc[h] > 0.5]
    if not tells:
        return None, "nothing"
    others = [k for k in range(len(probe.q)) if k != h]
    if family is None:
        best = max(tells, key=lambda a: there[a].auc[h])
        alone = all(tells_better(there[best], h, there[best], k) for k in others)
        return (families[best], "told") if alone else (None, "shared")
    own = families.index(family)
    if any(tells_better(there[a], h, there[own], h) for a in tells if a != own and families[a] not in derived):
        return None, "other"
    if own not in tells:
        return None, "nothing"
    if any(tells_better(there[own], k, there[own], h) for k in others):
        return None, "outdone"
    return family, "told"


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
