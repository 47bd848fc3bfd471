"""Where data sets, runs and models are looked up by name."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder that holds `data/` and `runs/`: `$FAME_HOME`, or the project's own folder."""
    return Path(os.environ.get("FAME_HOME") or PROJECT)


def data_folder(name: str) -> Path:
    """The folder of the data set called `name`; a data set that ships is found beside the code."""
    own = home() / "data" / name
    shipped = PROJECT / "data" / name
    return own if own.exists() or not shipped.exists() else shipped
