"""A job that waits for its turn or is being done: how far it is, and a way to stop it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.look.numbers import duration
from fame.jobs import queue, status


def in_line(job: Path) -> str:
    """How a sentence about a job that waits goes on."""
    line = queue.waiting()
    if job not in line:
        return "."
    return f", number {line.index(job) + 1} in line: one training or run over all users goes on at a time."


@st.fragment(run_every=0.5)
def going_on(job: Path, share: Callable[[], float], seconds: float) -> None:
    """Drawn until the job has ended, then the page is drawn again; `share` of it is done, all takes some seconds."""
    queue.advance()
    said = status.read(job)
    if said.status == "queued":
        st.markdown(f":material/schedule: It waits{in_line(job)}")
        st.button("Leave the queue", icon=":material/stop:", on_click=queue.stop, args=(job,))
    elif said.status == "running":
        done = min(share(), 1.0)
        st.progress(done, f"{done:.0%}, about {duration(seconds * (1 - done))} left")
        stopping = status.asked_to_stop(job)
        label = "Stopping …" if stopping else "Stop"
        st.button(label, icon=":material/stop:", on_click=queue.stop, args=(job,), disabled=stopping)
    else:
        st.rerun()
