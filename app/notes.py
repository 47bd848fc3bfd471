"""Notes on single events, in one file of this machine's own: no other page needs them, and no model is changed."""

from __future__ import annotations

from fame import home
from fame.files import FolderError, read_json, write_json
from fame.folders import alone

MOST_NOTE = 2_000  # characters of a note
ADVICE = "move it away to begin with no notes"


def of_event(data: str, split: str, user: str) -> str:
    """What notes are kept under: a user's held-out item, by the fingerprint of the data, whatever the model."""
    return f"{data}/{split}/{user}"


def read_all() -> dict[str, str]:
    """Key -> note; raises `FolderError` where the file is damaged."""
    file = home.home() / "notes.json"
    if not file.exists():
        return {}
    return {key: text for key, text in read_json(file, ADVICE).items() if isinstance(text, str)}


def write(key: str, text: str) -> None:
    """Keep a note, or with an empty text forget it; others may write theirs at the same time.

    Raises
    ------
    FolderError
        The file is damaged, or cannot be written.
    """
    file = home.home() / "notes.json"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(f"{file} could not be written ({error.strerror or error}).") from None
    with alone(file):
        kept = read_all()
        kept.pop(key, None)
        write_json(file, kept | ({key: text.strip()[:MOST_NOTE]} if text.strip() else {}))
