"""Linked maps: what is chosen in one is lit in all, at once, and Python gets the rows."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.components.conftest import hears, told, violations
from tests.browser.conftest import settle

SCRIPT = "map_harness.py"


def places(page: Page, panel: int) -> list[tuple[float, float]]:
    """Where each item is on a panel, in CSS pixels of its canvas."""
    flat = page.locator(".panels").evaluate("(grid, k) => [...grid.map.panels[k].px]", panel)
    return list(zip(flat[::2], flat[1::2], strict=True))


def drawn(page: Page) -> None:
    """Wait for two frames: what was asked of the browser before them is on the screen."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def colourful(page: Page, panel: int) -> set[int]:
    """The items in whose place a panel shows a colour, and not grey or paper."""
    rgb = (
        page.locator("canvas")
        .nth(panel)
        .evaluate(
            """(canvas, places) => {
        const k = canvas.width / canvas.clientWidth, g = canvas.getContext('2d');
        return places.map(([x, y]) => [...g.getImageData(x * k, y * k, 1, 1).data].slice(0, 3)) }""",
            places(page, panel),
        )
    )
    return {row for row, colour in enumerate(rgb) if max(colour) - min(colour) > 40}


def lasso(page: Page, panel: int, box: tuple[float, float, float, float], shift: bool = False) -> None:
    """Draw around a rectangle of a canvas, given in CSS pixels."""
    canvas = page.locator("canvas").nth(panel)
    canvas.scroll_into_view_if_needed()
    at = canvas.bounding_box()
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    if shift:
        page.keyboard.down("Shift")
    page.mouse.move(at["x"] + left, at["y"] + top)
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(at["x"] + x, at["y"] + y, steps=4)
    page.mouse.up()
    if shift:
        page.keyboard.up("Shift")


def within(page: Page, panel: int, box: tuple[float, float, float, float]) -> list[int]:
    left, top, right, bottom = box
    return [i for i, (x, y) in enumerate(places(page, panel)) if left < x < right and top < y < bottom]


def around(page: Page, panel: int, row: int) -> tuple[float, float, float, float]:
    x, y = places(page, panel)[row]
    return x - 40, y - 40, x + 40, y + 40


def test_a_lasso_lights_the_same_items_in_all_maps_and_python_gets_them(visit):
    page = visit(SCRIPT, "?n=150&plain=1")
    box = around(page, 1, 11)
    rows = within(page, 1, box)
    lasso(page, 1, box)
    expect(page.locator(".count")).to_have_text(f"{len(rows)} selected of 150")
    hears(page, f"select {len(rows)} {sum(rows)}")
    page.mouse.move(0, 0)
    known = page.locator(".panels").evaluate("grid => [...grid.map.codes.values].map(code => code >= 0)")
    for panel in range(5):
        lit = colourful(page, panel)
        assert {row for row in rows if known[row]} <= lit
        assert len(lit) < len(rows) + 15  # a few of the others lie under a lit one
    assert page.locator("canvas").first.get_attribute("aria-label").endswith(f"{len(rows)} selected of 150")


def test_shift_adds_and_there_are_three_ways_to_clear(visit):
    page = visit(SCRIPT, "?n=150&plain=1")
    first, second = around(page, 0, 3), around(page, 0, 40)
    both = {*within(page, 0, first), *within(page, 0, second)}
    for clear in ("button", "Escape", "double click"):
        lasso(page, 0, first)
        lasso(page, 0, second, shift=True)
        hears(page, f"select {len(both)} {sum(both)}")
        if clear == "button":
            page.get_by_role("button", name="Clear selection").click()
        elif clear == "Escape":
            page.keyboard.press("Escape")
        else:
            page.locator("canvas").nth(1).dblclick(position={"x": 5, "y": 5})
        hears(page, "select 0 0")
        expect(page.locator(".count")).to_contain_text("150 items")
        expect(page.get_by_role("button", name="Clear selection")).to_be_hidden()


def test_the_keyboard_selects_by_colour_and_keeps_the_focus(visit):
    page = visit(SCRIPT, "?n=300")
    comedy, crime = (page.get_by_role("button", name=name) for name in ("comedy", "crime"))
    sizes = [int(entry.locator(".size").inner_text()) for entry in (comedy, crime)]
    comedy.focus()
    page.keyboard.press("Enter")
    hears(page, re.compile(f"select {sizes[0]} "))
    expect(comedy).to_be_focused()
    expect(comedy).to_have_attribute("aria-pressed", "true")
    crime.click(modifiers=["Shift"])
    hears(page, re.compile(f"select {sum(sizes)} "))
    comedy.click()
    hears(page, re.compile(f"select {sizes[1]} "))
    page.get_by_role("button", name="Forget the selection").click()
    settle(page)
    expect(page.locator(".count")).to_contain_text("300 items")


