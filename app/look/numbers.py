"""How numbers are written, the same on every page, in every chart and in every text that is read aloud."""

import math

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(rank: int) -> str:
    """1 -> "first", 23 -> "23rd"."""
    if rank <= len(ORDINALS):
        return ORDINALS[rank - 1]
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank:,}{ending}"


def percent(share: float) -> str:
    """0.0342 -> "3.4 %"; two digits that matter, never a zero for what is not zero, and never broken over two lines."""
    value = 100 * share
    if not value:
        return "0\u00a0%"
    if abs(value) < 0.01:
        return "<\u00a00.01\u00a0%"
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    return f"{value:.{digits}f}\u00a0%"


def whole(share: float) -> str:
    """0.05 -> "5 %", where no more digits are asked for: an axis, a weight in passing."""
    return f"{100 * share:.0f}\u00a0%"


def factor(nats: float) -> str:
    """A change of log p as what it makes of the probability: -0.37 -> "0.69", ln 2 -> "2.0", 0.001 -> "1.001"."""
    ratio = math.exp(min(nats, 20.0))
    if ratio < 0.001:
        return "< 0.001"
    if 0.9 <= ratio < 1.1:
        return f"{ratio:.3f}"
    if ratio < 0.9:
        return f"{ratio:.{1 - math.floor(math.log10(ratio))}f}"
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def times(nats: float) -> str:
    """A change of log p in words: -0.37 -> "0.69 times as likely"."""
    return f"{factor(nats)} times as likely"


def at_most(seconds: float) -> str:
    """4.21 -> "about 4.2 s at most"; what is too short to be told exactly on a busy machine is "under a second"."""
    return "under a second" if seconds < 1 else f"about {duration(seconds)} at most"


def duration(seconds: float) -> str:
    """3.2 -> "3.2 s", 200 -> "3 minutes"; as exact as an estimate can be."""
    if seconds < 10:
        return f"{max(0.1, seconds):.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def size(count: int) -> str:
    """Bytes in words: 5_300_000 -> "5.3 MB"."""
    if count == 0:
        return "nothing"
    return (
        f"{count / 1e9:.1f} GB"
        if count >= 1e9
        else f"{count / 1e6:.0f} MB"
        if count >= 1e7
        else f"{count / 1e6:.1f} MB"
    )


def signed(value: float) -> str:
    """1.234 -> "+1.23", with a real minus sign; what rounds to nothing has no sign."""
    text = f"{value:+.2f}".replace("-", "−")
    return "0.00" if text[1:] == "0.00" else text


def two_digits(value: float) -> str:
    """0.304 -> "0.30"; what rounds to nothing has no sign."""
    return signed(value).removeprefix("+")


def gap(value: float) -> str:
    """A difference of measures: -0.0034 -> "−0.003", with a real minus sign; what rounds to nothing has no sign."""
    text = f"{value:+.3f}".replace("-", "−")
    return "0.000" if text[1:] == "0.000" else text
