"""From `streamlit run` to the first useful screen, and from an edit to its answer: `python -m benchmarks.app_start`.

Real server, real Chromium. "Useful" is the ranking of the worked example on Home.
"""

import argparse
import json
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from importlib.metadata import version

from playwright.sync_api import Page, sync_playwright

from fame.home import PROJECT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
]
HISTORY = "/predict?model=planted-cinema-fame&history=f1,f2,f3,f4"


def main() -> None:
    """Measure, print the table, and one JSON line behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=5, help="times the server is started")
    parser.add_argument("--edits", type=int, default=30, help="edits timed on Predict")
    chosen = parser.parse_args()
    up, first, edits = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS).new_context()
        port = free_port()  # one for all starts: a browser that was here before has the app's scripts in its cache
        for n in range(chosen.starts):
            started = time.perf_counter()
            process, base = serve(port)
            page = browser.new_page()
            wait_for(base)
            up.append(time.perf_counter() - started)
            started = time.perf_counter()
            page.goto(base)
            page.locator("[role=option]").first.wait_for(timeout=60_000)
            first.append(time.perf_counter() - started)
            page.close()
            if n == chosen.starts - 1:
                edits = edit(browser.new_page(), base, chosen.edits)
            process.terminate()
            process.wait(20)
        browser.close()
    rows = {
        "process to listening server, s": up,
        "server to first useful screen, s": first,
        "edit to its answer on Predict, s": edits,
    }
    print("| what | median | lowest | highest | n |\n| --- | --- | --- | --- | --- |")
    for name, values in rows.items():
        print(f"| {name} | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} | {len(values)} |")
    machine = {"machine": platform.machine(), "python": platform.python_version(), "streamlit": version("streamlit")}
    print(json.dumps(machine | rows))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve(port: int) -> tuple[subprocess.Popen[bytes], str]:
    """The app, as `make app` starts it."""
    command = [sys.executable, "-m", "streamlit", "run", "app/Home.py", "--server.headless", "true"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([*command, "--server.port", str(port)], cwd=PROJECT, **quiet), f"http://localhost:{port}"


def wait_for(base: str) -> None:
    """Until something answers there."""
    while True:
        try:
            urllib.request.urlopen(f"{base}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return


def edit(page: Page, base: str, times: int) -> list[float]:
    """Swap two cards again and again; time inside the page from the key to the new ranking."""
    page.goto(base + HISTORY)
    page.locator("[role=option]").first.wait_for(timeout=60_000)
    page.wait_for_timeout(3_000)
    page.evaluate(
        """() => {
          const roots = [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean);
          const list = roots.map(root => root.querySelector('[role=listbox]:not([popover])')).find(Boolean);
          new MutationObserver(() => { window.answered = performance.now(); }).observe(list, { childList: true });
        }"""
    )
    found = []
    for n in range(times):
        page.locator("li.card").nth(3 if n % 2 == 0 else 2).focus()
        page.evaluate(
            """() => { window.answered = 0; document.addEventListener('keydown',
                 () => { window.asked = performance.now(); }, { capture: true, once: true }); }"""
        )
        page.keyboard.press("Alt+ArrowLeft" if n % 2 == 0 else "Alt+ArrowRight")
        page.wait_for_function("() => window.answered > 0")
        found.append(page.evaluate("() => (window.answered - window.asked) / 1000"))
        page.wait_for_timeout(400)
    return found


if __name__ == "__main__":
    main()
