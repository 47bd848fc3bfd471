"""An item after a history with its exact parts, as commands print it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fame.data import Catalog
    from fame.explain.families.driver import Evidence
    from fame.ranking.recommendation import Recommendation


def item(
    catalog: Catalog, facets: tuple[str, ...], found: Recommendation, row: int, rank: int, told: Evidence
) -> dict[str, Any]:
    """The row of an answer: score, probability, parts, anatomy and driver."""
    from fame.explain.families.driver import name_driver

    number, shares = int(found.items[row]), found.responsibilities
    driver, chances = name_driver(told), told.chances
    return {
        "item_id": catalog.id(number),
        "title": catalog.title(number),
        "rank": rank,
        "score": float(found.score[row]),
        "probability": float(found.probability[row]),
        "reference": found.reference,
        "bias": float(found.bias[row]),
        "contributions": contributions(facets, found, row),
        "responsibilities": None if shares is None else dict(zip(facets, shares[row].tolist(), strict=True)),
        "anatomy": anatomy(found, row, told),
        **({"derived": list(told.families[-told.derived :])} if told.derived else {}),
        "driver": asdict(driver) if driver else None,
        "driver_probabilities": None if chances is None else chances.as_json(),
    }


def contributions(facets: tuple[str, ...], found: Recommendation, row: int) -> dict[str, float]:
    """What each facet lifts an item by; a model without facets lifts it by one number, the rest, so that parts add up.

    With reference and bias they add up to the score where the head is additive.
    """
    above = found.above(row)
    if not facets and above is not None:
        return {"rest": above}
    return dict(zip(facets, found.contributions[row].tolist(), strict=True))


def anatomy(found: Recommendation, row: int, told: Evidence) -> dict[str, float] | None:
    """What each family lifts an item by, and the rest, which is all where nothing is known of items.

    None where the score is no sum.
    """
    above, parts = found.above(row), told.parts.tolist()
    if above is None:
        return None
    return {**dict(zip(told.families, parts, strict=True)), "rest": above - sum(parts)}
