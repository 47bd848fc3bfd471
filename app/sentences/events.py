"""What is said of single held-out events, and of what they are chosen by."""

from collections.abc import Callable, Sequence

from app.look.numbers import ordinal, percent, whole
from app.sentences.errors import condition_name
from fame.error_analysis.conditions import Condition
from fame.error_analysis.records import Slice

ITEMS = {"truth": "truth", "first": "first instead", "newest": "newest item"}

Title = Callable[[str], str]  # of an item's id


def words(condition: Condition, title: Title) -> str:
    """One condition as a chip has it, in plain text, items by their titles."""
    if condition.sign == "=" and condition.column in ITEMS:
        return f"{ITEMS[condition.column]}: {title(condition.value)}"
    return condition_name(condition)


def together(conditions: Sequence[Condition], title: Title) -> str:
    """Several, all of which hold."""
    return ", ".join(words(condition, title) for condition in conditions)


def of_slice(one: Slice, mean: float, title: Title) -> str:
    """A slice in plain text, for hovering and reading aloud."""
    told = "told from the whole" if one.told else "not told from the whole"
    interval = f"95 % interval {mean + one.low:.3f} to {mean + one.high:.3f}"
    return (
        f"{together(one.conditions, title)}: NDCG@10 {one.mean:.3f} against {mean:.3f}, {interval}, "
        f"{whole(one.hits)} of {one.n:,} among the first ten; {told}"
    )


def better_than(rank: int, better: int, of: int) -> str:
    """How an event's rank stands among all: "60th: 56 % of users do better"."""
    if rank == 1:
        return "First: nobody does better"
    share = better / of
    many = "all others" if better == of - 1 else f"{'more than 99 %' if share > 0.99 else percent(share)} of users"
    return f"{ordinal(rank).capitalize()}: {many} do better"
