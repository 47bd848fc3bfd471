"""The real app on a real server, driven in the system's Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from fame.home import PROJECT

expect.set_options(timeout=60_000)  # as long as a loaded machine may need

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",  # half a second of work for every window, unseen
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("The browser tests need Chromium; install it with your package manager: apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield found
        found.close()


def start(home: Path | None, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the app as a user does; `home` is where its own data and runs are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app/Home.py", "--server.port", str(port)]
    environment = os.environ | ({"FAME_HOME": str(home)} if home else {})
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--server.headless", "true"], cwd=PROJECT, env=environment, stdout=output, stderr=output
        )
    base = f"http://localhost:{port}"
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{base}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return process, base
    process.kill()
    pytest.fail(f"the server did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("server") / "log.txt"
    process, base = start(None, log)
    yield base
    process.terminate()
    process.wait(20)
    said = log.read_text()
    assert "Traceback" not in said, said


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor who has never been here."""
    found = browser.new_context(viewport={"width": 1440, "height": 900})
    found.set_default_timeout(20_000)
    yield found
    found.close()


@pytest.fixture(scope="session")
def regular(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for many tests, so that the browser need not fetch and compile Streamlit's scripts in each."""
    found = browser.new_context(viewport={"width": 1440, "height": 900})
    found.set_default_timeout(20_000)
    yield found
    found.close()


QUIET = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const quiet = app?.dataset.testScriptState === 'notRunning' && document.querySelector('h1')
    && !document.querySelector('[data-testid=stSpinner], [data-testid=stSkeleton]')
    && [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
      .every(component =>
        component.shadowRoot?.querySelector('li, canvas, input, td, .tally, .slice, [role=gridcell]'));
  window.quietSince = quiet ? window.quietSince ?? performance.now() : undefined;
  return quiet && performance.now() - window.quietSince > 500;
}"""


def settle(page: Page) -> None:
    """Wait until the app has answered: a page is there, nothing runs or loads, and nothing has for half a second."""
    page.evaluate("window.quietSince = undefined")
    page.wait_for_function(QUIET, timeout=60_000, polling=100)  # else every frame, each of which is drawn


@pytest.fixture
def visit(server: str, regular: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open a path of the app and wait for it; the errors that scripts throw fail the test."""

    def go(path: str, scheme: Literal["light", "dark"] = "light") -> Page:
        page = regular.new_page()
        page.emulate_media(color_scheme=scheme)
        page.on("pageerror", lambda error: pytest.fail(f"{path}: {error}"))
        page.goto(server + path)
        settle(page)
        return page

    yield go
    for page in regular.pages:
        page.close()


def cards(page: Page) -> list[str]:
    """The titles on the strip, oldest first, without their years."""
    return page.locator("li.card .title").all_inner_texts()


def rows(page: Page) -> list[str]:
    """The titles of the ranking, best first."""
    return page.get_by_role("option").locator(".title").all_inner_texts()
