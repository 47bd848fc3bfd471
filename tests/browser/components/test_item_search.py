"""Searching an item: what is typed finds it, with the keyboard alone or the mouse, in small catalogs and large ones."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.components.conftest import hears, violations

SCRIPT = "item_search_harness.py"


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Item")


def options(page: Page) -> Locator:
    return page.get_by_role("option")


@pytest.mark.parametrize("n", [60, 100_000])
@pytest.mark.parametrize(
    ("typed", "title", "item"),
    [
        ("jose", "José and Pilar (2010)", "m0"),
        ("star  wars", "Star Wars (1977)", "m1"),
        ("star wars 1977", "Star Wars (1977)", "m1"),
        ("Wars (1977)", "Star Wars (1977)", "m1"),
    ],
)
def test_a_title_is_found_as_it_is_typed(visit, n, typed, title, item):
    page = visit(SCRIPT, f"?n={n}")
    box(page).click()
    box(page).press_sequentially(typed)
    expect(options(page).first).to_have_text(title)
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    box(page).press("Enter")
    hears(page, f"choose {item}")
    expect(box(page)).to_have_value(title)
    expect(options(page)).to_have_count(0)


def test_the_keyboard_alone_opens_goes_through_and_chooses(visit):
    page = visit(SCRIPT)
    box(page).focus()
    box(page).press("ArrowDown")
    expect(options(page)).to_have_count(3)
    expect(page.get_by_role("option", selected=True)).to_have_count(0)
    for _ in range(2):
        box(page).press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_have_text("Star Wars (1977)")
    box(page).press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_have_text("José and Pilar (2010)")
    box(page).press("Enter")
    hears(page, "choose m0")


def test_escape_and_leaving_bring_back_what_was_chosen(visit):
    page = visit(SCRIPT)
    for leave in ("Escape", "Tab"):
        box(page).click()
        box(page).press_sequentially("many")
        expect(options(page)).to_have_count(50)
        box(page).press(leave)
        expect(options(page)).to_have_count(0)
        expect(box(page)).to_have_value("Star Wars (1977)")


def test_typing_at_a_slow_server_shows_what_is_in_the_box_and_nothing_older(visit):
    page = visit(SCRIPT, "?slow=1")
    box(page).click()
    box(page).press_sequentially("star", delay=200)
    expect(options(page)).to_have_text(["Star Wars (1977)", "The Star (1952)"])
    box(page).press_sequentially(" w")
    expect(options(page)).to_have_text(["Star Wars (1977)"])
    options(page).first.click()
    hears(page, "choose m1")


def test_what_is_nowhere_is_said_and_titles_stay_text(visit):
    page = visit(SCRIPT)
    box(page).click()
    box(page).press_sequentially("xylophone")
    expect(page.get_by_role("listbox").get_by_text("Nothing found")).to_be_visible()
    box(page).press("Enter")
    box(page).fill("alert(1)")
    expect(options(page)).to_have_text(["<img src=x onerror=alert(1)> (1999)"])


def test_nothing_keeps_people_out(visit):
    page = visit(SCRIPT)
    assert not violations(page)
    box(page).click()
    expect(options(page)).to_have_count(3)
    assert not violations(page)


def test_the_list_is_whole_on_a_phone(visit):
    page = visit(SCRIPT, viewport={"width": 390, "height": 700})
    box(page).click()
    box(page).press_sequentially("many")
    expect(options(page)).to_have_count(50)
    at = page.get_by_role("listbox").bounding_box()
    assert at["x"] >= 0
    assert at["x"] + at["width"] <= 390
    assert at["y"] + at["height"] <= 700
