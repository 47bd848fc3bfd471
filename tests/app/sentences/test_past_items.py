"""What Why says a recommendation is due to is an exact fact over all past items, or beyond what others did."""

from dataclasses import dataclass

import numpy as np
import torch

from app.sentences import past_items
from fame.explain.past.claim import CLAIM_DRAWS, claim
from fame.explain.past.kinds import KINDS
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.model import Intervention
from tests.app.sentences.naive import Naive
from tests.app.sentences.reading import ITEM, PLACE, PLACES, SHARE, TEXT, Said, is_share

ASKED = ("occlusion-remove", "attention", "random")
MASKED = r"(?: \((masked in place)\))?"
CLOSE = 1e-3  # in log p


def test_what_it_is_due_to_holds_over_all_past_items(world):
    for n, (now, target, top) in enumerate(world.histories(8)):
        history, hidden = now.history, now.hidden
        if len(history) < 2:
            continue
        rival = next(item for item in top[::-1] if item != target) if n % 2 else None
        question = Question.about(world.model, history, target, rival, hidden)
        naive = Naive(world.model, history, target, hidden)
        method = ASKED[n % len(ASKED)]
        found = attribute(question, method)
        first, titles = int(found.order[0]), world.titles(naive.read)
        said = past_items.because(
            method,
            claim(question, found),
            world.titles([target])[0],
            float(np.exp(naive.log_p(naive.whole))),
            titles,
            None if rival is None else world.titles([rival])[0],
            first if found.values[first] > 0 else None,
        )
        Reader(world, naive, rival).check(Said(said), method, first)


@dataclass
class Reader:
    """The sentence about one item, or about it and a rival."""

    world: object
    naive: Naive
    rival: int | None

    def worth(self, found: np.ndarray) -> float:
        """What is explained: log p, or the lead over the rival."""
        own = found[self.naive.target - 1]
        return float(own - (np.logaddexp.reduce(found) if self.rival is None else found[self.rival - 1]))

    def fall(self, found: np.ndarray) -> float:
        return self.worth(self.naive.whole) - self.worth(found)

    def place(self, which: str | None, title: str) -> int:
        return self.world.position(self.naive.read, which, title)

    def check(self, said: Said, method: str, first: int) -> None:
        unclear = bool(said.take(r"\*\*No clear answer\*\*: "))
        falls = [self.fall(one) for one in self.naive.without_item]
        if unclear and (found := said.take(rf"\*{TEXT}\* has {SHARE}, and leaving out any one of ")):
            assert is_share(found[1], np.exp(self.naive.log_p(self.naive.whole)))
            said.need(rf"the {len(falls)} past items that are read lowers ")
            said.need(rf"(?:the probability of|its lead over) \*{TEXT}\* by nothing that could be measured\.")
            said.end()
            assert max(falls) < CLOSE
            return
        self.lead(said)
        if said.take(rf"\. Of the {len(falls)} past items that are read, removing "):
            self.exact(said, falls, unclear)
        else:
            assert not unclear
            self.several(said)
        if by := said.take(rf" By {KINDS[method].title}, {ITEM} comes first\."):
            assert self.place(*by) == first
        said.end()

    def lead(self, said: Said) -> None:
        """Where it is now."""
        if self.rival is None:
            title, place, share = said.need(rf"\*{TEXT}\* comes {PLACE} with {SHARE}")
            assert PLACES[place] in self.naive.places(self.naive.whole)
            assert is_share(share, np.exp(self.naive.log_p(self.naive.whole)))
        else:
            title, likely, rival = said.need(rf"\*{TEXT}\* is (.+?) \*{TEXT}\*")
            assert rival == self.world.titles([self.rival])[0]
            check_times(likely, self.worth(self.naive.whole))
        assert title == self.world.titles([self.naive.target])[0]

    def exact(self, said: Said, falls: list[float], unclear: bool) -> None:
        """One item, of all the one without which it falls furthest."""
        t = self.place(*said.need(ITEM))
        verb = "lowers it" if self.rival is None else "sets it back"
        (most,) = said.need(rf" {verb} (most|as far as removing another does)")
        assert falls[t] > max(falls) - CLOSE
        if most != "most":
            assert sorted(falls)[-2] > max(falls) - CLOSE
        assert unclear == bool(said.take(", (?:and|but) without that item "))
        if not unclear:
            said.need(": without that item ")
            assert falls[t] > 0.1 - CLOSE
        self.became(said, self.naive.without_item[t])
        said.need(r"\.")

    def several(self, said: Said) -> None:
        """Several items, which do more than all those that were drawn; the fall is run again."""
        lot = rf" any of {CLAIM_DRAWS} other (?:pairs|threes) of past items, drawn by lot: "
        because = bool(said.take(" because of "))
        if not because:
            said.need(", and ")
        places = [self.place(*said.need(ITEM))]
        while one := said.take(rf"(?:, | and ){ITEM}"):
            places.append(self.place(*one))
        if not because:
            did = " did more for it than" if self.rival is None else " speak for it more than"
            said.need(did + lot)
        else:
            said.need(": ")
        (masked,) = said.need(rf"without those {len(places)} items{MASKED} ")
        keep = torch.tensor([[t not in places for t in range(len(self.naive.read))]])
        found = self.naive.run(self.naive.read, Intervention(keep=keep)) if masked else self.naive.without_items(places)
        assert self.fall(found) > 0.1 - CLOSE
        self.became(said, found)
        if because and self.rival is None:
            assert min(self.naive.places(found)) >= min(self.naive.places(self.naive.whole))
            said.need(rf"; without {len(places)} drawn by lot it ")
            said.need(rf"(?:(?:typically )?stays there|would (?:typically )?be {PLACE})")
        said.need(r"\.")
        if because and self.rival is not None:
            assert self.worth(found) < CLOSE
            said.need(
                rf" Leaving out any of {CLAIM_DRAWS} other (?:pairs|threes) of past items, drawn by lot does less\."
            )

    def became(self, said: Said, found: np.ndarray) -> None:
        """What it would be then."""
        if self.rival is not None:
            if said.take(rf"\*{TEXT}\* would be ahead"):
                assert self.worth(found) < CLOSE
            else:
                check_times(said.need("it would be (.+?) it(?=[.;])")[0], self.worth(found))
            return
        if kept := said.take(r"its probability falls to (over 99\s%|(?:<\s)?[\d.]+\s%) of what it was(?:, though |; )"):
            left = float(np.exp(-self.fall(found)))
            assert left > 0.989 if kept[0] == "over 99\u00a0%" else is_share(kept[0], left)
        if place := said.take(rf"it would be {PLACE}"):
            assert PLACES[place[0]] in self.naive.places(found)
        else:
            said.need("it keeps its place")
            assert set(self.naive.places(found)) & set(self.naive.places(self.naive.whole))


def check_times(said: str, lead: float) -> None:
    """A lead in log p in words."""
    ratio = float(np.exp(lead))
    if said == "about as likely as":
        assert 1 / 1.06 < ratio < 1.06
    elif said == "far likelier than":
        assert ratio > 99
    elif said == "far less likely than":
        assert ratio < 1 / 99
    else:
        assert abs(float(said.removesuffix(" times as likely as")) / ratio - 1) < 0.06
