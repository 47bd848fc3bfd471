"""The session in the URL, so that a reload or a shared link shows the same.

The URL wins where it differs from what was last written to it, unless something was edited since: who edits quickly
sends the URL from before the edit before.
"""

import streamlit as st

from app.state import LONGEST_HISTORY, notice, session
from fame.data import format_history, parse_history

PARAMETERS = (
    *("model", "data", "user", "history", "target", "rival", "position", "facet", "expert", "missing", "by"),
    *(
        "method",
        "weights",
        "without",
        "repeats",
        "where",
        "event",
        "order",
        "against",
        "ranks",
        "step",
        "seed",
        "lesson",
    ),
)


# Taken from a link as they are.
WORDS = (
    *("rival", "facet", "missing", "by", "method", "weights", "without", "repeats"),
    *("where", "event", "order", "against", "ranks", "seed", "lesson"),
)


def load() -> None:
    """Take over what the URL says. Called once a run, before anything is drawn; values are checked by who uses them."""
    now, url = session(), in_url()
    if now.written is None or (url and url != now.written and not now.ahead):
        now.model, now.data, now.target = url.get("model", ""), url.get("data", ""), url.get("target", "")
        try:
            ids = parse_history(url.get("history", ""))
        except ValueError as error:
            now.notices.append(f"The history in the link cannot be read: {error}")
            ids = []
        if len(ids) > LONGEST_HISTORY:
            now.notices.append(f"The link's history has {len(ids):,} items; the newest {LONGEST_HISTORY:,} are kept.")
            ids = ids[-LONGEST_HISTORY:]
        now.user, now.edited = url.get("user", ""), "history" in url
        now.fresh = not now.user and not now.edited
        now.history, now.undo = ids, []
        for name in WORDS:
            setattr(now, name, url.get(name, ""))
        now.position, now.expert, now.step = (_number(url, name) for name in ("position", "expert", "step"))


def _number(url: dict[str, str], name: str) -> int | None:
    """A number that the link counts from 1, from 0; None where there is none, or something else in its place."""
    text = url.get(name, "")
    if text.isascii() and text.isdigit() and int(text[:9]) > 0:
        return int(text[:9]) - 1
    if text:
        notice(f"The {name} {text[:60]!r} in the link is no number from 1; none is chosen.")
    return None


def write() -> None:
    """Put the session into the URL, at once: each change of the URL is an entry that Back leads to."""
    now = session()
    wanted = now.written = parameters()
    now.ahead = False
    if wanted != in_url():
        others = {name: st.query_params[name] for name in st.query_params if name not in PARAMETERS}
        st.query_params.from_dict(others | wanted)


def parameters() -> dict[str, str]:
    """The session as URL parameters; positions and experts are counted from 1, as people see them."""
    now = session()
    chosen = {
        "model": now.model,
        "data": now.data,
        "user": now.user,
        "history": format_history(now.history),
        "target": now.target,
        "rival": now.rival,
        "position": "" if now.position is None else str(now.position + 1),
        "facet": now.facet,
        "expert": "" if now.expert is None else str(now.expert + 1),
        "missing": now.missing,
        "by": now.by,
        "method": now.method,
        "weights": now.weights,
        "without": now.without,
        "repeats": now.repeats,
        "where": now.where,
        "event": now.event,
        "order": now.order,
        "against": now.against,
        "ranks": now.ranks,
        "step": "" if now.step is None else str(now.step + 1),
        "seed": now.seed,
        "lesson": now.lesson,
    }
    return {name: value for name, value in chosen.items() if value or (name == "history" and not now.fresh)}


def in_url() -> dict[str, str]:
    """Our parameters as the URL has them."""
    return {name: st.query_params[name] for name in PARAMETERS if name in st.query_params}
