"""The page Meaning in a browser: it tests a model on a button, keeps what it found, and everybody can read it."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import settle, start


@pytest.fixture(scope="module")
def own(trained, cinema_folder, tmp_path_factory):
    """A server with a small model that nobody has tested yet: its address."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(cinema_folder, home / "data" / "planted-cinema")
    shutil.copytree(trained.description.folder, home / "runs" / "mine" / "best")
    process, base = start(home, home / "log.txt")
    yield base
    process.terminate()
    process.wait(20)
    assert "Traceback" not in (home / "log.txt").read_text()


@pytest.fixture
def page(own, context):
    found = context.new_page()
    found.on("pageerror", lambda error: pytest.fail(str(error)))
    found.goto(f"{own}/meaning?model=mine")
    settle(found)
    return found


def pressed(page):
    """Press what is left to press."""
    for label in ("Test them now", "Mark the model"):
        button = page.get_by_role("button", name=label)
        if button.count():
            button.click()
            page.wait_for_timeout(300)
            settle(page)
    return page


def test_it_tests_on_a_button_once(page):
    expect(page.get_by_text("Nobody has tested yet what the facets of this model mean")).to_be_visible()
    pressed(page)
    expect(page.get_by_role("heading", name="not tested")).to_have_count(3)
    expect(page.get_by_role("figure", name="Gain in points")).to_be_visible()
    expect(page.get_by_role("figure", name="Share of events whose driver is named right")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_role("heading", name="not tested")).to_have_count(3)
    expect(page.get_by_role("button", name="Test them now")).to_have_count(0)
    expect(page.get_by_role("button", name="Mark the model")).to_have_count(0)


def test_both_matrices_have_their_numbers_in_the_cells(page):
    cells = pressed(page).locator(".st-key-probe-matrix .textpoint")
    expect(cells).to_have_text(["too few"] * 12)
    page.get_by_role("radio", name="Tied in training").click()
    settle(page)
    assert all(text.lstrip("+−").isdigit() for text in cells.all_text_contents())
    expect(page.get_by_text("training itself wrote the values in")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_by_everybody(own, browser, tmp_path, scheme):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{own}/meaning?model=mine")
    settle(page)
    found = Axe().run(pressed(page), context={"include": [["[data-testid=stMain]"]]})
    wrong = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
    page.set_viewport_size({"width": 390, "height": 900})
    settle(page)
    page.screenshot(path=tmp_path / f"meaning-{scheme}.png", full_page=True)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    context.close()
    assert not wrong, wrong
    assert wide <= 390
