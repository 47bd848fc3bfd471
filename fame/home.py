"""Where data sets, runs and models are looked up by name, and the one folder that is written to."""

import os
import re
from pathlib import Path

from fame.errors import InputError
from fame.folders import recover

PROJECT = Path(__file__).resolve().parent.parent
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
RESERVED = (".tmp", ".old", ".lock", ".")  # how folders that are being written end, or that some systems cut


class BadNameError(InputError):
    """A name that no data set or model can have."""


def home() -> Path:
    """The folder that holds `data/`, `runs/` and `trash/`: `$FAME_HOME`, or the project's own folder."""
    return Path(os.environ.get("FAME_HOME") or PROJECT)


def runs_folder() -> Path:
    """A folder a run; a run's model is in its `best`."""
    return home() / "runs"


def jobs_folder() -> Path:
    """What waits for its turn, or is being done, besides runs."""
    return home() / "jobs"


def trash_folder() -> Path:
    """What was deleted and can be had back."""
    return home() / "trash"


def data_folder(name: str) -> Path:
    """The folder of the data set called `name`; a data set that ships is found beside the code."""
    own = home() / "data" / name
    shipped = PROJECT / "data" / name
    return own if own.exists() or not shipped.exists() else shipped


def data_folders() -> dict[str, Path]:
    """Name -> folder of every data set that is here."""
    found = [path.parent for place in (home(), PROJECT) for path in sorted((place / "data").glob("*/dataset.json"))]
    return {folder.name: data_folder(folder.name) for folder in found if not folder.name.endswith(RESERVED)}


def uploads_folder() -> Path:
    """Files that a browser sent, until they are imported."""
    return home() / "uploads"


def need_free_data_name(name: str) -> str:
    """The name back, if a new data set can have it; raises `BadNameError`."""
    if need_plain_name(name) in data_folders():
        raise BadNameError(f"There is a data set called {name!r} already; choose another name.")
    return name


def model_folders() -> dict[str, Path]:
    """Name -> folder of every model that ships or that a run made; a run's model has the run's name."""
    trained = {}
    for run in sorted(runs_folder().glob("*/")):
        recover(run / "best")  # a training replaces it by a better one, or was killed while it did
        if (run / "best" / "config.json").exists() and not run.name.endswith(RESERVED):
            trained[run.name] = run / "best"
    return trained | shipped_models()


def shipped_models() -> dict[str, Path]:
    """Name -> folder of the models that came with the project."""
    return {
        folder.name: folder
        for folder in sorted((PROJECT / "pretrained").glob("*/"))
        if (folder / "config.json").exists()
    }


def need_plain_name(name: str) -> str:
    """The name back, if it can be a folder's here and on other systems; raises `BadNameError`."""
    if not NAME.fullmatch(name) or name.endswith(RESERVED):
        raise BadNameError(
            f"{name[:80]!r} cannot be a name; take up to 64 letters, digits, spaces and the signs . _ -, with a letter "
            "or digit first."
        )
    return name


def need_free_name(name: str) -> str:
    """The name back, if a new run or model can have it; raises `BadNameError`."""
    need_plain_name(name)
    if name in shipped_models():
        raise BadNameError(f"{name!r} is the name of a model that ships with the app; choose another.")
    if (runs_folder() / name).exists():
        raise BadNameError(f"There is a model or run called {name!r} already; choose another name.")
    return name


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
