"""How much each past item matters for an item, by one method or several, and how far each method is to be believed."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from app import charts, commands, measured, resources, searches, state
from app.current import Current
from app.look.numbers import ordinal, signed, times
from app.sentences import past_items
from app.sentences.marking import escape
from app.widgets.shared.headings import with_terms
from app.widgets.shared.long_search import costly
from app.widgets.shared.page_links import onward
from app.widgets.shared.tables import table_behind
from fame.checkpoint.description import Description
from fame.errors import InputError
from fame.explain.knockout import Runs
from fame.explain.past.claim import claim
from fame.explain.past.kinds import BASELINES, KINDS, Method, usable
from fame.explain.past.methods import attribute, method_seconds
from fame.explain.past.records import Attribution
from fame.explain.question import Question, QuestionError, Watch
from fame.explain.records import Knockout
from fame.explain.trust.cost import testing_seconds
from fame.explain.trust.records.explanations import IGNORES, NO_BETTER, TRUER, UNTESTED, Against, Explanations, is_truer
from fame.ranking.recommendation import Recommendation

BADGES = {
    TRUER: ":green-badge[:material/check: truer than recency]",
    NO_BETTER: ":orange-badge[:material/drag_handle: no better than recency]",
    IGNORES: ":red-badge[:material/close: fails the randomisation check]",
    UNTESTED: ":gray-badge[not tested: histories too long]",
}
USERS = 50  # that methods are tested on from the page
JUDGE = ("judge", "methods")


def truth_of(model: Description) -> Explanations | None:
    """How true the methods were found to be; None where that was not tested, or is about other weights."""
    try:
        return measured.explanations(model)
    except InputError as error:
        state.notice(str(error))
        return None


def sentence(
    now: Current, asked: Recommendation, tested: Knockout, question: Question, found: Attribution | None,
    method: Method, runs: Runs,
) -> str:  # fmt: skip
    """Which past items the item asked about is due to, as runs without them show; several only as the method found."""
    catalog = now.data.catalog
    title = catalog.title(question.target)
    if found is None:
        return past_items.unexplained(title, tested.rank, method, question.length < 2)
    past = [catalog.title(int(item)) for item in found.history]
    other = None if question.rival is None else catalog.title(question.rival)
    made = searches.once(
        now.model.fingerprint, ("claim", method, question.key), lambda: claim(question, found, at_hand=runs)
    )
    first = int(found.order[0]) if found.values[found.order[0]] > 0 else None
    return past_items.because(method, made, title, float(asked.probability[0]), past, other, first)


def choose(now: Current, method: Method, found: Explanations | None) -> list[Method]:
    """The method that explains, and those beside it."""
    verdicts = {one.method: one.verdict for one in found.verdicts} if found else {}

    def labelled(one: Method) -> str:
        return (
            f"{KINDS[one].title} · {verdicts[one]}"
            if one in verdicts and verdicts[one] != UNTESTED
            else KINDS[one].title
        )

    beside, possible = [one for one in now.methods[1:] if one != method], choice(now)
    key = state.show("method", method)
    st.selectbox(
        "Explained by",
        possible,
        possible.index(method),
        format_func=labelled,
        key=key,
        help="\n\n".join(f"**{KINDS[one].title}**: {KINDS[one].meaning}" for one in (*possible, *BASELINES)),
        on_change=lambda: state.choose_methods([state.read(key), *beside]),
    )
    return beside


def choice(now: Current) -> list[Method]:
    """What can explain with this model; recency and random are always shown beside it."""
    return [method for method in usable(now.model.architecture) if method not in BASELINES]


def more(now: Current, method: Method, beside: Sequence[Method]) -> None:
    """Which other methods stand beside it."""
    key = state.show("beside", list(beside))
    st.pills(
        "Beside it",
        [one for one in choice(now) if one != method],
        selection_mode="multi",
        default=beside,
        format_func=lambda one: KINDS[one].title,
        key=key,
        wrap=True,
        on_change=lambda: state.choose_methods([method, *state.read(key)]),
    )


def explained(now: Current, question: Question, method: Method, runs: Runs) -> Attribution | None:
    """The values of a method, worked out where it is fast or asked for; None where it waits, or cannot be used: why."""

    def search(watch: Watch) -> Attribution:
        return attribute(question, method, watch=watch, at_hand=runs)

    def seconds() -> float:
        slow = KINDS[method].slow and KINDS[method].fits(question.length)  # of more items it is refused
        return method_seconds(question, method) if slow else 0.0

    try:
        found = costly(
            now.model.fingerprint, (method, "past", question.key), f"Work out {KINDS[method].title}", seconds, search
        )
    except QuestionError as error:
        st.caption(f"No {KINDS[method].title}: {escape(str(error))}")
        return None
    return found[0] if found else None


def picture(now: Current, shown: Sequence[Attribution], tested: Knockout, first: int) -> None:
    """The methods, a row each; a click on a bar chooses the item, of which more is said.

    `first` is the number of the oldest item that is read.
    """
    titles = [now.data.catalog.title(int(item)) for item in shown[0].history]
    position = state.session().position
    key = "past"

    def clicked() -> None:
        points = state.read(key).selection.points
        if points:
            state.choose_position(int(points[0]["customdata"]) - 1)

    rows = [
        charts.Strip(
            KINDS[one.method].title, one.values, [signed(value) for value in one.values], one.method not in BASELINES
        )
        for one in shown
    ]
    best = [f"{KINDS[one.method].title}: {', '.join(titles[t] for t in one.order[:3])}" for one in shown]
    st.plotly_chart(
        charts.strips(rows, titles, first, None if position is None else position + 1),
        key=key,
        on_select=clicked,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"What each method finds most important. {'; '.join(best)}",
    )
    gap = shown[0].completeness_gap
    adds = f" They add up to the whole but for {signed(gap)}." if gap is not None else ""
    st.caption(
        f"Up speaks for it, down (hatched) against. {KINDS[shown[0].method].meaning} Compared with "
        f"{escape(shown[0].baseline)}.{adds} Each row has its own scale. Click a bar or a card to choose an item."
    )
    if position is not None:
        one_item(now, shown, tested, position + 1 - first, first)
    frame = pd.DataFrame({"item": range(first, first + len(titles)), "title": titles})
    table_behind(frame.assign(**{KINDS[one.method].title: one.values for one in shown}), "past-items")


def badges(now: Current, shown: Sequence[Method], found: Explanations | None) -> None:
    """This model's measured truth of each method on show."""
    if found is None:
        untested(now)
        return
    area, verdicts = found.measures.index("area"), {one.method: one for one in found.verdicts}
    for method in shown:
        row, verdict = found.row(method, "remove"), verdicts.get(method)
        badge = BADGES[verdict.verdict] if verdict else ":gray-badge[looks at no model]"
        chosen = found.truest if found.truest and found.truest.method == method else None
        if chosen:
            row, badge = chosen.judged, BADGES[TRUER if is_truer("area", chosen.judged.to_recency[area]) else NO_BETTER]
        said = f"**{KINDS[method].title}** {badge}"
        if row is not None:
            said += f"  \n:small[area {row.mean[area]:.2f}{_from_recency(row.to_recency, area)}"
            if verdict and verdict.alike:
                said += f"; {signed(list(verdict.alike.values())[-1])} alike after randomisation"
            if chosen:
                said += f"; chosen as the truest on {chosen.chosen_on} users, these figures are of {row.users} others"
            said += "]"
        with_terms(said)
    st.caption(
        f"{found.users} users, seed {found.seed}. Area: what is left of the probability of the first item as the most "
        "important past items are removed one by one; lower is truer. In brackets the difference to recency and its "
        "95\u00a0% interval. Alike: rank correlation with the same method on a model whose layers were all "
        "re-initialised; 1 or −1 would mean that it ignores what was learned."
    )


