"""Commands of `fame` that a page runs in a process of its own, so that they slow no visitor down and can be ended."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from fame import home
from fame.checkpoint.description import Description
from fame.errors import InputError

if TYPE_CHECKING:
    from fame.explain.question import Watch

LOOK = 0.3  # seconds between two looks at whether it is to end


class CommandError(InputError):
    """A command that the app ran for a page ended badly."""


def draw_map(model: Description) -> None:
    """Compute and store the maps of a model."""
    run("The map", ["map", "--model", str(model.folder)])


def judge_methods(model: Description, users: int, watch: Watch) -> None:
    """Test a model's methods, and store what is found; ended where `watch` raises."""
    about = ["--model", str(model.folder), "--data", str(home.data_folder(model.dataset)), "--users", str(users)]
    run("The test", ["verify", "explanations", *about], watch)


def estimate(data: str, options: tuple[str, ...]) -> dict[str, float]:
    """What a training on the data set of that name with these options would cost."""
    folder = str(home.data_folder(data))
    found: dict[str, float] = json.loads(
        run("The trial", ["estimate", "--data", folder, "--background", "--json", *options])
    )
    return found


def run(name: str, arguments: list[str], watch: Watch | None = None) -> str:
    """Run `python -m fame` and return what it printed; ended where `watch` raises.

    Raises
    ------
    CommandError
        It ended badly.
    """
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "fame", *arguments]
    with subprocess.Popen(command, cwd=home.PROJECT, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            while True:
                try:
                    said, trouble = process.communicate(timeout=LOOK)
                    break
                except subprocess.TimeoutExpired:
                    if watch:
                        watch(0.0)  # it does not say how far it is
        finally:
            process.kill()  # nothing is left of one that has ended
    if process.returncode:
        raise CommandError(f"{name} failed: {(trouble.strip().splitlines() or ['it was killed'])[-1]}")
    return said
