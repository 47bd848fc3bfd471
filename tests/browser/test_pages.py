"""Every page: it opens, it answers to a click, it can be used without seeing it, and it looks as in the README."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import app.pages
from fame.home import PROJECT, data_folder
from tests.browser.conftest import cards, rows, settle

PAGES = {page.url: page.question for page in app.pages.PAGES}
QUERY = "?model=planted-cinema-fame&history=f1,f2,f3,f4"
SHOTS = Path(os.environ["FAME_SCREENSHOTS"]) if "FAME_SCREENSHOTS" in os.environ else None  # where the README has them


@pytest.mark.parametrize("path", PAGES)
def test_it_opens(visit, path):
    page = visit(f"/{path}{QUERY}")
    expect(page.get_by_role("heading", name=PAGES[path])).to_be_visible()
    assert page.get_by_text("encountered an error").count() == 0
    assert page.get_by_test_id("stException").count() == 0


def test_home_shows_a_worked_example_and_leads_on(visit):
    page = visit("/?model=planted-cinema-fame")
    assert len(rows(page)) == 5
    expect(page.get_by_text(" comes first with ")).to_be_visible()
    page.get_by_role("button", name="Change this history").click()
    settle(page)
    expect(page.get_by_role("heading", name="What comes next?")).to_be_visible()
    assert len(cards(page)) == 4
    assert len(rows(page)) == 20


def test_the_stored_example_is_what_the_model_says(visit):
    stored = visit("/?model=planted-cinema-fame")
    shown = rows(stored)
    stored.get_by_role("button", name="Change this history").click()
    settle(stored)
    assert rows(stored)[:5] == shown


def test_a_card_chooses_the_position_on_gates(visit):
    page = visit(f"/gates{QUERY}")
    expect(page.get_by_role("heading", name="What each facet does after item 4")).to_be_visible()
    page.locator("li.card").nth(1).click()
    settle(page)
    expect(page.get_by_role("heading", name="What each facet does after item 2")).to_be_visible()
    assert page.locator("li.card.chosen .place").all_inner_texts() == ["2"]


def test_a_lasso_on_the_map_selects_in_all_and_adds_to_the_history(visit):
    page = visit(f"/facet-map{QUERY}")
    canvases = page.locator(".panels canvas")
    assert canvases.count() == 5
    canvases.nth(1).scroll_into_view_if_needed()
    box = canvases.nth(1).bounding_box()
    corners = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3)]
    points = [(box["x"] + fx * box["width"], box["y"] + fy * box["height"]) for fx, fy in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()
    settle(page)
    count = page.locator(".count")
    selected = int(count.inner_text().split()[0])
    assert count.inner_text() == f"{selected:,} selected of 1,000"
    assert 0 < selected < 1000
    expect(page.get_by_role("heading", name=f"{selected} selected")).to_be_visible()
    page.get_by_role("button", name="to the history").click()
    settle(page)
    assert len(cards(page)) == 4 + min(20, selected)
    page.get_by_role("button", name="Clear selection").click()
    settle(page)
    assert page.get_by_role("heading", name=f"{selected} selected").count() == 0


def test_a_colour_of_the_map_selects_its_items(visit):
    page = visit(f"/facet-map{QUERY}")
    page.get_by_role("button", name="comedy").click()
    settle(page)
    expect(page.get_by_role("heading", name="100 selected")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_keeps_people_out(server, browser, path, scheme):
    """axe-core finds no violation that is ours: Streamlit's own frame is left out, and its place to drop files."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server}/{path}{QUERY}")
    settle(page)
    ours = {"include": [["[data-testid=stMain]"]], "exclude": [["[data-testid=stFileUploaderDropzone]"]]}
    found = Axe().run(page, context=ours)
    wrong = [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
    context.close()
    assert not wrong, wrong


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_screenshot(server, browser, tmp_path, path, scheme, width):
    """No page is wider than the window; with FAME_SCREENSHOTS the README's pictures are taken from the real app.

    Predict, Gates, Experts and Why are shown there in the theme of whoever reads it.
    """
    real = data_folder("movielens-100k").exists() and (PROJECT / "pretrained" / "movielens-100k-fame").exists()
    query = "?model=movielens-100k-fame&history=98,56,64,50,172" if SHOTS and real else QUERY
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server}/{path}{query}")
    settle(page)
    page.wait_for_timeout(600)
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    name = f"{path or 'home'}-{scheme}{'-narrow' if width < 500 else ''}.png"
    shown = SHOTS and name in (PROJECT / "README.md").read_text(encoding="utf-8")
    page.screenshot(path=(SHOTS if shown else tmp_path) / name)
    context.close()
    assert wide <= width
