"""Each component alone, in a small script of its own on a real server."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import settle

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Start a harness script, once a session, and say where it is."""
    running: dict[str, tuple[subprocess.Popen[bytes], Path, str]] = {}

    def start(script: str) -> str:
        if script in running:
            return running[script][2]
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        base, log = f"http://localhost:{port}", tmp_path_factory.mktemp("serve") / f"{script}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(HERE / script), "--server.port", str(port),
                 "--server.headless", "true", "--client.showErrorDetails", "full"],
                cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=output, stderr=output,
            )  # fmt: skip
        running[script] = (process, log, base)
        for _ in range(600):
            if process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{base}/_stcore/health", timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return base
        pytest.fail(f"{script} did not start: {log.read_text()}")

    yield start
    for process, _, _ in running.values():
        process.terminate()
        process.wait(20)
    for script, (_, log, _) in running.items():
        assert "Traceback" not in log.read_text(), f"{script}: {log.read_text()}"


@pytest.fixture
def visit(serve: Callable[[str], str], browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a harness script; an error in any script of the page fails the test."""
    contexts, errors = [], []

    def go(script: str, query: str = "", **how: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **how})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{serve(script)}/{query}")
        settle(page)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not errors, errors


def told(page: Page) -> list[str]:
    """What Python got from the component, call by call."""
    settle(page)
    return page.locator("[data-testid=stText]").all_inner_texts()


def hears(page: Page, line: str | re.Pattern[str]) -> None:
    """Wait until this is the last thing that Python was told."""
    expect(page.locator("[data-testid=stText]").last).to_have_text(line, timeout=15_000)
    settle(page)


def violations(page: Page) -> list[object]:
    """What axe-core finds wrong in the components on the page."""
    found = Axe().run(page, context={"include": [["[data-testid=stMain]"]]})
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
