"""Two models on the history on screen: their rankings joined by lines, the parts of one item and what it is due to."""

from dataclasses import replace

import numpy as np
import streamlit as st

from app import charts, resources, state
from app.charts import ScoreSplit
from app.comparisons import called
from app.current import Current
from app.look.numbers import ordinal, percent, times
from app.sentences import compare as say
from app.sentences.marking import escape, together, told_apart
from app.widgets.shared.history import editor
from app.widgets.shared.item_choice import choice
from app.widgets.shared.loading import loaded
from app.widgets.shared.score_split import by_family
from fame.checkpoint.description import Description
from fame.explain.families.evidence import evidence
from fame.explain.knockout import effects
from fame.ranking.recommend import recommend, take_apart

SHOWN, PAST = 10, 2


def one_history(now: Current, second: Description) -> None:
    """Both, where they have the same items."""
    if second.config["dataset_fingerprint"] != now.model.config["dataset_fingerprint"]:
        st.info("They have other items each, so that one history is no question to both.")
        return
    first_model = loaded(now).model
    editor(now, None)
    if not now.history:
        st.info("Add an item to the history to see what each makes of it.")
        return
    sides = (now, replace(now, model=second, against=None, facet=None, expert=None))
    models = [first_model, resources.checkpoint(second.name).model]
    answers = [recommend(model, now.history, SHOWN, hidden=now.hidden).items.tolist() for model in models]
    target = now.target or answers[0][0]
    both = [item for item in answers[0] if item in answers[1]]
    st.markdown(f"{say.agree(len(both), len(answers[0]))} items to come next.")
    rankings(sides, answers)
    item(sides, models, target, answers)


def rankings(sides: tuple[Current, Current], answers: list[list[int]]) -> None:
    """Joined by lines where there is room, else one or the other, as a list."""
    catalog = sides[0].data.catalog
    names = called(sides[0].model, sides[1].model)
    titles = [[catalog.title(one) for one in items] for items in answers]
    with st.container(key="beside-wide"):
        places = [answers[1].index(one) if one in answers[1] else None for one in answers[0]]
        st.plotly_chart(
            charts.joined(titles[0], titles[1], places, names),
            key="two-rankings",
            config={"displayModeBar": False},
            alt="; ".join(f"{name}: {', '.join(some)}" for name, some in zip(names, titles, strict=True)),
        )
        st.caption(
            "A line joins what both have; blue and solid is higher with the first, orange and dashed with the "
            "second. An "
            "open circle is in that list alone."
        )
    with st.container(key="beside-narrow"):
        shown = st.segmented_control("Ranking of", names, default=names[0], key="one-ranking") or names[0]
        here = names.index(shown)
        other = {one: place + 1 for place, one in enumerate(answers[1 - here])}
        st.markdown(
            "\n".join(
                f"{row + 1}. {escape(catalog.title(one))} ({ordinal(other[one]) if one in other else 'not among ten'} "
                f"with {escape(names[1 - here])})"
                for row, one in enumerate(answers[here])
            )
        )


def item(sides: tuple[Current, Current], models: list, target: int, answers: list[list[int]]) -> None:  # type: ignore[type-arg]
    """One item: the exact parts of its score with each, by attribute, and the past items that were tested."""
    now, history = sides[0], sides[0].history
    catalog = now.data.catalog
    choice(now, "compared-item", "Item", state.choose_target, target, tuple(dict.fromkeys([*answers[0], *answers[1]])))
    ways: list[ScoreSplit] = []
    for name, side, model in zip(called(now.model, sides[1].model), sides, models, strict=True):
        asked = take_apart(model, history, [target])
        told = evidence(model, resources.anatomy(side.model.name, side.data), history, [target])[0]
        tested = effects(model, resources.runs(side.model.name, history), target, side.hidden)
        above = asked.above(0)
        rest = None if above is None else above - float(told.parts.sum())
        ways.append(replace(by_family(side, told.families, told.parts, rest, float(asked.bias[0])), title=name))
        names = told_apart([catalog.title(one) for one in history])
        effect = np.nan_to_num(tested.item_effect, nan=0.0)
        offset = len(history) - len(effect)
        most = [k for k in np.argsort(-effect)[:PAST].tolist() if effect[k] > 0]
        past = (
            together([f"{names[offset + k]} ({times(-float(effect[k]))} without it)" for k in most]) if most else "none"
        )
        st.markdown(
            f"**{escape(name)}**: {ordinal(tested.rank)} with {percent(float(asked.probability[0]))}. "
            f"Past items "
            f"that matter most: {past}."
        )
    if any(way.parts for way in ways):
        st.plotly_chart(
            charts.splits(ways), key="two-splits", config={"displayModeBar": False},
            alt=f"Parts of the score of {catalog.title(target)} by attribute, with each model",
        )  # fmt: skip
        st.caption("Parts of the score by attribute, against the average item; exact where scores are sums.")
