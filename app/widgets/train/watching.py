"""Step three of Train: how a run goes, live; stop, resume, what next."""

import statistics
from pathlib import Path

import streamlit as st

from app import models, resources, state
from app.current import resolve
from app.look.numbers import duration
from app.sentences.marking import escape
from app.widgets.shared.jobs import in_line
from app.widgets.shared.missing_maps import offer_maps
from app.widgets.shared.page_links import go_to
from app.widgets.train.epochs import curves, replay
from fame.errors import InputError
from fame.jobs import queue
from fame.jobs.status import end_of_log
from fame.maps import store as map_store
from fame.training.run_progress import RunProgress, watch

WORDS = {
    "queued": ("schedule", "waits"),
    "running": ("play_circle", "trains"),
    "stopped": ("pause_circle", "stopped"),
    "failed": ("error", "failed"),
    "finished": ("check_circle", "finished"),
    "": ("circle", "not started"),
}


def watching() -> None:
    """The runs of this machine, the one on screen refreshed as long as any is active."""
    queue.advance()
    found = readable_runs()
    if not found:
        st.info("Nothing was trained here yet. What you start appears here, and goes on when you leave the page.")
        return
    now = state.session()
    names = [watched.name for watched in found]
    if now.run not in names:
        now.run = next((watched.name for watched in found if watched.status.active), names[0])

    def chosen() -> None:
        now.run = state.read(key)

    # Names alone: what stands in the list is what the browser sends, so that no state of a run may be part of it.
    key = state.show("run", now.run)
    st.selectbox("Run", names, names.index(now.run), key=key, on_change=chosen)
    active = any(watched.status.active for watched in found)
    st.fragment(live, run_every=2.0 if active else None)(look(found))
    run = next(watched for watched in found if watched.name == now.run)
    st.fragment(pictures, run_every=pace(run) if run.status.active else None)(run.folder)


def pace(run: RunProgress) -> float:
    """Seconds between two drawings of the curves: an epoch's, so that who watches slows nobody down."""
    return (
        min(15.0, max(2.0, statistics.median(line["seconds"] for line in run.evaluations))) if run.evaluations else 2.0
    )


Look = tuple[tuple[str, str, bool], ...]


def look(runs: list[RunProgress]) -> Look:
    """What of all runs the page around the picture depends on: names, states, and whether there is a model."""
    return tuple((run.name, run.status.status, bool(run.evaluations)) for run in runs)


def live(known: Look) -> None:
    """Where the run on screen is. Where any run has changed its state since, the whole page is drawn again."""
    queue.advance()
    found = readable_runs()
    run = next((watched for watched in found if watched.name == state.session().run), None)
    if look(found) != known or run is None:
        st.rerun()
    header(run)


def pictures(folder: Path) -> None:
    """The curves and, once it does not train any more, the replay."""
    run = readable(folder)
    if run is None or not run.evaluations:
        return
    curves(run)
    if not run.status.active:
        replay(run)


def readable_runs() -> list[RunProgress]:
    """Those of this machine, the newest first."""
    return [watched for folder in queue.runs() if (watched := readable(folder))]


def readable(folder: Path) -> RunProgress | None:
    """A run; None where it was moved or damaged meanwhile."""
    try:
        return watch(folder, resources.evaluations())
    except InputError:
        return None


def header(run: RunProgress) -> None:
    """State, time left, and what can be done."""
    icon, word = WORDS[run.status.status]
    text = f":material/{icon}: **{escape(run.name)}** {word}"
    best = run.best_epoch
    if run.status.status == "queued":
        text += in_line(run.folder)
    elif run.status.status == "running":
        left = run.seconds_left()
        if run.epoch:
            text += f": epoch {max(run.epoch, len(run.evaluations))} of at most {run.epochs}"
            text += f", about {duration(left)} left." if left is not None else "."
        else:
            text += ": starting, which takes some seconds."
    elif run.status.status == "stopped":
        text += f" after {len(run.evaluations)} of at most {run.epochs} epochs."
    elif run.status.status == "finished":
        text += f" after {len(run.evaluations)} epochs."
    else:
        text += "."
    if best:
        text += (
            f" The best model so far, of epoch {best}, is on every page."
            if run.status.active
            else f" The model of epoch {best} is kept."
        )
    st.markdown(text)
    if run.status.status == "running":
        st.progress(run.share)
    if run.status.status == "failed":
        st.error(escape(run.status.error or "It ended for no known reason."))
        if log := end_of_log(run.folder):
            with st.expander("The end of its log", expanded=True):
                st.code(log, language=None)
    buttons(run)


def buttons(run: RunProgress) -> None:
    """Stop, resume, open; and what may be measured next."""
    with st.container(horizontal=True):
        if run.status.active:
            stopping = (run.folder / "stop").exists()
            label = "Leave the queue" if run.status.status == "queued" else "Stopping …" if stopping else "Stop"
            st.button(
                label, icon=":material/stop:", on_click=queue.stop, args=(run.folder,), disabled=stopping,
                help="Keeps the best model and the last finished epoch.",
            )  # fmt: skip
        elif run.status.status in ("stopped", "failed", ""):
            st.button("Resume", icon=":material/resume:", on_click=resume, args=(run,), type="primary")
        if run.best_epoch and run.name in models.readable():
            if st.button("Open in Predict", icon=":material/recommend:"):
                state.choose_model(run.name, run.dataset)
                resolve()
                go_to("predict")
            if not run.status.active:
                next_steps(run)


def resume(run: RunProgress) -> None:
    """Go on from the last finished epoch."""
    try:
        queue.enqueue(run.folder)
    except InputError as error:
        state.report(str(error))


def next_steps(run: RunProgress) -> None:
    """What makes the other pages whole for a new model."""
    model = models.readable()[run.name]
    try:
        map_store.load(model.folder, model.fingerprint)
    except InputError:
        offer_maps(model)
    untested = run.facets and not (model.folder / "meaning.json").exists()
    if untested and st.button("Test what the facets mean", icon=":material/label:"):
        state.choose_model(run.name, run.dataset)
        resolve()
        go_to("meaning")
