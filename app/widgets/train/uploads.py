"""The files that are imported: sent by the browser and kept for a day, or named by their path."""

import hashlib
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

import streamlit as st

from app import state
from fame import home
from fame.files import write_file

ABANDONED = 24 * 60 * 60  # seconds


def given() -> list[Path]:
    """The files, sent by the browser or named by their path."""
    left, right = st.columns(2, gap="large")
    sent = left.file_uploader(
        "Files, up to 200 MB each", accept_multiple_files=True, key=f"sent-{state.session().drafts}"
    )
    path = right.text_input(
        "Or a path on this machine, of any size", placeholder="/home/me/ml-1m.zip", key="import-path",
        help="A file or a folder. It is read where it is and left as it is.",
    ).strip()  # fmt: skip
    if path:
        return [Path(path).expanduser()]
    kept = [keep(file.name, file.getvalue()) for file in sent]
    clear_abandoned()
    return kept


def clear_abandoned() -> None:
    """Delete uploads that nobody has looked at for a day: what a page still shows is touched whenever it is drawn."""
    for folder in home.uploads_folder().glob("*/"):
        with suppress(OSError):  # somebody else clears, too
            if time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder)


def keep(name: str, content: bytes) -> Path:
    """An uploaded file under its own name, in a folder named by its content."""
    plain = Path(name.replace("\\", "/")).name.lstrip(".") or "file"
    folder = home.uploads_folder() / hashlib.sha256(content).hexdigest()[:24]
    path = folder / plain[-120:]
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_file(path, content)
    os.utime(folder)
    return path


def short(text: str) -> str:
    """Text in which an uploaded file has its name and not its place."""
    return re.sub(re.escape(str(home.uploads_folder())) + "/[0-9a-f]{24}/", "", text)
