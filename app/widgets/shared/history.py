"""The strip with everything that edits it: search, undo, presets, a real user, pasted ids, a pinned copy."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from app import resources, state
from app.components.item_search import Hit
from app.components.source import Facet
from app.components.strip import Card, strip
from app.current import Current
from app.look import palette
from app.widgets.shared.item_choice import MOST_FOUND, choice, search_box
from app.widgets.shared.seen_items import whose
from fame.data import held_out, pasted_ids
from fame.errors import InputError


def facets(now: Current) -> list[Facet]:
    """The model's facets with their colours."""
    return [Facet(name, palette.facet(h)) for h, name in enumerate(now.facets)]


def editor(
    now: Current, gate: np.ndarray | None, *, choosable: bool = False, values: np.ndarray | None = None, by: str = "",
    out: Sequence[int] = (),
) -> None:  # fmt: skip
    """Search and strip.

    Parameters
    ----------
    gate : (T, H), drawn under the newest T cards; None while the model is being loaded
    values : (T,), drawn as bars over them, which `by` names
    out : places in the history that are left out for now
    """
    controls(now)
    session = state.session()
    unread = len(now.history) - (len(gate) if gate is not None else len(now.history))

    def weights(position: int) -> tuple[float, ...]:
        return tuple(gate[position - unread].tolist()) if gate is not None and position >= unread else ()

    def value(position: int) -> float | None:
        return float(values[position - unread]) if values is not None and position >= unread else None

    catalog = now.data.catalog
    strip(
        [
            Card(
                catalog.id(item),
                catalog.title(item),
                catalog.chips(item),
                weights(position),
                value(position),
                position in out,
            )
            for position, item in enumerate(now.history)
        ],
        facets(now),
        key="strip",
        empty="No items yet. Search above to add the first, or start from a preset.",
        on_edit=edited,
        on_choose=state.choose_position if choosable else None,
        chosen=session.position if choosable and session.position is not None else None,
        limit=int(now.model.config["length"]),
        sent=session.strip_edits,
        by=by if values is not None else "",
    )
    whose(now)


def edited(ids: list[str], number: int) -> None:
    """The strip was dragged, shortened or reordered."""
    state.session().strip_edits = number
    state.edit_history(ids)


def controls(now: Current) -> None:
    """The row above the strip."""
    session = state.session()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice(now, "search", "Add to the history", add, usual=range(1, min(MOST_FOUND, len(now.data.catalog)) + 1))
        st.button("Undo", icon=":material/undo:", disabled=not session.undo, on_click=state.undo)
        # A new one once something was chosen in it, so that it does not stay open over what was asked for.
        with st.popover("Start from", icon=":material/playlist_add:", key=f"start-{session.begun}"):
            starting(now)
        pinned = session.pinned is not None
        st.button(
            "Unpin" if pinned else "Pin",
            icon=":material/keep_off:" if pinned else ":material/keep:",
            help="Stop comparing" if pinned else "Keep this history to compare with",
            on_click=state.unpin if pinned else state.pin,
            disabled=not (pinned or now.history),
        )


def add(item_id: str) -> None:
    """Put an item at the end of the history."""
    state.edit_history([*state.session().history, item_id])


def starting(now: Current) -> None:
    """Presets, a real user, pasted ids."""
    catalog, session = now.data.catalog, state.session()
    st.caption("A preset")
    for preset in resources.presets(now.data):
        ids = [catalog.id(item) for item in preset.items]
        st.button(preset.name, key=f"preset-{preset.name}", on_click=state.begin, args=(ids,), width="stretch")

    def find(text: str) -> list[Hit]:
        wanted = (text, text.removeprefix("user ").rstrip(" :"))  # an id, or a user as the list has them
        rows = next((rows for one in wanted if (rows := now.data.users_from(one, MOST_FOUND))), [])
        return [Hit(users[row], f"user {users[row]}: {len(now.data.histories[row])} items") for row in rows]

    users = now.data.users
    search_box(
        "user", "A real user, up to the item that was held out", find, partial(take_user, now), "",
        f"Search {len(users):,} users by their id",
    )  # fmt: skip

    def paste() -> None:
        text = state.take("paste", "")
        session.notices.clear()
        try:
            ids = pasted_ids(text, catalog)
            catalog.indices(ids)
        except InputError as error:
            state.report(str(error))
        else:
            state.begin(ids)

    st.text_area(
        "Item ids, oldest first",
        placeholder="\n".join(catalog.id(item) for item in resources.presets(now.data)[0].items),
        key="paste",
        on_change=paste,
        height=120,
        help="One on a line, or with commas, semicolons, tabs or blanks between them. Ctrl + Enter takes them.",
    )


def take_user(now: Current, user: str) -> None:
    """The newest items of a user's history, and what really came next as the target, where it can be recommended."""
    row = now.data.row(user)
    assert row is not None  # who chose it chose among those that are there
    before, came = held_out(now.data.histories, row)
    catalog, length = now.data.catalog, int(now.model.config["length"])
    state.begin([catalog.id(int(item)) for item in before[-length:]], user)
    if came is not None and (now.keep or came not in before):
        state.choose_target(catalog.id(came))
