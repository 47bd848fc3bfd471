"""One event beside the list: its past, the truth against what is first instead, and what would put it right."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, comparisons, notes, resources, state
from app.charts import POPULARITY, ScoreSplit
from app.current import Current
from app.look import palette
from app.look.numbers import ordinal, signed, times
from app.sentences import events as say
from app.sentences.marking import escape, facet, plain_facet
from app.traces import Selection
from app.widgets.errors.events import Listing, kind_of
from app.widgets.shared.headings import subheader
from app.widgets.shared.history import take_user
from app.widgets.shared.page_links import go_to
from app.widgets.shared.score_split import by_what, derived_of, no_family
from fame.data import held_out
from fame.errors import InputError

PAST, ALIKE = 6, 10  # newest past items shown, and events alike


def event(now: Current, listed: Listing, number: int) -> None:
    """All of it."""
    chosen = listed.chosen
    row = chosen.trace.rows([number]).iloc[0]
    truth, first = chosen.title(row["target_id"]), row["first_id"]
    subheader(f"User {escape(row['user_id'])}: {escape(truth)}", anchor=False)
    st.markdown(sentence(chosen, row))
    elsewhere(now, chosen, row)
    strip(now, row)
    if row["rank"] > 1 and not pd.isna(first):
        against(now, chosen, row)
        needed(chosen, row)
    buttons(now, listed, row)
    note(chosen, row)
    alike(chosen, number, row)


def sentence(chosen: Selection, row: pd.Series) -> str:
    """Where the truth came, what is first instead, and which rule matches."""
    ranks = chosen.events.rank
    stands = say.better_than(int(row["rank"]), int((ranks < row["rank"]).sum()), len(ranks))
    text = f"{stands}."
    if row["rank"] > 1 and not pd.isna(row["first_id"]):
        nats = float(np.log(row["first_probability"]) - np.log(max(row["probability"], 1e-300)))
        text += f" *{escape(chosen.title(row['first_id']))}* is first instead, {times(nats)}."
    (kind,) = kind_of(chosen, np.array([row["event"]]))
    if kind:
        rule = next(one.rule for one in chosen.analysis("kind").kinds if one.name == kind)
        text += f" **{escape(kind.capitalize())}**: {escape(rule)}."
    return text


def elsewhere(now: Current, chosen: Selection, row: pd.Series) -> None:
    """Where another model has the same truth, whose trace was made alike."""
    other, about = comparisons.elsewhere(now), chosen.trace.about
    if other is None:
        return
    try:
        trace = resources.asked(other, now.data)
        found = trace.of(row["user_id"], row["target_id"])
    except InputError as error:
        st.caption(escape(str(error)))
        return
    if (trace.about.split, trace.about.repeats) != (about.split, about.repeats) or not len(found):
        return
    its = found.iloc[0]
    text = f"**{escape(other.name)}** has it {ordinal(int(its['rank']))}"
    if its["rank"] > 1 and not pd.isna(its["first_id"]):
        also = its["first_id"] == row["first_id"]
        text += f", {'also' if also else 'and'} with *{escape(chosen.title(its['first_id']))}* first"
    st.markdown(f"{text}.")


def strip(now: Current, row: pd.Series) -> None:
    """The newest past items, oldest first."""
    place = now.data.row(row["user_id"])
    if place is None:
        st.caption("This user is not in the data any more.")
        return
    before, _ = held_out(now.data.histories, place)
    if chosen_split(row, len(before)):
        before = before[: int(row["length"])]
    newest, catalog = before[-PAST:].tolist(), now.data.catalog
    older = len(before) - len(newest)
    names = " → ".join(escape(catalog.title(int(item))) for item in newest)
    st.markdown(f"{f'{older:,} older → ' if older else ''}{names} → **{escape(_title(now, row['target_id']))}**")
    if row["length"] > row["read"]:
        st.caption(f"The model reads the newest {row['read']} of {row['length']:,}.")


def chosen_split(row: pd.Series, before: int) -> bool:
    """Whether the event is of an earlier split: then what came after it is no past."""
    return bool(row["length"] < before)


def _title(now: Current, item_id: str) -> str:
    catalog = now.data.catalog
    return catalog.title(catalog.index(item_id)) if item_id in catalog else item_id


def against(now: Current, chosen: Selection, row: pd.Series) -> None:
    """By how much each part speaks for the truth rather than for what is first."""
    ways, about = [], chosen.trace.about
    if about.facets and now.head.additive:
        parts = np.asarray(row["parts_target"]) - np.asarray(row["parts_first"])
        ways.append(_split("by facet", about.facets, parts.tolist(), about.popularity, facets=True))
    if isinstance(row["anatomy_target"], np.ndarray):
        parts = np.asarray(row["anatomy_target"]) - np.asarray(row["anatomy_first"])
        bias = float(row["parts_target"][-1] - row["parts_first"][-1])
        names = [*about.families, no_family(now, about.families)]
        derived = len(derived_of(now, about.families))
        ways.append(_split(by_what(now, about.families), names, [*parts.tolist(), bias], about.popularity, derived))
    if not ways:
        return
    spoken = "; ".join(f"{n} {signed(p)}" for way in ways for n, p in zip(way.said, way.parts, strict=True))
    st.plotly_chart(
        charts.splits(ways), key="event-parts", config={"displayModeBar": False},
        alt=f"Parts of the truth's score less those of what is first: {spoken}",
    )  # fmt: skip
    total = signed(sum(ways[0].parts))
    st.caption(f"Exact: to the right speaks for the truth, to the left for what is first. Together {total}.")


def _split(
    title: str, names: Sequence[str], parts: list[float], popularity: bool, derived: int = 0, facets: bool = False
) -> ScoreSplit:
    """Parts of a difference, the popularity's last; of the families so many are derived, the last."""
    kept, said = list(names), [plain_facet(name) if facets else name for name in names]
    colors = [palette.facet(h) for h in range(len(kept))] if facets else [palette.ATTRIBUTE] * len(kept)
    values = parts[: len(kept)]
    if popularity:
        kept, said = [*kept, POPULARITY], [*said, POPULARITY]
        values, colors = [*values, parts[-1]], [*colors, palette.NEUTRAL]
    outlined = 0 if facets else len(names) - 1 - derived  # what goes with no family is filled, as everywhere
    return ScoreSplit(title, kept, values, colors, outlined=outlined, dotted=derived, said=said)


