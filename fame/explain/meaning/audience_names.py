"""Audiences are called by what their items have in common, where a test finds it, and by typical titles where not.

Every attribute value and every word of the titles is tested for being more frequent among an audience's items than
among all (hypergeometric, false discoveries controlled over all audiences of a level). A name needs more than that: the
value is of a good part of the items, and of far more of them than elsewhere.
"""

from collections import Counter
from dataclasses import replace

import numpy as np

from fame.data import Catalog
from fame.data.attributes import Attributes, attributes
from fame.data.derived.records import AUDIENCE, Derived, EnrichedValue
from fame.explain.meaning.records import DISCOVERY_RATE, Enriched
from fame.explain.meaning.specialists import Enrichment

FEWEST = 5  # items of a value that is tested
SHOWN = 5  # values of an audience that are kept
SHARE, LIFT = 0.3, 1.8  # of the items of an audience that have a value it is called by, and how often the usual share
WORDS = 2_000  # of titles, the commonest
LETTERS = 3  # of a word, or more
WORD = "word"


def named(found: Derived, catalog: Catalog) -> Derived:
    """With what tells each audience, as tested on the catalog's own families and titles."""
    place = next((a for a, one in enumerate(found.families) if one.name == AUDIENCE), None)
    if place is None:
        return found
    family = found.families[place]
    known = [one for given in catalog.given if len((one := attributes(catalog, given.name)).values)]
    tested = [*known, title_words(catalog)]
    audiences = list(found.audiences)
    for level, column in (("wide", 0), ("narrow", 1)):
        which = [n for n, one in enumerate(audiences) if one.level == level]
        if which:
            its = _enriched(family.codes[:, column], which, tested)
            for n, values in zip(which, its, strict=True):
                audiences[n] = replace(audiences[n], enriched=values)
    return replace(found, audiences=tuple(audiences))


def title_words(catalog: Catalog) -> Attributes:
    """The commonest words of titles as a family of values; a word counts once a title."""
    rows = [
        {word for word in "".join(c if c.isalpha() else " " for c in title.lower()).split() if len(word) >= LETTERS}
        for title in catalog.titles
    ]
    counts = Counter(word for row in rows for word in row)
    words = sorted(word for word, count in counts.most_common(WORDS) if count >= FEWEST)
    number = {word: n for n, word in enumerate(words)}
    own = [sorted(number[word] for word in row if word in number) for row in rows]
    starts = np.cumsum([0, 0, *(len(one) for one in own)])
    return Attributes(WORD, tuple(words), np.array([code for one in own for code in one], np.int32), starts)


def _enriched(codes: np.ndarray, which: list[int], tested: list[Attributes]) -> list[tuple[EnrichedValue, ...]]:
    """Codes (V + 1,) of one level -> of each audience the values that tell it, the strongest first."""
    items = np.flatnonzero(codes >= 0)
    belongs = codes[items][:, None, None] == np.array(which)  # (n, 1, N)
    test = Enrichment(belongs, items, tested, FEWEST)
    return [tuple(_kept(one) for one in _telling(its)[:SHOWN]) for its in test.found(*test.test(items))]


def _telling(values: tuple[Enriched, ...]) -> list[Enriched]:
    """Those that are of a good part of the items, and far more often than elsewhere."""
    told = [one for one in values if one.q < DISCOVERY_RATE and one.share >= SHARE and one.share >= LIFT * one.overall]
    return sorted(told, key=lambda one: one.overall - one.share)


def _kept(one: Enriched) -> EnrichedValue:
    return EnrichedValue(*(getattr(one, name) for name in ("family", "value", "share", "overall", "q")))
