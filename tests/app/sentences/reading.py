"""Reading a sentence piece by piece: whatever is not understood fails, so that no claim goes untested."""

import re

from app.look.numbers import ORDINALS, factor, ordinal, percent, signed

TEXT = r"((?:\\.|[^*\\])+)"
ITEM = rf"(?:the (\S+) )?\*{TEXT}\*"  # of several of one title, which
BOLD = rf"\*\*{TEXT}\*\*"
FACET = rf"(?:facet )?{BOLD}"
TIMES = r"((?:< )?[\d.,]+) times as likely"
SHARE = r"((?:<\s)?[\d.]+\s%)"
PLACE = r"([\w,]+)"
NUMBER = r"([+−]?[\d.]+)"
LIFTS = rf"\({NUMBER} of the {NUMBER} that lift it above the average item\)"
PLACES = {ordinal(n): n for n in range(1, 5000)}


class Said:
    """A sentence of which the front is read."""

    def __init__(self, text: str) -> None:
        self.whole = self.left = text

    def take(self, pattern: str) -> tuple[str, ...] | None:
        """The groups, or all of it where there are none, if it goes on like this; what was read is then gone."""
        match = re.match(pattern, self.left)
        if match is None:
            return None
        self.left = self.left[match.end() :]
        return tuple(None if group is None else plain(group) for group in match.groups() or [match[0]])

    def need(self, pattern: str) -> tuple[str, ...]:
        """The same; it must go on like this."""
        found = self.take(pattern)
        assert found is not None, f"not understood: {self.left!r} of {self.whole!r}"
        return found

    def end(self) -> None:
        """Nothing is left."""
        assert not self.left, f"not understood: {self.left!r} of {self.whole!r}"


def plain(text: str) -> str:
    """Without the marks that escape it."""
    return re.sub(r"\\(.)", r"\1", text)


def is_share(text: str, share: float) -> bool:
    """Whether a share is said so, but for rounding."""
    return text in {percent(share * (1 + off)) for off in (-1e-3, 0, 1e-3)}


def is_times(text: str, nats: float) -> bool:
    """Whether a change of log p is said so, but for rounding."""
    low, high = factor(nats - 1e-3), factor(nats + 1e-3)
    if "<" in low + text + high:
        return text in (low, high)
    return float(low.replace(",", "")) <= float(text.replace(",", "")) <= float(high.replace(",", ""))


def is_signed(text: str, value: float) -> bool:
    """Whether a number is said so, but for rounding."""
    return text in {signed(value + off) for off in (-2e-3, 0, 2e-3)}


def nth(word: str | None) -> int:
    """ "second" -> 1; None -> 0."""
    return 0 if word is None else ORDINALS.index(word) if word in ORDINALS else PLACES[word] - 1