def _from_recency(differences: Sequence[Against], area: int) -> str:
    if not differences:
        return ""
    one = differences[area]
    return f" ({signed(one.mean)}, {signed(one.low)} to {signed(one.high)})"


def untested(now: Current) -> None:
    """Nothing is known of the methods on this model, and how to come to know it."""
    st.markdown("No method was tested on this model yet: what they say here is a **guess**.")

    def judge(watch: Watch) -> None:
        commands.judge_methods(now.model, USERS, watch)

    try:
        if costly(now.model.fingerprint, JUDGE, f"Test them on {USERS} users", lambda: testing(now), judge):
            resources.shelf(now.model.fingerprint, JUDGE).clear()  # what was found is stored with the model
            st.rerun()
    except InputError as error:
        st.error(escape(str(error)))


def without_it(tested: Knockout, place: int) -> str:
    """What becomes of the item asked about without one past item."""
    rank = int(tested.item_rank[place])
    became = f"would be {ordinal(rank)} instead of {ordinal(tested.rank)}" if rank != tested.rank else "keeps its place"
    return f"without it the item asked about {became} ({times(-float(tested.item_effect[place]))})."


def testing(now: Current) -> float:
    """Seconds that the test takes."""
    return testing_seconds(resources.checkpoint(now.model.name).model, now.data, USERS)


def one_item(now: Current, asked: Sequence[Attribution], tested: Knockout, place: int, first: int) -> None:
    """The chosen past item: what removing it does, and ways on."""
    title = now.data.catalog.title(int(asked[0].history[place]))
    said = [
        f"{KINDS[one.method].title} {signed(float(one.values[place]))}" for one in asked if one.method not in BASELINES
    ]
    st.markdown(f"**{first + place}. {escape(title)}**: {without_it(tested, place)} By method: {'; '.join(said)}.")
    onward(now, {"gates": "which facet speaks after it", "experts": "which preference"})
    st.button("Choose none", icon=":material/close:", key="choose-none", on_click=state.choose_position, args=(None,))
