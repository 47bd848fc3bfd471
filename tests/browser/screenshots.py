"""The README's pictures, taken from the real app; `make screenshots` runs this, the tests do not."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

import app.pages
from app import guide
from fame.home import PROJECT
from tests.browser.conftest import settle

FOLDER = PROJECT / "assets" / "screenshots"
QUERY = "?model=movielens-100k-fame&history=98,56,64,50,172"
PATHS = {page.url or "home": page.url + QUERY for page in app.pages.PAGES}
PATHS["errors-window"] = f"errors{QUERY}&where=tag%20%3D%20out%20of%20window"  # Errors wants a trace: `fame trace`
COLOURS, SECONDS = 128, 2.5  # of the moving picture, and of a frame of it
SHOWN = sorted(set(re.findall(r"assets/screenshots/([\w-]+)-(light|dark)\.png", (PROJECT / "README.md").read_text())))


@pytest.mark.parametrize(("name", "scheme"), SHOWN)
def test_screenshot(visit, name, scheme):
    page = visit(f"/{PATHS[name]}", scheme)
    if name.startswith("errors"):  # without a trace it would be a picture of how to make one
        expect(page.get_by_role("heading", name="For whom")).to_be_visible()
    page.wait_for_timeout(600)  # charts move into place
    page.screenshot(path=FOLDER / f"{name}-{scheme}.png")


def test_a_moving_picture_of_learn(visit):
    """Each step a frame: a guess is judged, and a slider moves the gate."""
    page = visit(f"/learn{QUERY}")
    frames: list[Image.Image] = []

    def take() -> None:
        settle(page)
        page.wait_for_timeout(600)
        part = Image.open(BytesIO(page.screenshot(clip={"x": 330, "y": 60, "width": 1080, "height": 660})))
        part = part.convert("RGB").resize((810, 495), Image.Resampling.LANCZOS)
        frames.append(part.quantize(COLOURS, dither=Image.Dither.NONE))

    for step in range(1, len(guide.steps()) + 1):
        expect(page.get_by_text(f"{step} of 9")).to_be_visible()
        take()
        if step == 1:
            page.get_by_test_id("stRadio").locator("label", has=page.locator("input")).first.click()
            take()
        if step == 6:
            page.get_by_role("slider").first.evaluate("slider => slider.focus({ preventScroll: true })")
            page.keyboard.press("End")
            take()
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
    options = {"duration": SECONDS * 1_000, "loop": 0, "optimize": True}
    frames[0].save(FOLDER / "learn.gif", save_all=True, append_images=frames[1:], **options)
    assert (FOLDER / "learn.gif").stat().st_size < 1.5 * 2**20
