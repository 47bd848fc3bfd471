"""From a file to one's own model: nothing that happens to the page or the server touches the training."""

import re
import signal
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from fame.data import DataSet
from fame.jobs import status
from fame.training import run_progress
from tests.browser.conftest import rows, settle, start
from tests.jobs.test_queue import until

TRAINS = re.compile(r"mine\s+trains: epoch (\d+)")


def log_of(cinema: DataSet, path: Path) -> None:
    """The cinema's histories as somebody's own log would have them: other names, no file about the items."""
    table = [
        {"viewer": f"u{u}", "film": cinema.catalog.title(int(item)), "watched_at": 1_700_000_000 + 60 * t}
        for u in range(len(cinema.histories))
        for t, item in enumerate(cinema.histories[u])
    ]
    pd.DataFrame(table).to_csv(path, index=False)


def choose(page: Page, label: str, option: str) -> None:
    page.locator("[data-testid=stMain]").get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)


def fill(page: Page, role: str, label: str, text: str) -> None:
    box = page.get_by_role(role, name=label)
    box.fill(text)
    box.press("Enter")
    settle(page)


def epoch(page: Page) -> int:
    """Where the run on screen is. A page that trains draws itself anew all the time, so that it never settles."""
    line = page.get_by_text(TRAINS)
    expect(line).to_be_visible(timeout=120_000)
    return int(TRAINS.search(line.inner_text())[1])


@pytest.fixture
def home(cinema, tmp_path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path


def manage(page: Page, run: Path) -> None:
    """Stop it, carry it away, delete it, put it back, and bring the carried one in under another name."""
    status.ask_to_stop(run)
    until(lambda: not status.is_held(run))
    page.get_by_role("link", name="Models").click()
    settle(page)
    choose(page, "Model", "mine")
    with page.expect_download() as carried:
        page.get_by_role("button", name="Download", exact=True).click()
    zipped = run.parent.parent / "carried.zip"
    carried.value.save_as(zipped)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    assert not run.exists()
    settle(page)
    page.get_by_role("button", name="Put back").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    assert (run / "best" / "model.safetensors").exists()
    settle(page)
    page.locator("[data-testid=stFileUploader] input").set_input_files(zipped)
    settle(page)
    fill(page, "textbox", "Name here", "brought")
    page.get_by_role("button", name="Add the model").click()
    expect(page.get_by_text("brought was added.")).to_be_visible()
    theirs, ours = (folder / "best" / "model.safetensors" for folder in (run.parent / "brought", run))
    assert theirs.read_bytes() == ours.read_bytes()


def test_a_file_becomes_a_model_whatever_happens_to_page_and_server(browser, cinema, home):
    log_of(cinema, home / "my log.csv")
    process, base = start(home, home / "server.txt")
    run = home / "runs" / "mine"
    try:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(90_000)
        page.goto(f"{base}/train?model=planted-cinema-fame")
        settle(page)
        page.get_by_role("radio", name="My own files").click()
        settle(page)
        page.locator("[data-testid=stFileUploader] input").first.set_input_files(home / "my log.csv")
        settle(page)
        choose(page, "Who: the user", "viewer")
        choose(page, "What: the item", "film")
        choose(page, "When: the time", "watched_at")
        page.get_by_role("button", name="Import").click()
        expect(page.get_by_text("rows were read, all are used")).to_be_visible(timeout=60_000)
        settle(page)

        page.get_by_text("Details", exact=True).click()
        fill(page, "spinbutton", "Epochs at most", "5000")
        fill(page, "spinbutton", "Epochs without a better one", "5000")
        fill(page, "textbox", "Name of the model", "mine")
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.locator(".st-key-ranking-course .scatterlayer .point").first).to_be_visible(timeout=120_000)
        seen = epoch(page)
        until(lambda: epoch(page) > seen)

        page.reload()
        epoch(page)

        process.send_signal(signal.SIGKILL)
        process.wait(20)
        done = len(run_progress.Evaluations().of(run))
        until(lambda: len(run_progress.Evaluations().of(run)) > done)  # with no server at all
        page.close()
        process, base = start(home, home / "server.txt")
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(90_000)
        page.goto(f"{base}/train?model=planted-cinema-fame")
        epoch(page)

        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text("mine stopped after")).to_be_visible(timeout=60_000)
        kept = len(run_progress.Evaluations().of(run))
        settle(page)
        page.get_by_role("button", name="Resume").click()
        until(lambda: len(run_progress.Evaluations().of(run)) > kept)
        epoch(page)
        page.get_by_role("button", name="Open in Predict").click()
        expect(page.get_by_role("heading", name="What comes next?")).to_be_visible(timeout=60_000)
        settle(page)
        assert "model=mine" in page.url
        assert set(rows(page)) < set(cinema.catalog.titles)  # the films by their names
        manage(page, run)
    finally:
        status.ask_to_stop(run) if run.exists() else None
        process.terminate()
        process.wait(20)
    until(lambda: not status.is_held(run))
    assert "Traceback" not in (home / "server.txt").read_text()
