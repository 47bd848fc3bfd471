"""What is on a page can be read and used: in both themes, at every width, enlarged twice, and by keyboard."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.pages import PAGES
from tests.browser.conftest import settle

HERE = Path(__file__).parent
ILLEGIBLE, MARKED = ((HERE / f"{name}.js").read_text(encoding="utf-8") for name in ("legible", "focus"))
FOUR = "?model=planted-cinema-fame&history=f1,f2,f3,f4&against=f9"
LONG = "?model=planted-cinema-fame&history=" + ",".join(f"f{n}" for n in range(1, 51))
QUESTIONS = {page.name: page.question for page in PAGES}
OPENED = {page.name: f"/{page.url}{FOUR}" for page in PAGES} | {
    f"{name} of 50 items": f"/{name}{LONG}" for name in ("gates", "experts", "why")
}
WIDTHS = (1440, 720, 390)  # 720 is what is left of 1440 when all is twice as large
DRAWN = """() => [...document.querySelectorAll("[data-testid=stPlotlyChart]")]
  .every((chart) => chart.querySelector(".main-svg"))"""
OURS = {"include": [["[data-testid=stMain]"]], "exclude": [["[data-testid=stFileUploaderDropzone]"]]}  # not Streamlit's


def barriers(page: Page) -> list[tuple[object, ...]]:
    """What axe-core finds that keeps people out."""
    return [
        (violation["id"], node["target"], node["failureSummary"])
        for violation in Axe().run(page, context=OURS).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("name", OPENED)
def test_everything_can_be_read_and_reached(visit, name):
    """One visit a page, as somebody has who makes the window smaller and turns the lights off."""
    page = visit(OPENED[name])
    if name in QUESTIONS:
        expect(page.get_by_role("heading", name=QUESTIONS[name])).to_be_visible()
    assert page.get_by_text("encountered an error").count() == page.get_by_test_id("stException").count() == 0
    wrong: dict[str, list] = {"axe, light": barriers(page)}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        page.wait_for_function(DRAWN)
        wrong[f"light at {width}"] = page.evaluate(ILLEGIBLE)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.emulate_media(color_scheme="dark")
    settle(page)
    page.wait_for_function(DRAWN)
    wrong |= {"axe, dark": barriers(page), "dark": page.evaluate(ILLEGIBLE)}
    assert not any(wrong.values()), {where: found for where, found in wrong.items() if found}


@pytest.mark.parametrize("name", ["predict", "why", "facet_map", "train"])
def test_where_the_keyboard_is_can_be_seen(visit, name):
    page = visit(OPENED[name])
    faint = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        held = page.evaluate(MARKED)
        if held is not None and held["width"] < 2:
            faint.add(held["name"])
    assert faint == set()


def test_a_faint_text_and_a_text_on_another_are_found(visit):
    page = visit(OPENED["gates"])
    chart = page.locator(".st-key-facet-bars .bartext").first
    chart.evaluate("node => node.style.setProperty('fill', '#bbbbbb', 'important')")
    assert any(" 1.9:1 at " in said for said in page.evaluate(ILLEGIBLE))
    chart.evaluate("node => { node.style.fill = ''; node.parentNode.append(node.cloneNode(true)); }")
    assert any(" lies on " in said for said in page.evaluate(ILLEGIBLE))
