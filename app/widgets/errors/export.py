"""What leaves the page: the selected events as CSV or Parquet, or a report to be read and sent on."""

import io
from functools import partial

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import streamlit as st

from app import notes
from app.traces import Selection
from app.widgets.errors.events import Listing, kind_of
from app.widgets.errors.report import report
from app.widgets.shared.tables import safe_csv
from fame.errors import InputError

MOST_SAVED = 100_000  # events of a file: of more the first in the order on screen


def export(listed: Listing) -> None:
    """Three ways, each made when it is asked for."""
    chosen = listed.chosen
    name, n = chosen.model.name, len(chosen.rows)
    with st.popover("Export", icon=":material/download:"):
        if n > MOST_SAVED:
            st.caption(f"Files hold the first {MOST_SAVED:,} of {n:,} in the order on screen.")
        for label, make, ending, mime in (
            ("CSV", partial(csv, listed), "csv", "text/csv"),
            ("Parquet, all columns of the trace", partial(parquet, listed), "parquet", "application/octet-stream"),
            ("Report, one HTML file", partial(page, chosen), "html", "text/html"),
        ):
            st.download_button(
                label, make, f"{name}-errors.{ending}", mime, key=f"export-{ending}", on_click="ignore", width="stretch"
            )


def csv(listed: Listing) -> bytes:
    """A row an event, flat, safe to be opened by a spreadsheet."""
    return safe_csv(frame(listed))


def frame(listed: Listing) -> pd.DataFrame:
    """Events with titles, kind and note, a column a facet where there are several numbers."""
    chosen = listed.chosen
    about, found = chosen.trace.about, chosen.trace.rows(listed.events[:MOST_SAVED].tolist())
    try:
        written = notes.read_all()
    except InputError:  # said on the page, where notes are
        written = {}
    table = {
        "user_id": found["user_id"],
        "length": found["length"],
        "read": found["read"],
        "target_id": found["target_id"],
        "target": [chosen.title(item) for item in found["target_id"]],
        "rank": found["rank"],
        "probability": found["probability"],
        "first_id": found["first_id"],
        "first": ["" if pd.isna(item) else chosen.title(item) for item in found["first_id"]],
        "first_probability": found["first_probability"],
        "kind": kind_of(chosen, found["event"].to_numpy()),
        "ahead": found["ahead"],
        "driver": found["driver"],
        "driver_probability": found["driver_probability"],
        "rank_without_popularity": found["rank_without_popularity"],
        "rank_without_newest": found["rank_without_newest"],
        "target_count": found["target_count"],
        "repeat": found["repeat"],
    }
    for name in ("rank_without_facet", "rank_by_facet"):
        if about.facets:
            values = np.stack(found[name].to_list()) if len(found) else np.zeros((0, len(about.facets)), int)
            table |= {f"{name}: {facet}": values[:, h] for h, facet in enumerate(about.facets)}
    table["note"] = [written.get(notes.of_event(about.data, about.split, user), "") for user in found["user_id"]]
    return pd.DataFrame(table)


def parquet(listed: Listing) -> bytes:
    """Rows of the trace as they are."""
    sink = io.BytesIO()
    pq.write_table(listed.chosen.trace.table(listed.events[:MOST_SAVED].tolist()), sink, compression="zstd")
    return sink.getvalue()


def page(chosen: Selection) -> bytes:
    """The report."""
    return report(chosen).encode("utf-8")
