"""A recommendation on screen: the ranking, the sentence that sums it up, and the table behind it."""

from collections.abc import Callable, Sequence

import pandas as pd

from app import resources
from app.components.ranking import RankedRow, ranking
from app.current import Current
from app.sentences import recommendation as words
from app.users import hidden
from app.widgets.shared.history import facets
from fame.data.derived.records import AUDIENCE
from fame.explain.families.driver import Evidence
from fame.explain.records import Knockout
from fame.ranking.recommendation import Recommendation

TYPICAL = 2  # titles by which an audience is told in a sentence


def sentence(now: Current, answer: Recommendation, row: int, tested: Knockout, told: Evidence) -> str:
    """Why the item in that row of the answer is where it is."""
    catalog, above = now.data.catalog, answer.above(row)
    return words.answer(
        catalog.title(tested.target),
        float(answer.probability[row]),
        answer.contributions[row].tolist(),
        float(answer.bias[row]),
        now.facets,
        tested,
        [catalog.title(int(item)) for item in answer.history],
        None if answer.responsibilities is None else answer.responsibilities[row].tolist(),
        told,
        None if above is None else above - float(told.parts.sum()),
        of_its_audience(now, tested.target),
    )


def of_its_audience(now: Current, item: int) -> list[str]:
    """The most typical titles of the item's narrowest audience but its own; none where it is in none."""
    found = resources.derived(now.model) if now.data.catalog.derived else None
    family = next((one for one in found.families if one.name == AUDIENCE), None) if found else None
    if found is None or family is None:
        return []
    labels = [family.values[code] for code in family.codes[item] if code >= 0]
    typical = next((one.typical for one in found.audiences if labels and one.label == labels[-1]), ())
    return [now.data.catalog.title(other) for other in typical if other != item][:TYPICAL]


def has_popularity(now: Current) -> bool:
    """Whether the model has a popularity bias."""
    return bool(now.model.config["popularity"])


def answer_list(
    now: Current, answer: Recommendation, *, key: str, chosen: int | None, on_choose: Callable[[str], None],
    before: Sequence[int] | None = None,
) -> None:  # fmt: skip
    """The ranking with its exact parts; `before` are the items of the pinned history's ranking, best first.

    The parts are those of the scores, or where scores are no sums, of the probabilities.
    """
    catalog, shares = now.data.catalog, answer.responsibilities
    parts = answer.contributions if shares is None else shares
    items = answer.items.tolist()
    seen = hidden(now.history, now.user) if now.keep else ()
    places = {item: rank for rank, item in enumerate(before or [], start=1)}
    ranking(
        [
            RankedRow(
                id=catalog.id(item),
                rank=row + 1,
                title=catalog.title(item),
                chips=(*(["seen before"] if item in seen else []), *catalog.chips(item)),
                probability=float(answer.probability[row]),
                parts=tuple(parts[row].tolist()),
                bias=float(answer.bias[row]) if has_popularity(now) and shares is None else None,
                before=None if before is None else places.get(item, 0),
            )
            for row, item in enumerate(items)
        ],
        facets(now),
        key=key,
        chosen=None if chosen is None else catalog.id(chosen),
        on_choose=on_choose,
        gone=[catalog.title(item) for item in before or [] if item not in items],
        shares=shares is not None,
    )


def table(now: Current, answer: Recommendation) -> pd.DataFrame:
    """The ranking as a table: one row an item, one column a part.

    The parts and the reference add up to the score; where those are no sums, shares of the probability that make 1.
    """
    catalog, shares = now.data.catalog, answer.responsibilities
    items = answer.items.tolist()
    parts = answer.contributions if shares is None else shares
    of_all = {"reference": answer.reference, "popularity": answer.bias} if shares is None else {}
    if not now.facets:  # all that the history adds, in one number
        of_all["rest"] = answer.score - answer.reference - answer.bias
    return pd.DataFrame(
        {
            "rank": range(1, len(items) + 1),
            "item_id": [catalog.id(item) for item in items],
            "title": [catalog.title(item) for item in items],
            "probability": answer.probability,
            "score": answer.score,
            **of_all,
            **{name: parts[:, h] for h, name in enumerate(now.facets)},
        }
    )
