"""From a click to its new picture on Predict, Gates, Experts and Why: `python -m benchmarks.app_clicks`.

Real server, real Chromium, histories of 50 items, on the planted and the MovieLens model. A click is timed in the
browser, from the event to the last frame in which the picture that it is about changed: the bars of a chart as they are
drawn and coloured, the rows of a ranking.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.app_start import FLAGS, free_port, serve, wait_for
from benchmarks.report import keep, on, publish, table
from fame.data import read
from fame.home import data_folder

MODELS = {"planted-cinema-fame": "planted-cinema", "movielens-100k-fame": "movielens-100k"}
LENGTH, SEED, PATIENCE = 50, 1, 30_000

# Watches what a selector finds, shadow roots included, frame by frame, until it has stayed as it is for a while. The
# clock starts with the next event of a kind and stops at the last change.
WATCH = """({ selector, event }) => {
  const roots = () => [document, ...[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
    .map((one) => one.shadowRoot).filter(Boolean)];
  const seen = () => roots().flatMap((root) => [...root.querySelectorAll(selector)])
    .filter((node) => node.checkVisibility())
    .map((node) => node.hasAttribute('d') ? node.getAttribute('d') + node.getAttribute('style') : node.textContent)
    .join('|');
  const before = seen();
  window.took = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${selector} never changed`)), 20000);
    addEventListener(event, () => {
      const start = performance.now();
      let shown = before, changed = start;
      const look = () => {
        const now = seen(), time = performance.now();
        if (now !== shown) [shown, changed] = [now, time];
        if (shown !== before && time - changed > 400) resolve(changed - start); else requestAnimationFrame(look);
      };
      look();
    }, { capture: true, once: true });
  });
}"""


@dataclass(frozen=True)
class Click:
    """A kind of click, what it changes, and how the n-th of it is made."""

    name: str
    page: str
    selector: str
    make: Callable[[Page, int], None]
    event: str = "click"


def option(page: Page, n: int) -> None:
    """Choose a row of the ranking, the next each time."""
    rows = page.get_by_role("option")
    rows.nth((1 + n) % rows.count()).click()


def key(page: Page, name: str, n: int) -> None:
    """Move a slider by ten steps, up and down in turn."""
    slider = page.get_by_role("slider", name=name)
    slider.focus()
    page.keyboard.press("PageUp" if n % 2 else "PageDown")


def edit(page: Page, n: int) -> None:
    """Remove a card, or take that back."""
    if n % 2:
        page.get_by_role("button", name="Undo", exact=True).click()
    else:
        page.locator("li.card").nth(-3).locator("button.x").click()


def square(page: Page, n: int) -> None:
    """One of the squares of the newer items; the newest is chosen as it is."""
    page.locator("[role=grid] .cell").nth(LENGTH - 2 - n % 20).click()


ROWS = "[role=option] .title, [role=option] .probability"
CLICKS = (
    Click("an edit of the history", "predict", ROWS, edit),
    Click("another item of the ranking", "predict", ".st-key-parts .bartext", option),
    Click("a square", "gates", ".st-key-facet-bars .bartext", square),
    Click("an edit of the history", "gates", ".st-key-facet-bars .bartext", edit),
    Click("a square", "experts", "[data-testid=stPlotlyChart] .bars path", square),
    Click("an edit of the history", "experts", "[data-testid=stPlotlyChart] .bars path", edit),
    Click("an edit of the history", "why", ".st-key-past .bars path", edit),
    Click("another item of the ranking", "why", ".st-key-past .bars path", option),
    Click("a gate slider", "why", ROWS, lambda page, n: key(page, "genre", n), "keydown"),
    Click("a router slider", "why", ROWS, lambda page, n: key(page, "expert 1", n), "keydown"),
    Click("a card", "why", ".st-key-past .bars path", lambda page, n: page.locator("li.card").nth(-1 - n % 4).click()),
)  # fmt: skip


def main() -> None:
    """Measure, print the table, and keep what is behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=40, help="of each kind, on each model")
    parser.add_argument("--pages", nargs="+", choices=sorted({click.page for click in CLICKS}), help="only these")
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    found: dict[str, list[float]] = {}
    process, base = serve(free_port())
    with sync_playwright() as playwright:
        try:
            wait_for(base)
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for model, data in MODELS.items():
                for click in CLICKS:
                    if chosen.pages and click.page not in chosen.pages:
                        continue
                    page = browser.new_page(viewport={"width": 1440, "height": 1600})
                    page.set_default_timeout(PATIENCE)
                    page.goto(f"{base}/{click.page}?model={model}&history={history(data)}&facet=era")
                    settle(page)
                    print(f"{model}, {click.page}: {click.name}", file=sys.stderr)
                    found[f"{model} {click.page} {click.name}"] = times(page, click, chosen.clicks)
                    page.close()
        finally:
            process.terminate()
            process.wait(20)
    rows = [
        [name.replace(" ", " | ", 2).split(" | ")[1].capitalize(), name.split(" ", 2)[2], name.split(" ", 1)[0],
         *(f"{np.percentile(ms, q):.0f}" for q in (50, 95, 100)), len(ms)]
        for name, ms in found.items()
    ]  # fmt: skip
    told = table(["page", "click", "model", "median ms", "p95", "highest", "n"], rows)
    together = np.concatenate([found[name] for name in found])
    other = f"Load average of the {os.cpu_count()} cores before it began, from other work: {load:.1f}."
    text = f"All clicks together: p95 {np.percentile(together, 95):.0f} ms. {other} {on()}"
    publish("app clicks", f"Histories of {LENGTH} items.\n\n{told}\n\n{text}")
    keep("app_clicks", {"ms": found, "load_before": load})


def history(data: str) -> str:
    """A history of 50 items as a link has it: the items of some users, in their order."""
    dataset = read(data_folder(data))
    drawn = np.random.default_rng(SEED).permutation(len(dataset.users))
    items = dict.fromkeys(int(item) for user in drawn for item in dataset.histories[int(user)])
    return ",".join(dataset.catalog.id(item) for item in list(items)[:LENGTH])


def settle(page: Page) -> None:
    """Until the app has been quiet for a while."""
    page.locator("[role=option], [role=grid] .cell").first.wait_for(timeout=60_000)
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.wait_for_timeout(1_500)


def times(page: Page, click: Click, clicks: int) -> list[float]:
    """Milliseconds of each click, after a few to warm up."""
    found = []
    for n in range(clicks + 3):
        page.evaluate(WATCH, {"selector": click.selector, "event": click.event})
        click.make(page, n)
        took = float(page.evaluate("window.took"))
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        page.wait_for_timeout(550)  # two clicks in half a second would be a double click
        if n >= 3:
            found.append(took)
    return found


if __name__ == "__main__":
    main()
