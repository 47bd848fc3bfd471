"""The recommendations: what a row says, and choosing one by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.components.conftest import hears, told, violations
from tests.browser.conftest import settle

SCRIPT = "ranking_harness.py"


def row(page: Page, rank: int):
    return page.get_by_role("option").nth(rank - 1)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_a_click_chooses_the_row(visit):
    page = visit(SCRIPT)
    row(page, 3).click()
    hears(page, "choose m2")
    expect(row(page, 3)).to_have_attribute("aria-selected", "true")
    assert page.get_by_role("option", selected=True).count() == 1


def test_the_keyboard_chooses_where_it_comes_to_rest(visit):
    page = visit(SCRIPT)
    row(page, 1).focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(row(page, 5)).to_have_attribute("aria-selected", "true")
    hears(page, "choose m4")
    assert len(told(page)) < 4
    expect(row(page, 5)).to_be_focused()
    page.keyboard.press("End")
    hears(page, "choose m11")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    hears(page, "choose m0")


def test_the_focus_follows_an_item_to_its_new_place(visit):
    page = visit(SCRIPT, "?n=8&shuffle=1")
    row(page, 2).focus()
    page.keyboard.press("Enter")
    settle(page)
    expect(row(page, 7)).to_have_attribute("data-id", "m1")
    expect(row(page, 7)).to_be_focused()
    expect(row(page, 7)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".live")).to_have_text(re.compile("^Now first: Casablanca"))


def test_shares_of_a_probability_make_a_whole(visit):
    page = visit(SCRIPT, "?shares=1")
    row(page, 4).hover()
    assert page.locator(".tip .name").all_inner_texts() == ["genre", "people", "era", "mood", "together"]
    *shares, total = (number(text.removesuffix("\u00a0%")) for text in page.locator(".tip .value").all_inner_texts())
    assert total == 100
    assert abs(sum(shares) - 100) <= 2
    expect(page.locator(".legend .lead")).to_have_text("Shares of the probability, by facet")
    expect(page.locator(".head .high")).to_have_text("100\u00a0%")


def test_the_readout_adds_up_and_the_row_says_it_in_words(visit):
    page = visit(SCRIPT)
    row(page, 4).hover()
    tip = page.locator(".tip")
    assert tip.locator(".name").all_inner_texts() == ["genre", "people", "era", "mood", "popularity", "together"]
    values = [number(value) for value in tip.locator(".value").all_inner_texts()]
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=0.03)
    label = row(page, 4).get_attribute("aria-label")
    assert label.startswith("4. The Godfather (1972); ")
    assert re.search(r"genre [+−]\d\.\d\d, people .*, popularity .*; together .* against the average item", label)
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    row(page, 5).focus()
    page.keyboard.press("ArrowDown")
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_bars_have_one_scale_and_one_zero_line(visit):
    page = visit(SCRIPT)
    zeros = page.locator(".zero").evaluate_all("all => all.map(node => Math.round(node.getBoundingClientRect().x))")
    assert len(set(zeros)) == 1
    widths = page.locator(".bar").evaluate_all(
        "all => all.map(bar => [...bar.querySelectorAll('.part')].map(part => parseFloat(part.style.width)))"
    )
    per_unit = []
    for rank, parts in enumerate(widths, start=1):
        values = re.findall(r"[+−]\d+\.\d\d", row(page, rank).get_attribute("aria-label"))[:-1]
        per_unit += [width / abs(number(v)) for width, v in zip(parts, values, strict=True) if abs(number(v)) > 0.5]
    assert max(per_unit) < 1.03 * min(per_unit)


def test_moves_are_shown_and_said(visit):
    page = visit(SCRIPT, "?moves=1")
    assert page.locator(".move").all_inner_texts()[:5] == ["▲ 3", "▼ 1", "▼ 1", "new", "–"]
    for rank, words in enumerate(("up 3", "down 1", "down 1", "new", "same place"), start=1):
        assert f"; {words};" in row(page, rank).get_attribute("aria-label")
    expect(page.locator(".gone")).to_contain_text("No longer among them")
    expect(page.locator(".gone")).to_contain_text("Vertigo (1958)")


def test_without_facets_the_bar_is_the_probability(visit):
    page = visit(SCRIPT, "?n=5&plain=1")
    expect(page.get_by_text("This model has no facets")).to_be_visible()
    assert page.locator(".legend").is_hidden()
    widths = page.locator(".part").evaluate_all("all => all.map(part => part.getBoundingClientRect().width)")
    assert widths == sorted(widths, reverse=True)
    assert len(widths) == 5
    row(page, 1).hover()
    expect(page.locator(".tip")).to_be_hidden()


def test_a_title_is_text_whatever_it_holds(visit):
    page = visit(SCRIPT, "?n=2&tricky=1")
    expect(row(page, 3).locator(".title")).to_have_text('<img src=x onerror="window.hit=1"> & "quotes" (1999)')
    assert page.locator("li.row img, li.row b").count() == 0
    assert page.evaluate("window.hit") is None


def test_on_a_phone_the_bar_is_under_the_title_and_a_tap_shows_the_numbers(visit):
    page = visit(SCRIPT, "?n=5", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    title, bar = row(page, 2).locator(".title").bounding_box(), row(page, 2).locator(".bar").bounding_box()
    assert bar["y"] > title["y"] + title["height"]
    row(page, 2).tap()
    settle(page)
    expect(row(page, 2).locator(".numbers")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(visit, scheme):
    page = visit(SCRIPT, "?moves=1", color_scheme=scheme)
    row(page, 2).click()
    settle(page)
    assert violations(page) == []
