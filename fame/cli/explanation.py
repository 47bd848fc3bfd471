"""Everything that can be said about why an item comes after a history, as plain lists and numbers with ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from fame.cli.item import item
from fame.cli.output import console
from fame.data import Catalog
from fame.explain.facets.contrast import compare
from fame.explain.facets.effects import Missing, expert_effects, facet_knockouts, facet_shares
from fame.explain.facets.intervention_text import places_in, weights_in
from fame.explain.facets.what_if import WeightError, reweigh
from fame.explain.families.anatomy import Anatomy
from fame.explain.families.evidence import evidence
from fame.explain.past.baselines import recency
from fame.explain.past.claim import claim
from fame.explain.past.counterfactual import WISHED_TOP, fewest_additions, fewest_removals
from fame.explain.past.methods import attribute
from fame.explain.past.records import Attribution
from fame.explain.question import Question, QuestionError
from fame.explain.trust.deletion import expected_first, measure
from fame.explain.trust.records.explanations import MEASURES
from fame.heads.kinds import kind_of
from fame.model import Model
from fame.ranking.recommend import take_apart


@dataclass(frozen=True)
class Asked:
    """A history of a model's items."""

    model: Model
    catalog: Catalog
    anatomy: Anatomy
    ids: list[str]
    out: list[str]  # never recommended

    @property
    def hidden(self) -> list[int]:
        """Catalog indices of what is never recommended."""
        return self.catalog.indices(self.out)

    @property
    def history(self) -> list[int]:
        """Catalog indices."""
        return self.catalog.indices(self.ids)

    @property
    def older(self) -> int:
        """How many of the oldest items are not read."""
        return max(0, len(self.ids) - self.model.config.length)

    def past(self, places: tuple[int, ...]) -> dict[str, Any]:
        """Items of what is read by their places, with ids and places in the whole history."""
        positions = [self.older + t for t in places]
        return {"removed": [self.ids[t] for t in positions], "positions": positions}


def explanation(
    asked: Asked, target: str, rival: str | None, method: str, missing: str | None, weights: str, without: str
) -> dict[str, Any]:
    """The whole answer.

    Raises
    ------
    InputError
        Something is asked that cannot be: an item, a method, a weight or a place that there is not.
    """
    model, catalog = asked.model, asked.catalog
    against = None if rival is None else catalog.index(rival)
    question = Question.of(model, asked.history, catalog.index(target), against, asked.hidden)
    known, found = asked.anatomy, attribute(question, method)
    return {
        "target": target,
        "rival": rival,
        "method": found.method,
        "baseline": found.baseline,
        "attributions": [
            {
                "item_id": asked.ids[asked.older + t],
                "title": catalog.title(int(question.read[t])),
                "position": asked.older + t,
                "value": value,
            }
            for t, value in enumerate(found.values.tolist())
        ],
        "completeness_gap": found.completeness_gap,
        "claim": claimed(asked, question, found),
        "counterfactual": removal(asked),
        "additions": additions(asked, question),
        "faithfulness": faithfulness(question, found),
        "item": the_item(asked, question, known),
        "contrast": None if against is None else contrast(question, known, found),
        **parts(asked, question, missing),
        "what_if": what_if(asked, question, weights, without) if weights or without else None,
    }


def the_item(asked: Asked, question: Question, known: Anatomy) -> dict[str, Any]:
    """The target as `recommend` tells of an item, with its rank."""
    told = evidence(asked.model, known, asked.history, [question.target])[0]
    rank = int(question.outcomes(question.whole(), "remove").rank[0])
    found = take_apart(asked.model, asked.history, [question.target])
    return item(asked.catalog, asked.model.config.facets, found, 0, rank, told)


def claimed(asked: Asked, question: Question, found: Attribution) -> dict[str, Any] | None:
    """The past items that it is said to be due to, and whether that held.

    `fall` is that of log p, or of the lead; `exact`: every other choice of as many was run, not some by lot.
    """
    made = claim(question, found)
    if made is None:
        return None
    told = {name: getattr(made, name) for name in ("holds", "exact", "most", "way", "fall", "rank_without")}
    return {**asked.past(made.items), **told, "against": len(made.others)}