def needed(chosen: Selection, row: pd.Series) -> None:
    """What would have been enough: all that was run for this event, in ranks."""
    about = chosen.trace.about
    tried: list[tuple[str, int]] = []
    if about.popularity:
        tried.append(("without the popularity part", int(row["rank_without_popularity"])))
    if not pd.isna(row["rank_without_newest"]):
        tried.append(("without the newest item", int(row["rank_without_newest"])))
    for name, rank in zip(about.facets, row["rank_without_facet"], strict=True):
        tried.append((f"without {facet(name)}", int(rank)))
    for name, rank in zip(about.facets, row["rank_by_facet"], strict=True):
        tried.append((f"by {facet(name)} alone", int(rank)))
    if not tried:
        return
    best, rank = min(tried, key=lambda one: one[1])
    if rank == 1:
        gates = [
            f"by {facet(name)} alone" for name, r in zip(about.facets, row["rank_by_facet"], strict=True) if r == 1
        ]
        which = gates[0] if gates else best
        st.markdown(f"It would be **first** {which}.")
    elif rank < row["rank"]:
        st.markdown(f"Nothing of what was tried puts it first; {best} it would be {ordinal(rank)}.")
    else:
        st.markdown("Nothing of what was tried brings it any further up.")
    with st.expander("All that was tried"):
        st.markdown("\n".join(f"- {how}: {ordinal(rank)}" for how, rank in tried))


def buttons(now: Current, listed: Listing, row: pd.Series) -> None:
    """To Why with the same question, and to the next event."""
    every = listed.events
    place = int(np.flatnonzero(every == row["event"])[0])
    following = str(int(every[place + 1])) if place + 1 < len(every) else ""
    askable = now.data.row(row["user_id"]) is not None and row["target_id"] in now.data.catalog
    with st.container(horizontal=True):
        why = st.button("Why this one?", icon=":material/troubleshoot:", type="primary", disabled=not askable)
        st.button(
            "Next", icon=":material/arrow_downward:", help="Or J; K goes back", disabled=not following,
            key="next-event", on_click=state.open_event, args=(following,),
        )  # fmt: skip
        st.button("Close", icon=":material/close:", key="close-event", on_click=state.open_event, args=("",))
    if not askable:
        st.caption("Its user or its item is not in the data any more, so that nothing can be asked about it.")
    if why:
        take_user(now, row["user_id"])
        if not row["repeat"] or now.keep:
            wrong = row["rank"] > 1 and not pd.isna(row["first_id"])
            state.choose_target(row["first_id"] if wrong else row["target_id"])
            state.choose_rival(row["target_id"] if wrong else "")
        go_to("why")


def note(chosen: Selection, row: pd.Series) -> None:
    """A note of one's own, kept in a file of this machine."""
    about = chosen.trace.about
    key = notes.of_event(about.data, about.split, row["user_id"])
    try:
        text = notes.read_all().get(key, "")
    except InputError as error:
        st.warning(escape(str(error)))
        return
    widget = state.first(f"note-{key}", text)

    def keep() -> None:
        try:
            notes.write(key, state.read(widget))
        except InputError as error:
            state.report(str(error))

    st.text_area(
        "Note",
        key=widget,
        on_change=keep,
        max_chars=notes.MOST_NOTE,
        height=80,
        placeholder="What you see in it; stays here",
    )


def alike(chosen: Selection, number: int, row: pd.Series) -> None:
    """Others of its kind with the same facet ahead, the nearest in rank."""
    events = chosen.events
    me = int(np.searchsorted(events.row, number))
    same = events.kind == events.kind[me]
    ahead, facets = events.column("facet"), bool(chosen.trace.about.facets)
    if facets and ahead is not None:
        same &= ahead.codes[:, 0] == ahead.codes[me, 0]
    same[me] = False
    others = np.flatnonzero(same)
    if not len(others):
        return
    far = np.abs(np.log(events.rank[others]) - np.log(row["rank"]))
    nearest = others[np.argsort(far, kind="stable")[:ALIKE]]
    found = chosen.trace.rows(events.row[nearest].tolist())
    with st.expander(f"{len(nearest)} events alike, of {len(others):,}"):
        like = "and the same facet ahead, " if facets else ""
        st.caption(f"Of the same kind, {like}the nearest in rank.")
        inside = set(events.row[chosen.rows].tolist())
        for _, other in found.iterrows():
            label = f"User {other['user_id']}: {chosen.title(other['target_id'])}, {ordinal(int(other['rank']))}"
            st.button(
                escape(label), key=f"alike-{other['event']}", type="tertiary", on_click=state.open_event,
                args=(str(other["event"]),), disabled=other["event"] not in inside,
                help=None if other["event"] in inside else "Not in the selection: drop a filter to open it",
            )  # fmt: skip
