"""The history as cards: every way to edit it ends with the same order on screen and in Python."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.components.conftest import hears, told, violations
from tests.browser.conftest import settle

SCRIPT = "strip_harness.py"


def card(page: Page, place: int):
    return page.locator("li.card").nth(place - 1)


def order(page: Page) -> str:
    return " ".join(page.locator("li.card").evaluate_all("all => all.map(li => li.dataset.id)"))


def focused(page: Page) -> str:
    """The id of the card that holds the focus, and which button of it."""
    held = page.locator("li.card").first.evaluate_handle("li => li.getRootNode().activeElement").as_element()
    assert held is not None, "the focus was lost"
    button = held.evaluate("node => node.matches('button') ? ' ' + [...node.classList].at(-1) : ''")
    return held.evaluate("node => node.closest('li').dataset.id") + button


def test_dragging_moves_a_card_and_python_gets_the_order(visit):
    page = visit(SCRIPT, "?n=5")
    card(page, 1).drag_to(card(page, 3), target_position={"x": 110, "y": 60})
    hears(page, "edit m1 m2 m0 m3 m4")
    assert order(page) == "m1 m2 m0 m3 m4"
    assert page.locator(".place").all_inner_texts() == ["1", "2", "3", "4", "5"]
    card(page, 5).drag_to(card(page, 1), target_position={"x": 20, "y": 60})
    hears(page, "edit m4 m1 m2 m0 m3")


def test_escape_gives_a_drag_up(visit):
    page = visit(SCRIPT, "?n=4")
    box = card(page, 1).bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 60, steps=6)
    assert order(page) != "m0 m1 m2 m3"
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == "m0 m1 m2 m3"
    assert told(page) == []


def test_a_finger_drags_by_the_head_and_scrolls_by_the_rest(visit):
    page = visit(SCRIPT, "?n=6", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    session = page.context.new_cdp_session(page)

    def swipe(x: float, y: float, way: int) -> None:
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
        for step in range(1, 11):
            point = {"x": x + way * step / 10, "y": y}
            session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    box = card(page, 6).bounding_box()
    swipe(box["x"] + 16, box["y"] + 14, -165)
    hears(page, "edit m0 m1 m2 m3 m5 m4")
    scrolled = page.locator("ol").evaluate("ol => ol.scrollLeft")
    box = card(page, 5).bounding_box()
    swipe(box["x"] + 40, box["y"] + 70, 150)
    settle(page)
    assert page.locator("ol").evaluate("ol => ol.scrollLeft") < scrolled
    assert len(told(page)) == 1
    expect(card(page, 1).get_by_role("button", name="Move Heat later")).to_be_visible()


def test_the_keyboard_moves_removes_and_keeps_its_place(visit):
    page = visit(SCRIPT, "?n=4")
    card(page, 4).focus()
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "m2"
    page.keyboard.press("Alt+ArrowLeft")
    hears(page, "edit m0 m2 m1 m3")
    assert focused(page) == "m2"
    expect(page.locator(".live")).to_have_text(
        "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb is now number 2 of 4"
    )
    page.keyboard.press("Delete")
    hears(page, "edit m0 m1 m3")
    assert focused(page) == "m1"
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    hears(page, "edit m0 m1")
    assert focused(page) == "m1"
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    hears(page, "choose 0")
    assert page.locator("li.chosen").get_attribute("data-id") == "m0"


def test_the_buttons_of_a_card(visit):
    page = visit(SCRIPT, "?n=4")
    card(page, 4).focus()
    page.keyboard.press("Tab")
    assert focused(page) == "m3 earlier"
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert focused(page) == "m3 earlier"
    hears(page, "edit m0 m3 m1 m2")
    assert focused(page) == "m3 earlier"
    card(page, 1).get_by_role("button", name="Remove Heat").click()
    hears(page, "edit m3 m1 m2")
    assert "choose" not in " ".join(told(page))


def test_an_item_may_stand_in_the_history_more_than_once(visit):
    page = visit(SCRIPT, "?n=2&repeat=1")
    assert order(page) == "m0 m1 m0 m0"
    card(page, 3).focus()
    page.keyboard.press("Alt+ArrowLeft")
    hears(page, "edit m0 m0 m1 m0")
    card(page, 1).get_by_role("button", name="Remove").click()
    hears(page, "edit m0 m1 m0")
    card(page, 3).click()
    hears(page, "choose 2")
    assert page.locator("li.chosen .place").all_inner_texts() == ["3"]


def test_a_title_is_text_whatever_it_holds(visit):
    page = visit(SCRIPT, "?n=1&tricky=1")
    expect(card(page, 2).locator(".title")).to_have_text('<img src=x onerror="window.hit=1"> & "quotes"')
    card(page, 2).focus()
    page.keyboard.press("Alt+ArrowLeft")
    settle(page)
    assert page.locator("li.card img, li.card b").count() == 0
    assert page.evaluate("window.hit") is None


def test_quick_edits_on_a_slow_server_end_where_the_last_one_left_it(visit):
    page = visit(SCRIPT, "?n=6&slow=1")
    card(page, 6).focus()
    seen = []
    for _ in range(3):
        page.keyboard.press("Alt+ArrowLeft")
        page.wait_for_timeout(250)
        seen.append(order(page))
    page.keyboard.press("Delete")
    for _ in range(12):
        page.wait_for_timeout(150)
        seen.append(order(page))
    assert seen[:3] == ["m0 m1 m2 m3 m5 m4", "m0 m1 m2 m5 m3 m4", "m0 m1 m5 m2 m3 m4"]
    assert set(seen[3:]) == {"m0 m1 m2 m3 m4"}, "an older answer was drawn"
    hears(page, "edit m0 m1 m2 m3 m4")


def test_items_added_elsewhere_come_into_view(visit):
    page = visit(SCRIPT, "?n=12")
    assert page.locator("ol").evaluate("ol => ol.scrollLeft + ol.clientWidth >= ol.scrollWidth - 1")
    page.locator("ol").evaluate("ol => { ol.scrollLeft = 0; }")
    page.get_by_role("button", name="Add Alien").click()
    expect(card(page, 13)).to_have_attribute("data-id", "m5")
    expect(card(page, 13)).to_be_in_viewport(ratio=0.9)


def test_older_cards_than_the_model_reads_are_dimmed(visit):
    page = visit(SCRIPT, "?n=5&limit=3")
    assert page.locator("li.unread .place").all_inner_texts() == ["1", "2"]
    expect(page.get_by_text("The model reads the newest 3: the 2 dimmed items are not seen by it.")).to_be_visible()
    assert page.get_by_role("img", name="gate: genre").count() == 3


def test_an_empty_history_says_what_to_do(visit):
    page = visit(SCRIPT, "?n=1")
    page.get_by_role("button", name="Remove Heat").click()
    hears(page, "edit")
    expect(page.get_by_text("No films yet: search above to add the first")).to_be_visible()
    page.get_by_role("button", name="Add Alien").click()
    expect(page.locator("li.card")).to_have_count(1)
    assert order(page) == "m5"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(visit, scheme):
    page = visit(SCRIPT, "?n=6&limit=4&tricky=1", color_scheme=scheme)
    card(page, 5).click()
    card(page, 5).focus()
    settle(page)
    assert violations(page) == []
