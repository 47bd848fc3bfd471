"""The README's pictures, taken from the real app; `make screenshots` runs this, the tests do not."""

import re

import pytest

import app.pages
from fame.home import PROJECT

FOLDER = PROJECT / "assets" / "screenshots"
QUERY = "?model=movielens-100k-fame&history=98,56,64,50,172"
PATHS = {page.url or "home": page.url for page in app.pages.PAGES}
SHOWN = sorted(set(re.findall(r"assets/screenshots/([\w-]+)-(light|dark)\.png", (PROJECT / "README.md").read_text())))


@pytest.mark.parametrize(("name", "scheme"), SHOWN)
def test_screenshot(visit, name, scheme):
    page = visit(f"/{PATHS[name]}{QUERY}", scheme)
    page.wait_for_timeout(600)  # charts move into place
    page.screenshot(path=FOLDER / f"{name}-{scheme}.png")
