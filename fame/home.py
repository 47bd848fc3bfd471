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


def model_folders() -> dict[str, Path]:
    """Name -> folder of every model that ships or that a run made; a run's model has the run's name."""
    shipped = {
        folder.name: folder
        for folder in sorted((PROJECT / "pretrained").glob("*/"))
        if (folder / "config.json").exists()
    }
    trained = {
        folder.parent.name: folder
        for folder in sorted((home() / "runs").glob("*/best/"))
        if (folder / "config.json").exists()
    }
    return trained | shipped
