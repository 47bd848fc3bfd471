"""The trace that the page is made of: what to do where there is none."""

import streamlit as st

from app import commands, resources
from app.current import Current
from app.sentences.marking import escape
from app.widgets.shared.loading import loaded
from app.widgets.shared.long_search import costly
from fame.data import leave_one_out
from fame.errors import InputError
from fame.folders import FolderError
from fame.trace.records import TRACE, TRACE_ADVICE
from fame.trace.whereabouts import beside, done

WHAT = (TRACE,)


def offer(now: Current, why: InputError) -> None:
    """Why there is nothing to see yet, and a button that changes it."""
    place = beside(now.model.folder, now.model.fingerprint)
    if place.folder.exists():
        st.warning(escape(str(why)))
    so_far = done(place.parts)
    begun = f" It was begun before and goes on at {so_far:.0%}." if so_far else ""
    users = len(leave_one_out(now.data.histories).test.targets)
    st.info(
        f"Nobody has run all users through {escape(now.model.name)} yet. For each of the {users:,} whose last item is "
        "held out, the model ranks it, and is run again without popularity, without each facet and without the newest "
        f"item. That is done once and kept with the model; it can be stopped, and goes on where it was.{begun}"
    )

    def seconds() -> float:
        from fame.trace.cost import seconds

        return seconds(loaded(now).model, now.data, resources.anatomy(now.model.name, now.data)) * (1 - so_far)

    try:
        made = costly(
            now.model.fingerprint, WHAT, f"Run all {users:,} users", seconds,
            lambda watch: commands.trace_users(now.model, watch),
        )  # fmt: skip
    except (InputError, FolderError) as error:
        resources.shelf(now.model.fingerprint, WHAT).clear()
        st.warning(escape(str(error)))
        st.button("Try again", icon=":material/refresh:")
        return
    if made is not None:
        resources.shelf(now.model.fingerprint, WHAT).clear()
        try:
            resources.traced(now.model, now.data)
        except InputError as error:
            st.warning(f"{escape(str(error))} {escape(TRACE_ADVICE.capitalize())}.")
            return
        st.rerun()
