"""From an edit to its answer on Predict, alone and while a model is trained on Train: `python -m benchmarks.app_busy`.

Real server, real Chromium, two browsers at once: one starts a training and watches it, the other edits a history.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

from benchmarks.app_start import FLAGS, edit, free_port, serve, wait_for
from benchmarks.report import keep, on, publish, table
from fame.jobs import status
from fame.training import run_progress

RUN = "busy"


def main() -> None:
    """Measure, print the table, and keep what is behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=60, help="edits timed, alone and again beside the training")
    parser.add_argument("--preset", default="best", help="what is trained, on planted-cinema")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        os.environ["FAME_HOME"] = home
        process, base = serve(free_port())
        run = Path(home) / "runs" / RUN
        try:
            wait_for(base)
            ours, theirs = (
                playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS) for _ in range(2)
            )
            alone = edit(ours.new_page(), base, chosen.edits)
            train(theirs, base, run, chosen.preset)
            before = run_progress.watch(run)
            busy = edit(ours.new_page(), base, chosen.edits)
            after = run_progress.watch(run)
            if after.status.status != "running":
                sys.exit(f"The training {after.status.status} before the edits did; take fewer, or another preset.")
        finally:
            if run.exists():
                status.ask_to_stop(run)
            process.terminate()
            process.wait(20)
            while run.exists() and status.is_held(run):
                time.sleep(0.1)
    rows = [
        [name, *(f"{1000 * np.percentile(times, q):.0f}" for q in (50, 95, 100)), len(times)]
        for name, times in (("nobody trains", alone), (f"one trains, preset {chosen.preset}", busy))
    ]
    told = table(["edit to its answer on Predict, ms", "median", "p95", "highest", "edits"], rows)
    done = (len(after.evaluations) + after.done) - (len(before.evaluations) + before.done)
    other = f"Load average of the {os.cpu_count()} cores before it began, from other work: {load:.1f}."
    publish("app busy", f"{told}\n\nMeanwhile {done:.1f} epochs were trained. {other} {on()}")
    found = {"alone": alone, "busy": busy, "preset": chosen.preset, "epochs_meanwhile": done, "load_before": load}
    keep("app_busy", found)


def train(browser: Browser, base: str, run: Path, preset: str) -> None:
    """Start a training as a person does, and keep the page that watches it open."""
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{base}/train?model=planted-cinema-fame")
    page.get_by_role("radio", name=preset.capitalize()).click()
    page.wait_for_timeout(2_000)
    name = page.get_by_role("textbox", name="Name of the model")
    name.fill(run.name)
    name.press("Enter")
    page.wait_for_timeout(2_000)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("trains: epoch").wait_for(timeout=120_000)


if __name__ == "__main__":
    main()
