"""All users of two models: where each ranks what they took, whom one finds alone, and each of them one by one."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, resources, state
from app.comparisons import GROUPS, Chosen, within
from app.components.event_list import EventColumn, event_list
from app.components.tallies import Tally, tallies
from app.current import Current
from app.look.numbers import gap, ordinal
from app.sentences import compare as say
from app.sentences.marking import escape
from app.widgets.shared.headings import subheader
from app.widgets.shared.history import take_user
from app.widgets.shared.page_links import go_to
from app.widgets.shared.tables import table_behind

DRAWN = 3_000  # users in the picture; of more, so many drawn at random
ROWS = 100  # listed: what a browser gets
KEY = "by-ranks"


def found_by(chosen: Chosen) -> None:
    """Whom both, one alone or neither finds, as one bar of buttons."""
    found, (first, second) = chosen.found, chosen.names
    of = {
        "both": ("both", found.both, "both have what they took among the first ten"),
        "first": (first, found.first_alone, f"{first} alone has it among the first ten"),
        "second": (second, found.second_alone, f"{second} alone has it among the first ten"),
        "neither": ("neither", found.neither, "neither has it among the first ten"),
    }
    tallies(
        [Tally(GROUPS[k], name, n, words, chosen.ranks == GROUPS[k]) for k, (name, n, words) in of.items()],
        shape="bar",
        label="Who has what came among the first ten",
        key="found-by",
        on_choose=lambda ranks: state.choose_ranks("" if ranks == chosen.ranks else ranks),
    )
    st.caption(
        "Who has among the first ten what users really took next: both, one alone, or neither. Click to look at these."
    )


def by_ranks(chosen: Chosen) -> None:
    """Users by the two ranks; a rectangle drawn around some looks at these."""
    pairs = chosen.compared.pairs
    some = np.arange(len(pairs))
    if len(some) > DRAWN:
        some = np.sort(np.random.default_rng(0).choice(len(pairs), DRAWN, replace=False))
    first, second = pairs.first_rank[some], pairs.second_rank[some]

    def drawn() -> None:
        points = state.read(KEY).selection.points
        rows = [int(point["customdata"]) for point in points]
        if rows:
            a, b = first[rows], second[rows]
            state.choose_ranks(within((a.min() - 0.5, a.max()), (b.min() - 0.5, b.max())))

    st.plotly_chart(
        charts.by_ranks(
            first,
            second,
            chosen.names,
            [f"{ordinal(int(a))} and {ordinal(int(b))}" for a, b in zip(first, second, strict=True)],
            np.isin(some, chosen.rows),
        ),
        key=KEY,
        on_select=drawn,
        selection_mode=("points", "box"),
        config={"displayModeBar": False},
        alt=f"Each user's rank with {chosen.names[0]} and with {chosen.names[1]}: "
        f"{say.ranks(chosen.found, chosen.names)}",
    )
    of = f" {DRAWN:,} of {len(pairs):,} users are drawn." if len(some) < len(pairs) else ""
    st.caption(
        f"A dot is a user: left is better with {escape(chosen.names[0])}, low with {escape(chosen.names[1])}. The "
        f"dotted lines stand at ten and where both rank alike.{of} Draw a rectangle to look at some."
    )


def differences(chosen: Chosen) -> None:
    """Of each measure the difference with its interval, in words and drawn."""
    measures = chosen.found.measures
    st.plotly_chart(
        charts.differences(
            [one.measure for one in measures],
            [one.value for one in measures],
            [one.low for one in measures],
            [one.high for one in measures],
            [one.told for one in measures],
        ),
        key="differences",
        config={"displayModeBar": False},
        alt="; ".join(
            f"{one.measure}: {gap(one.value)}, interval {gap(one.low)} to {gap(one.high)}" for one in measures
        ),
    )
    st.markdown("\n".join(f"- {say.measured(one)}" for one in measures))
    st.caption(
        f"{escape(chosen.names[0])} less {escape(chosen.names[1])}, with 95 % intervals of a bootstrap over "
        f"users. "
        "Told is what an exact test says as well: McNemar's of hits, and of NDCG@10 flipped signs."
    )
    table_behind(
        pd.DataFrame(
            [
                {
                    "measure": one.measure, chosen.first.name: one.first, chosen.second.name: one.second,
                    "difference": one.value, "from": one.low, "to": one.high, "p": one.p,
                    "told": "yes" if one.told else "no",
                }
                for one in measures
            ]
        ),
        "differences",
    )  # fmt: skip


def listed(chosen: Chosen) -> tuple[np.ndarray, int | None]:
    """Numbers of the users listed, those whose ranks differ most first, and the place of the one that is open."""
    pairs, rows = chosen.compared.pairs, chosen.rows
    apart = np.abs(np.log(pairs.first_rank[rows]) - np.log(pairs.second_rank[rows]))
    some = rows[np.argsort(-apart, kind="stable")[:ROWS]]
    return some, opened(pairs.first_event[some])


def listing(now: Current, chosen: Chosen, some: np.ndarray, number: int | None) -> None:
    """The users that are looked at, as `listed` has them; the one that is open has its ways to Why."""
    pairs, rows = chosen.compared.pairs, chosen.rows
    if chosen.ranks:
        left, right = st.columns([6, 1], vertical_alignment="center")
        left.markdown(f"**{len(rows):,} of {len(pairs):,} users**: {escape(say.ranges(chosen.ranks, chosen.names))}.")
        right.button("All users", icon=":material/close:", on_click=state.choose_ranks, args=("",))
    if not len(rows):
        st.info("No user has these ranks; draw another rectangle, or look at all users.")
        return
    first = resources.traced(chosen.first, now.data)[0].rows(pairs.first_event[some].tolist())
    other = resources.dataset(chosen.second.dataset)
    second = resources.traced(chosen.second, other)[0].rows(pairs.second_event[some].tolist())
    if number is not None:
        one_user(now, chosen, int(some[number]), first.iloc[number], second.iloc[number])
    many = f"{len(rows):,} users" if len(rows) <= ROWS else f"The {ROWS} of {len(rows):,} users whose ranks differ most"
    event_list(
        columns(chosen),
        [
            (str(event), (row["user_id"], title(now, row["target_id"]), f"{a:,}", f"{b:,}",
                          title(now, row["first_id"]), title(now, again["first_id"])))
            for event, a, b, (_, row), (_, again) in zip(
                pairs.first_event[some].tolist(), pairs.first_rank[some].tolist(), pairs.second_rank[some].tolist(),
                first.iterrows(), second.iterrows(), strict=True,
            )
        ],
        chosen="" if number is None else str(pairs.first_event[some[number]]),
        order="",
        foot=f"{many}. J and K go down and up, Enter opens, Esc closes.",
        key="compared",
        on_choose=state.open_event,
        on_order=state.order_events,
    )  # fmt: skip


def columns(chosen: Chosen) -> tuple[EventColumn, ...]:
    """What is listed of each user."""
    first, second = chosen.names
    return (
        EventColumn("user"),
        EventColumn("truth", help="What the user really took next"),
        EventColumn(f"with {first}", number=True, help=f"Rank of the truth with {first}"),
        EventColumn(f"with {second}", number=True, help=f"Rank of the truth with {second}"),
        EventColumn(f"first with {first}", help=f"What {first} ranks first"),
        EventColumn(f"first with {second}", help=f"What {second} ranks first"),
    )


def opened(events: np.ndarray) -> int | None:
    """Which of the listed events is open; one that is not listed is told of."""
    now = state.session()
    if not now.event:
        return None
    place = np.flatnonzero(events.astype(str) == now.event)
    if len(place):
        return int(place[0])
    state.notice(f"The event {now.event[:60]!r} in the link is not among the users listed; none is open.")
    now.event = ""
    return None


def title(now: Current, item_id: object) -> str:
    """Of an item; its id where the catalog has not got it, and nothing where there is none."""
    if not isinstance(item_id, str):
        return ""
    catalog = now.data.catalog
    return catalog.title(catalog.index(item_id)) if item_id in catalog else item_id


def one_user(now: Current, chosen: Chosen, pair: int, row: pd.Series, again: pd.Series) -> None:
    """What both make of one user, and Why under each."""
    pairs, truth = chosen.compared.pairs, title(now, row["target_id"])
    with st.container(border=True):
        subheader(f"User {escape(row['user_id'])}: {escape(truth)}", anchor=False)
        ranks = int(pairs.first_rank[pair]), int(pairs.second_rank[pair])
        st.markdown(
            say.one_user(truth, chosen.names, ranks, (title(now, row["first_id"]), title(now, again["first_id"])))
        )
        with st.container(horizontal=True):
            models, keys = (chosen.first, chosen.second), ("why-first", "why-second")
            for name, model, event, key in zip(chosen.names, models, (row, again), keys, strict=True):
                if st.button(f"Why with {escape(name)}", icon=":material/troubleshoot:", key=key):
                    ask(now, chosen, model.name, event)
            st.button("Close", icon=":material/close:", key="close-user", on_click=state.open_event, args=("",))


def ask(now: Current, chosen: Chosen, model: str, event: pd.Series) -> None:
    """Why under one of the two, with the other one beside it."""
    state.choose_against(chosen.second.name)
    if model == chosen.second.name:
        state.choose_model(model, chosen.second.dataset)  # which the first is compared with then
    if chosen.second.dataset == chosen.first.dataset or model == chosen.first.name:
        take_user(now, event["user_id"])
    else:
        state.begin([], event["user_id"])
    if not event["repeat"] or now.keep:
        state.choose_target(event["target_id"])
        if event["rank"] > 1 and isinstance(event["first_id"], str):
            state.choose_rival(event["first_id"])
    go_to("why")
