"""What the heads say of themselves, which is all that pages, sentences and commands need to know of them. No torch."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fame.errors import InputError

if TYPE_CHECKING:
    from fame.heads.contract import Head
    from fame.model import Model


class HeadError(InputError):
    """A head that there is not, or not for such a model."""


@dataclass(frozen=True)
class HeadKind:
    """One head's record."""

    name: str  # in a configuration: `--set head=NAME`
    implementation: str  # "module:class", imported when a model is first asked
    title: str  # after an article
    does: str  # what the gate does with the facets
    additive: bool  # score = reference + bias + parts; where not, the shares of the probability add up, to 1
    droppable: bool  # a gate weight can go missing; where not, weights mix by their proportions and others take it over
    facets: bool  # only a model with facets can have it
    gate_weight: str = ""  # what a gate weight is, in a sentence or two beside it; empty: what training made of it


HEAD_KINDS = {
    kind.name: kind
    for kind in (
        HeadKind(
            name="sum",
            implementation="fame.heads.sum:Sum",
            title="sum of scores",
            does="adds scores",
            additive=True,
            droppable=True,
            facets=False,
        ),
        HeadKind(
            name="mixture",
            implementation="fame.heads.mixture:Mixture",
            title="mixture of softmaxes",
            does="mixes probabilities",
            additive=False,
            droppable=False,
            facets=True,
            gate_weight="The gate weight is how much of the prediction a facet makes before any item is looked at; the "
            "share above is what that comes to for this item. Neither says what would be without the facet: that is "
            "run, and the others take over its weight.",
        ),
    )
}
DEFAULT_HEAD = "sum"  # of a configuration that was stored before there was a choice


def kind_of(name: str, facets: bool = True) -> HeadKind:
    """The head of that name, for a model with or without facets.

    Raises
    ------
    HeadError
        There is none, or it needs facets that the model has not.
    """
    if name not in HEAD_KINDS:
        raise HeadError(f"There is no head {name[:60]!r}; there are {', '.join(HEAD_KINDS)}.")
    kind = HEAD_KINDS[name]
    if kind.facets and not facets:
        free = " or ".join(one.name for one in HEAD_KINDS.values() if not one.facets)
        raise HeadError(f"A {kind.title} needs facets, and the model has none: head must be {free}, not {name}.")
    return kind


def head_class(model: Model) -> type[Head]:
    """What answers for a model.

    Raises
    ------
    HeadError
        There is no head of the name in its configuration, or it needs facets that the model has not.
    """
    found: type[Head] = pkgutil.resolve_name(kind_of(model.config.head, bool(model.config.facets)).implementation)
    return found
