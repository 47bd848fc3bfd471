"""What the browser is sent, by the size of the catalog: `python -m benchmarks.growth_browser`.

Real server, real Chromium, a made-up catalog and a model that nobody trained: what is sent does not depend on what it
learned. Counted are the bytes of all messages from the server, from an action until nothing has come for two seconds.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from playwright.sync_api import Page, sync_playwright

from benchmarks.app_start import FLAGS, free_port, wait_for
from benchmarks.report import keep, on, publish, table
from fame.checkpoint.store import save
from fame.data import DataSet, Family
from fame.data.dataset import write
from fame.home import PROJECT
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import begin

SIZES, USERS, SEED = (1_682, 100_000), 1_000, 1
HISTORY = ",".join(f"i{n}" for n in range(1, 11))
WORDS = ("night", "river", "winter", "garden", "letter", "shadow", "mirror", "island", "summer", "station")
QUIET = 2_000  # ms without a message after which an action is over


def made(folder: Path, items: int) -> DataSet:
    """A data set of so many items with titles as films have, and a genre."""
    rng = np.random.default_rng(SEED)
    first, second = rng.choice(WORDS, (2, items))
    years = rng.integers(1930, 2020, items)
    titles = [f"The {a} of {b} {n} ({y})" for n, (a, b, y) in enumerate(zip(first, second, years, strict=True))]
    ids = [f"i{n}" for n in range(items)]
    log = pd.DataFrame(
        {
            "user_id": np.repeat([f"u{n}" for n in range(USERS)], 20),
            "item_id": [ids[n] for n in rng.integers(0, items, 20 * USERS)],
            "timestamp": np.tile(np.arange(20), USERS),
        }
    )
    about = pd.DataFrame({"item_id": ids, "title": titles, "genre": rng.choice(WORDS, items)})
    return write(
        folder, name="made", interactions=log, items=about, families=[Family("genre", "genre", False)],
        origin="made up", licence="none",
    )  # fmt: skip


def main() -> None:
    """Measure, and publish the table."""
    found = {str(items): sent(items) for items in SIZES}
    keep("growth_browser", {"bytes": found})
    head = ["bytes to the browser", *(f"{items:,} items" for items in SIZES)]
    rows = [[name, *(f"{found[str(items)][name]:,}" for items in SIZES)] for name in found[str(SIZES[0])]]
    publish("growth browser", f"{table(head, rows)}\n\nHistories of 10 items. {on()}")


def sent(items: int) -> dict[str, int]:
    """Action -> bytes."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        data = made(Path(home) / "data" / "made", items)
        run = Run.start(Path(home) / "runs" / "mine", settings("small", seed=SEED), data)
        model = begin(run.settings(), data.histories, data.catalog, torch.device("cpu")).model.eval()
        (run.folder / "best").mkdir()
        save(run.folder / "best", model, data, {})
        port = free_port()
        command = [sys.executable, "-m", "streamlit", "run", "app/Home.py", "--server.headless", "true"]
        server = subprocess.Popen(
            [*command, "--server.port", str(port)], cwd=PROJECT, env=os.environ | {"FAME_HOME": home},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            base = f"http://localhost:{port}"
            wait_for(base)
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            return actions(browser.new_page(), base)
        finally:
            server.terminate()
            server.wait(20)


def actions(page: Page, base: str) -> dict[str, int]:
    """What a visitor does, one thing after the other."""
    got = {"bytes": 0, "frames": 0}

    def frame(payload: str | bytes) -> None:
        got["bytes"] += len(payload)
        got["frames"] += 1

    page.on("websocket", lambda socket: socket.on("framereceived", frame))

    def counted(act: Callable[[], object]) -> int:
        before = got["bytes"]
        act()
        seen = -1
        while seen != got["frames"]:
            seen = got["frames"]
            page.wait_for_timeout(QUIET)
        return got["bytes"] - before

    box = page.get_by_role("combobox", name="Add to the history")
    link = f"?model=mine&history={HISTORY}"

    def opened(path: str) -> None:
        page.goto(f"{base}/{path}{link}")
        page.locator("[role=option]").first.wait_for(timeout=120_000)  # the ranking is there, and so the model

    def typed() -> None:
        box.click()
        box.press_sequentially("river night")
        page.get_by_role("listbox", name="Add to the history").get_by_role("option").first.wait_for()

    return {
        "Predict is opened": counted(lambda: opened("predict")),
        "a title is searched": counted(typed),
        "what was found is added": counted(lambda: box.press("Enter")),
        "the history is reordered": counted(lambda: page.locator("li.card").nth(4).press("Alt+ArrowLeft")),
        "another item of the ranking is asked about": counted(
            lambda: page.get_by_role("listbox", name="Ranking").get_by_role("option").nth(3).click()
        ),
        "Why is opened": counted(lambda: opened("why")),
        "on Why the history is reordered": counted(lambda: page.locator("li.card").nth(4).press("Alt+ArrowLeft")),
    }


if __name__ == "__main__":
    main()
