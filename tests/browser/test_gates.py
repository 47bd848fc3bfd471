"""Gates, Experts and the rival on Predict: a click changes the figures and the link, and the link brings them back."""

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
from playwright.sync_api import expect

from fame.checkpoint.store import load
from fame.data import read
from fame.explain.facets.effects import facet_knockouts
from fame.home import PROJECT
from tests.browser.conftest import settle

QUERY = "?model=planted-cinema-fame&history=f1,f2,f3,f4"


def link(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def square(page, row: int, item: int):
    return page.locator("[role=grid] .line").nth(row).locator(".cell").nth(item - 1)


def after(page, item: int):
    return page.get_by_role("heading", name=f"What each facet does after item {item}")


def effects(page) -> str:
    return page.locator(".st-key-facet-bars [role=figure]").get_attribute("aria-label")


def test_a_square_chooses_position_and_facet_and_the_link_holds_them(visit):
    page = visit(f"/gates{QUERY}")
    newest = effects(page)
    expect(page.locator(".count")).to_have_text("Click one, or a card, to choose it.")
    assert page.locator(".cell.off").count() == 0
    square(page, 1, 2).click()
    settle(page)
    expect(after(page, 2)).to_be_visible()
    chosen = effects(page)
    assert chosen != newest
    assert {name: link(page)[name] for name in ("position", "facet")} == {"position": "2", "facet": "era"}
    expect(page.locator(".count")).to_have_text("1 selected of 4 positions")
    assert page.locator(".cell").count() == 16  # nothing disappears
    assert page.locator(".cell.off").count() == 12
    assert page.locator("li.card.chosen .place").all_inner_texts() == ["2"]
    page.reload()
    settle(page)
    assert effects(page) == chosen
    assert page.locator(".cell.off").count() == 12

    square(page, 3, 3).dblclick()
    settle(page)
    expect(after(page, 4)).to_be_visible()
    expect(page.locator(".count")).to_have_text("Click one, or a card, to choose it.")
    assert not {"position", "facet"} & link(page).keys()
    assert effects(page) == newest


def test_a_square_is_chosen_with_keys(visit):
    page = visit(f"/gates{QUERY}")
    square(page, 0, 4).focus()
    for key in ("ArrowLeft", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    settle(page)
    assert {name: link(page)[name] for name in ("position", "facet")} == {"position": "3", "facet": "era"}
    page.keyboard.press("Escape")
    settle(page)
    assert "position" not in link(page)


def test_the_picture_of_the_knock_out_agrees_with_running_it_again(visit):
    model = load(PROJECT / "pretrained" / "planted-cinema-fame").model
    catalog = read(PROJECT / "data" / "planted-cinema").catalog
    page = visit(f"/gates{QUERY}&position=3")
    for way, label in (("dropped", "is dropped"), ("renormalised", "goes to the others")):
        page.get_by_role("radio", name=label).click()
        settle(page)
        found = facet_knockouts(model, catalog.indices(["f1", "f2", "f3"]), way)
        shown = [float(number) for number in re.findall(r"changed by ([\d.]+)", effects(page))]
        assert np.allclose(shown, 1 - found.overlap, atol=0.0051)
        bars = page.locator(".st-key-facet-bars .bartext").all_text_contents()[-4:]
        assert np.allclose([float(text) for text in bars], 1 - found.overlap, atol=0.0051)
    assert link(page)["missing"] == "renormalised"


def test_a_bar_chooses_a_facet_and_leads_on_to_its_experts(visit):
    page = visit(f"/gates{QUERY}&position=3")
    page.locator(".st-key-facet-bars .point path").nth(2).click(force=True)
    settle(page)
    assert link(page)["facet"] == "director"
    page.get_by_role("link", name="Experts: which preference inside facet director").click()
    settle(page)
    expect(
        page.get_by_role("heading", name=re.compile(r"Expert \d( \(.+\))? of facet director after item 3$"))
    ).to_be_visible()
    assert {name: link(page)[name] for name in ("position", "facet")} == {"position": "3", "facet": "director"}


def test_a_group_of_users_leads_to_somebody_in_it(visit):
    page = visit(f"/gates{QUERY}")
    page.get_by_role("radio", name="last item's genre").click()
    settle(page)
    groups = page.locator(".st-key-gate-groups .scatterlayer .point")
    groups.nth(1).click(force=True)
    settle(page)
    expect(page.get_by_text(f"1 selected of {groups.count()}")).to_be_visible()
    page.locator(".st-key-gate-groups .nsewdrag").first.dblclick(position={"x": 500, "y": 8})
    settle(page)
    expect(page.get_by_text("in the middle is user")).to_have_count(0)
    groups.nth(1).click(force=True)
    settle(page)
    user = re.search(r"is user (\S+) with", page.get_by_text("in the middle is user").inner_text())[1]
    page.get_by_role("button", name="Look at this history").click()
    settle(page)
    data = read(PROJECT / "data" / "planted-cinema")
    items = data.histories[list(data.users).index(user)].tolist()[:-1]
    assert link(page)["history"].split(",") == [data.catalog.id(item) for item in items][-50:]


def test_a_square_chooses_an_expert_and_the_link_brings_it_back(visit):
    model = load(PROJECT / "pretrained" / "planted-cinema-fame").model
    H, N = len(model.config.facets), model.config.experts
    page = visit(f"/experts{QUERY}")
    expect(page.locator(".count")).to_have_text("Click one, or a card, to choose it.")
    square(page, N + 2, 3).click()  # era, the second facet, has the rows N to 2 N - 1
    settle(page)
    heading = page.get_by_role("heading", name=re.compile(r"Expert 3( \(.+\))? of facet era after item 3$"))
    expect(heading).to_be_visible()
    expect(page.locator(".count")).to_have_text(f"1 selected of {H * N} experts")
    assert page.locator(".cell.off").count() == (H * N - 1) * 4  # all but the row of the chosen one
    wanted = {"position": "3", "facet": "era", "expert": "3"}
    assert {name: link(page)[name] for name in wanted} == wanted
    said = page.get_by_role("paragraph").filter(has_text="Without expert 3").inner_text()
    page.reload()
    settle(page)
    expect(heading).to_be_visible()
    assert page.get_by_role("paragraph").filter(has_text="Without expert 3").inner_text() == said
    page.get_by_role("button", name="Clear selection").click()
    settle(page)
    assert not {"position", "facet", "expert"} & link(page).keys()


def test_a_rival_is_chosen_and_the_link_brings_it_back(visit):
    page = visit(f"/predict{QUERY}")
    before = page.get_by_text("Of the past items").inner_text()
    box = page.get_by_role("combobox", name="Compare with")
    box.click()
    box.press_sequentially("Moreau")
    option = page.get_by_role("listbox", name="Compare with").get_by_role("option").filter(has_text="Moreau").nth(2)
    title = option.inner_text()
    option.click()
    settle(page)
    said = page.get_by_text("Of the past items").inner_text()
    assert title in said
    assert said != before
    assert "rival" in link(page)
    page.reload()
    settle(page)
    assert page.get_by_text("Of the past items").inner_text() == said


@pytest.mark.parametrize("page", ["gates", "experts"])
def test_an_emptied_history_and_sasrec_keep_the_strip(visit, page):
    found = visit(f"/{page}?model=planted-cinema-fame&history=")
    expect(found.get_by_text("No items yet. Search above")).to_be_visible()
    found = visit(f"/{page}?model=planted-cinema-sasrec&history=f1,f2")
    expect(found.locator("li.card")).to_have_count(2)


def test_the_card_of_a_chosen_square_comes_into_sight(visit):
    page = visit(f"/gates?model=planted-cinema-fame&history={','.join(f'f{n}' for n in range(1, 31))}")
    card, strip = page.locator("li.card").nth(1), page.get_by_role("list", name="History, oldest first")
    seen = strip.bounding_box()
    assert card.bounding_box()["x"] < seen["x"]
    square(page, 0, 2).click()
    settle(page)
    assert seen["x"] <= card.bounding_box()["x"] <= seen["x"] + seen["width"]
