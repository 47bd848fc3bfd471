"""What a click does on Home, Gates and the facet map."""

from playwright.sync_api import expect

from tests.browser.conftest import cards, rows, settle

QUERY = "?model=planted-cinema-fame&history=f1,f2,f3,f4"


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