def test_hovering_names_the_item_and_a_click_focuses_it(visit):
    page = visit(SCRIPT, "?n=60&plain=1")
    x, y = places(page, 2)[7]
    page.locator("canvas").nth(2).hover(position={"x": x, "y": y})
    expect(page.locator(".tip b")).to_have_text('<img src=x onerror="window.hit=1"> & "quotes" (1999)')
    assert page.locator(".tip img").count() == 0
    assert page.evaluate("window.hit") is None
    page.locator("canvas").nth(2).click(position={"x": x, "y": y})
    hears(page, "focus 7")


def test_the_history_and_the_top_ten_are_named_on_the_map(visit):
    page = visit(SCRIPT, "?n=400")
    x, y = places(page, 1)[37]
    page.locator("canvas").nth(1).hover(position={"x": x, "y": y})
    expect(page.locator(".tip")).to_contain_text("number 2 of the history")
    expect(page.locator(".legend")).to_contain_text("your history, in order")
    expect(page.locator(".legend")).to_contain_text("its top 10")


def test_zoom_and_move_and_back(visit):
    page = visit(SCRIPT, "?n=200")
    before, other = places(page, 0), places(page, 1)
    page.get_by_role("button", name="Move").click()
    canvas = page.locator("canvas").first
    canvas.hover(position={"x": 100, "y": 100})
    page.mouse.wheel(0, -300)
    drawn(page)
    near = max(before, key=lambda at: -((at[0] - 100) ** 2 + (at[1] - 100) ** 2))
    after = places(page, 0)
    moved = after[before.index(near)]
    assert max(x for x, _ in after) - min(x for x, _ in after) > 1.8 * (max(before)[0] - min(before)[0])
    assert moved == pytest.approx((100 + (near[0] - 100) * 2.117, 100 + (near[1] - 100) * 2.117), abs=2)
    box = canvas.bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 120, steps=4)
    page.mouse.up()
    drawn(page)
    assert places(page, 0)[before.index(near)] == pytest.approx((moved[0] + 40, moved[1] + 20), abs=2)
    assert places(page, 1) == other
    page.get_by_role("button", name="Reset view").click()
    drawn(page)
    assert places(page, 0) == before
    assert told(page) == []


def test_it_is_sharp_and_stays_so_when_the_window_changes(visit):
    page = visit(SCRIPT, "?n=100", device_scale_factor=2)
    for width in (1440, 700):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("([width]) => document.documentElement.clientWidth <= width", arg=[width])
        drawn(page)
        ratio = page.locator("canvas").first.evaluate("canvas => canvas.width / canvas.clientWidth")
        assert ratio == pytest.approx(2, abs=0.01)


def test_a_change_of_theme_repaints(visit):
    page = visit(SCRIPT, "?n=100", color_scheme="light")
    x, y = places(page, 0)[0]

    def ink() -> list[int]:
        return page.locator("canvas").first.evaluate(
            "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x - 6, y, 1, 1).data]", [x, y]
        )

    light = ink()
    page.emulate_media(color_scheme="dark")
    until = time.monotonic() + 30
    while sum(ink()[:3]) <= sum(light[:3]) + 300:
        assert time.monotonic() < until, ink()
        drawn(page)


def test_on_a_phone_the_page_scrolls_until_selecting_is_asked_for(visit):
    page = visit(SCRIPT, "?n=100", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    canvas = page.locator("canvas").first
    assert canvas.evaluate("node => getComputedStyle(node).touchAction") == "pan-y"
    x, y = places(page, 0)[9]
    canvas.tap(position={"x": x, "y": y})
    hears(page, "focus 9")
    page.get_by_role("button", name="Select", exact=True).tap()
    assert canvas.evaluate("node => getComputedStyle(node).touchAction") == "none"
    boxes = [page.locator("canvas").nth(k).bounding_box() for k in range(2)]
    assert boxes[0]["x"] == boxes[1]["x"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(visit, scheme):
    page = visit(SCRIPT, "?n=100", color_scheme=scheme)
    page.get_by_role("button", name="comedy").click()
    settle(page)
    assert violations(page) == []