def removal(asked: Asked) -> dict[str, Any] | None:
    """The fewest past items without which another one comes first; what is not read has no part in it."""
    found = fewest_removals(asked.model, asked.history, hidden=asked.hidden)
    if found is None:
        return None
    old, new = asked.catalog.id(found.old_top), asked.catalog.id(found.new_top)
    return {**asked.past(found.removed), "old_top": old, "new_top": new, "fewest": found.exact}


def additions(asked: Asked, question: Question) -> dict[str, Any] | None:
    """The fewest items that bring the target into the first ten; None where it is there."""
    found = fewest_additions(asked.model, asked.history, question.target, hidden=asked.hidden)
    if found.rank <= WISHED_TOP:
        return None
    added = None if found.added is None else [asked.catalog.id(v) for v in found.added]
    return {"added": added, "rank": found.rank, "new_rank": found.new_rank, "reason": found.reason}


def faithfulness(question: Question, found: Attribution) -> dict[str, float]:
    """What is left of the target's probability without the first item of an order."""
    first = MEASURES.index("DEL@1")
    return {
        "DEL@1": float(measure(question, found.order, "remove")[first]),
        "recency_DEL@1": float(measure(question, recency(question).order, "remove")[first]),
        "random_DEL@1": expected_first(question),
    }


def contrast(question: Question, known: Anatomy, found: Attribution) -> dict[str, Any]:
    """What is different between target and rival; of the past items the attributions tell."""
    compared, facets = compare(question, known, found), question.model.config.facets
    shares, anatomy = compared.responsibilities, dict(zip(compared.families, compared.anatomy.tolist(), strict=True))
    return {
        "score": compared.score,
        "bias": compared.bias,
        "contributions": dict(zip(facets, compared.contributions.tolist(), strict=True))
        if facets
        else {"rest": compared.score - compared.bias},
        "responsibilities": None if shares is None else dict(zip(facets, shares.tolist(), strict=True)),
        "anatomy": anatomy | ({} if compared.rest is None else {"rest": compared.rest}),
    }


def parts(asked: Asked, question: Question, missing: str | None) -> dict[str, Any]:
    """What facets and experts do; both None in a model where that cannot be asked, which is told of."""
    model, facets, ways = asked.model, asked.model.config.facets, get_args(Missing)
    if missing is not None and missing not in ways:
        raise QuestionError(f"The gate's mass cannot be {missing[:60]!r}; choose {' or '.join(ways)}.")
    way: Missing = "dropped" if kind_of(model.config.head).droppable else "renormalised"
    way = next((one for one in ways if one == missing), way)
    try:
        shares, kept = facet_shares(question, way), facet_knockouts(model, asked.history, way, asked.hidden).overlap
        experts = expert_effects(question)
    except QuestionError as error:
        if missing is not None:
            raise
        console.print(str(error), markup=False, style="yellow")
        return {"missing": None, "facets": None, "experts": None}
    return {
        "missing": way,
        "facets": {
            name: {
                "share": float(shares.values[h]),
                "fall": float(shares.alone[h]),
                "rank_without": int(shares.rank_without[h]),
                "overlap": float(kept[h]),
            }
            for h, name in enumerate(facets)
        },
        "experts": {
            name: [
                {
                    "fall": float(experts.effect[h, n]),
                    "rank_without": int(experts.rank_without[h, n]),
                    "overlap": float(experts.overlap[h, n]),
                }
                for n in range(model.config.experts)
            ]
            for h, name in enumerate(facets)
        },
    }


def what_if(asked: Asked, question: Question, weights: str, without: str) -> dict[str, Any]:
    """The answer with weights chosen by hand and past items left out."""
    model, catalog, facets = asked.model, asked.catalog, asked.model.config.facets
    gate, router, strange = weights_in(weights, len(facets), model.config.experts)
    places, missing = places_in(without, len(asked.ids), model.config.length)
    if wrong := [*strange, *missing]:
        raise WeightError(wrong[0])
    found = reweigh(
        model,
        asked.history,
        {h: share / 100 for h, share in gate.items()},
        {place: share / 100 for place, share in router.items()},
        places,
        model.config.items - len(set(asked.out)),
        asked.hidden,
    )
    row = found.ranking.items.tolist().index(question.target)
    return {
        "gate": dict(zip(facets, found.gate.tolist(), strict=True)),
        "router": dict(zip(facets, found.router.tolist(), strict=True)),
        "rank": row + 1,
        "probability": float(found.ranking.probability[row]),
        "top": [catalog.id(int(v)) for v in found.ranking.items[:WISHED_TOP]],
    }
