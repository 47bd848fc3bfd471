"""From opening Learn to its first picture, and from one step to the next: `python -m benchmarks.learn_steps`.

Real server, real Chromium, histories of 50 items, on the planted and the MovieLens model and one without facets. The
server has shown each once before. A step is timed in the browser, from the arrow key to the last frame in which text,
question or picture changed; the picture from the start of the navigation to the first frame with it.
"""

import argparse
import os
import shutil
import sys

import numpy as np
from playwright.sync_api import BrowserContext, Page, sync_playwright

from app.guide import steps
from benchmarks.app_clicks import PATIENCE, WATCH, history
from benchmarks.app_start import FLAGS, free_port, serve, wait_for
from benchmarks.report import keep, on, publish, table

MODELS = {
    "planted-cinema-fame": "planted-cinema",
    "movielens-100k-fame": "movielens-100k",
    "planted-cinema-sasrec": "planted-cinema",
}
SHOWN = (
    "[data-testid=stMain] :is(h2, p, label), [data-testid=stMain] .katex-html, .heading.on text, .card text, .letter"
)
PICTURED = """() => {
  const look = () => {
    const roots = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].map((one) => one.shadowRoot);
    if (roots.some((root) => root?.querySelector('svg .mark'))) window.pictured = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""
QUIET = "[data-testid=stApp][data-test-script-state=notRunning]"


def main() -> None:
    """Measure, print the table, and keep what is behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="times the nine steps are walked there and back")
    parser.add_argument("--opens", type=int, default=20, help="times the page is opened")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    found: dict[str, dict[str, list[float]]] = {}
    process, base = serve(free_port())
    with sync_playwright() as playwright:
        try:
            wait_for(base)
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.set_default_timeout(PATIENCE)
            context.add_init_script(f"({PICTURED})()")
            for model, data in MODELS.items():
                print(model, file=sys.stderr)
                address = f"{base}/learn?model={model}&history={history(data)}"
                opened(context, address).close()
                first = []
                for _ in range(chosen.opens):
                    page = opened(context, address)
                    first.append(float(page.evaluate("window.pictured")))
                    page.close()
                page = opened(context, address)
                found[model] = {"first picture": first, "step to step": walk(page, chosen.rounds)}
                page.close()
        finally:
            process.terminate()
            process.wait(20)
    rows = [
        [what.capitalize(), model, *(f"{np.percentile(ms, q):.0f}" for q in (50, 95, 100)), len(ms)]
        for model, kinds in found.items()
        for what, ms in kinds.items()
    ]
    told = table(["what", "model", "median ms", "p95", "highest", "n"], rows)
    together = {
        what: np.concatenate([kinds[what] for kinds in found.values()]) for what in ("first picture", "step to step")
    }
    said = " ".join(
        f"{what.capitalize()}: p95 {np.percentile(ms, 95):.0f} ms, n = {len(ms)}." for what, ms in together.items()
    )
    after = os.getloadavg()[0]
    other = f"Load average of the {os.cpu_count()} cores: {load:.1f} before it began, {after:.1f} at its end."
    publish("learn steps", f"{told}\n\nAll models together. {said} {other} {on()}")
    keep("learn_steps", {"ms": found, "load_before": load, "load_after": after})


def opened(context: BrowserContext, address: str) -> Page:
    """The page, quiet."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("window.pictured")
    page.locator(QUIET).wait_for()
    page.wait_for_timeout(1_000)
    return page


def walk(page: Page, rounds: int) -> list[float]:
    """Milliseconds of each step, from the first to the last and back; the first round warms up."""
    found = []
    for turn in range(rounds + 1):
        for key in ("ArrowRight", "ArrowLeft"):
            for _ in range(len(steps()) - 1):
                page.evaluate(WATCH, {"selector": SHOWN, "event": "keydown"})
                page.keyboard.press(key)
                took = float(page.evaluate("window.took"))
                page.locator(QUIET).wait_for()
                page.wait_for_timeout(200)
                if turn:
                    found.append(took)
    return found


if __name__ == "__main__":
    main()
