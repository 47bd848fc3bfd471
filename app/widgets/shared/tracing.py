"""The trace that a page is made of: what to do where there is none."""

from functools import partial

import streamlit as st

from app import resources, state
from app.current import Current
from app.look.numbers import at_most
from app.sentences.marking import escape
from app.widgets.shared.jobs import going_on
from app.widgets.shared.loading import loaded
from fame.checkpoint.description import Description
from fame.data import leave_one_out
from fame.errors import InputError
from fame.jobs import queue, status
from fame.jobs.kinds import new_trace_job, trace_job
from fame.trace.records import TRACE
from fame.trace.whereabouts import beside, done


def offer(now: Current, why: InputError) -> None:
    """Why there is nothing to see yet, and a button that changes it."""
    model = now.model
    place, job = beside(model.folder, model.fingerprint), trace_job(model.name, model.fingerprint)
    said = status.read(job)
    if place.folder.exists():
        st.warning(escape(str(why)))
    if said.status == "failed":
        st.warning(f"The last time it ended too early. {escape(said.error or '')}")
        if log := status.end_of_log(job):
            with st.expander("The end of its log"):
                st.code(log, language=None)
    so_far = done(place.parts)
    begun = f" It was begun before and goes on at {so_far:.0%}." if so_far and not said.active else ""
    users = len(leave_one_out(now.data.histories).test.targets)
    name = escape(model.name)
    so = f"All users are run through {name}." if said.active else f"Nobody has run all users through {name} yet."
    st.info(
        f"{so} For each of the {users:,} whose last item is held out, the model ranks it, and is run again without "
        "popularity, without each facet and without the newest item. That is done once and kept with the model; it "
        f"goes on when you leave the page, can be stopped, and then goes on where it was.{begun}"
    )

    def reckoned() -> float:
        from fame.trace.cost import seconds

        return seconds(loaded(now).model, now.data, resources.anatomy(model.name, now.data))

    needed = resources.seconds(model.fingerprint, (TRACE,), reckoned)
    if said.active:
        going_on(job, partial(done, place.parts), needed)
        return
    label = f"Run all {users:,} users ({at_most(needed * (1 - so_far))})"
    st.button(label, icon=":material/group:", key=f"trace-{model.name}", on_click=begin, args=(model,))


def begin(model: Description) -> None:
    """Put it in the queue, unless it is there already."""
    try:
        queue.enqueue(new_trace_job(model.name, model.fingerprint))
    except InputError as error:
        state.report(str(error))
