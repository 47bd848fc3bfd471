"""What was deleted and can be had back, and how much of the disk everything takes."""

import time

import streamlit as st

from app.look.numbers import size
from app.sentences.marking import escape
from fame import home
from fame.errors import InputError
from fame.training import workspace


def trash() -> None:
    """What was deleted."""
    places = workspace.discarded()
    if not places:
        st.caption("The trash is empty.")
        return
    for place in places:
        name, _, stamp = place.name.rpartition("@")
        left, right = st.columns([4, 1], vertical_alignment="center")
        when = time.strftime("%d %B %Y, %H:%M", time.strptime(stamp.rstrip("+"), workspace.STAMP))
        what = "Data set " if workspace.is_data(place) else ""
        left.markdown(f"{what}**{escape(name)}** deleted {when}, {size(home.size(place))}")
        if right.button("Put back", key=f"back-{place.name}", width="stretch"):
            try:
                workspace.restore(place)
            except InputError as error:
                st.error(escape(str(error)))
                return
            st.rerun()
    if st.button("Empty the trash", icon=":material/delete_forever:"):
        empty(len(places), sum(workspace.is_data(place) for place in places))


@st.dialog("Empty the trash")
def empty(count: int, data: int) -> None:
    """Asks first: this cannot be taken back."""
    kinds = {"model": count - data, "data set": data}
    what = " and ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items() if n)
    st.markdown(f"Delete {what} for good? They cannot be had back.")
    if st.button("Delete for good", type="primary"):
        workspace.empty()
        st.rerun()


def place() -> None:
    """Where it all is and how much of the disk it takes."""
    folder = home.home()
    parts = ", ".join(f"{size(home.size(folder / name))} in {name}" for name in ("data", "runs", "trash"))
    st.markdown(f"`{folder}`: {parts}.")
    st.caption(
        "The app writes nowhere else, but for what is measured on the models that ship: it is stored with them. Set "
        "FAME_HOME before the start to keep all of it in another folder."
    )
