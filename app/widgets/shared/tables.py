"""Tables on screen, and the one way in which a table leaves the app: a CSV file that a spreadsheet can open safely.

Streamlit's own download is switched off (`client.disableDataExport`): it writes what a title says as a live formula.
"""

import csv
import re
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from app import state

# How a cell begins that a spreadsheet may run or split: also after blanks, and by signs as wide as Chinese ones.
FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n\x00]")


def with_download(frame: pd.DataFrame, name: str, of: str | None = None, **options: Any) -> None:
    """A table with a download under it; `options` are those of `st.dataframe`, see `download` for the others."""
    st.dataframe(frame, hide_index=True, **options)
    download("Save as CSV", frame, name, of, type="tertiary")


def table_behind(frame: pd.DataFrame, name: str, of: str | None = None) -> None:
    """The numbers behind a picture, folded away, with a download. They are sent only once they are asked for."""
    folded = st.expander("The numbers behind this", on_change="rerun", key=f"behind-{name}")
    if not folded.open:
        return
    with folded:
        st.dataframe(frame, hide_index=True, width="stretch")
        download("Download CSV", frame, name, of)


def download(label: str, frame: pd.DataFrame, name: str, of: str | None = None, **options: Any) -> None:
    """A button; the file is named after what it is about: the model that is looked at, where nothing else is said."""
    file = f"{state.session().model if of is None else of}-{name}.csv"
    data = partial(safe_csv, frame)  # made when it is asked for
    st.download_button(label, data, file, "text/csv", key=f"download-{name}", on_click="ignore", **options)


def safe_csv(frame: pd.DataFrame) -> bytes:
    """CSV in which no text from data, nor a column's name, begins a formula when a spreadsheet opens it.

    UTF-8 with a byte-order mark, without which Excel reads é as Ã©.
    """
    tamed = frame.astype(object).map(tame).rename(columns=tame)
    # All texts in quotes: a carriage return within one would begin a row, and a row may begin with a formula.
    return tamed.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC).encode("utf-8-sig")


def tame(cell: Any) -> Any:
    """A text with an apostrophe before it where it would be a formula; lists as text; all else as it is."""
    if isinstance(cell, list | tuple):
        cell = ", ".join(map(str, cell))
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell
