"""The README's pictures, taken from the real app; `make screenshots` runs this, the tests do not."""

import re

import pytest
from playwright.sync_api import expect

import app.pages
from fame.home import PROJECT

FOLDER = PROJECT / "assets" / "screenshots"
QUERY = "?model=movielens-100k-fame&history=98,56,64,50,172"
PATHS = {page.url or "home": page.url + QUERY for page in app.pages.PAGES}
PATHS["errors-window"] = f"errors{QUERY}&where=tag%20%3D%20out%20of%20window"  # Errors wants a trace: `fame trace`
SHOWN = sorted(set(re.findall(r"assets/screenshots/([\w-]+)-(light|dark)\.png", (PROJECT / "README.md").read_text())))


@pytest.mark.parametrize(("name", "scheme"), SHOWN)
def test_screenshot(visit, name, scheme):
    page = visit(f"/{PATHS[name]}", scheme)
    if name.startswith("errors"):  # without a trace it would be a picture of how to make one
        expect(page.get_by_role("heading", name="For whom")).to_be_visible()
    page.wait_for_timeout(600)  # charts move into place
    page.screenshot(path=FOLDER / f"{name}-{scheme}.png")
