"""Two models are chosen, whom one lost is looked at, opened under both, and sent on as a link."""

import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from fame.checkpoint.store import load, save
from fame.trace.make import trace
from fame.trace.whereabouts import beside
from tests.browser.conftest import settle, start


@pytest.fixture
def home(trained, trained_sasrec, cinema, cinema_folder, traced, tmp_path):
    for name, checkpoint in (("mine", trained), ("rival", trained_sasrec)):
        place = tmp_path / "runs" / name / "best"
        place.parent.mkdir(parents=True)
        save(place, checkpoint.model, cinema, {})
        if name == "mine":
            shutil.copytree(traced.folder, place / "trace")
        else:
            kept = load(place)
            trace(kept, cinema, cinema_folder, beside(place, kept.description.fingerprint))
    shutil.copytree(cinema_folder, tmp_path / "data" / cinema.name)
    return tmp_path


CORNERS = """() => {
  const drawn = document.querySelector('.st-key-by-ranks .js-plotly-plot'), {xaxis, yaxis} = drawn._fullLayout;
  const area = drawn.querySelector('.nsewdrag').getBoundingClientRect();
  return [[area.x + xaxis.d2p(10.5), area.y + yaxis.d2p(10.5)], [area.right - 2, area.bottom - 2]];
}"""
MANY = re.compile(r"^[\d,]+ of [\d,]+ users: ")


def looked_at(page: Page) -> str:
    """Of how many users the list is."""
    line = page.get_by_text(MANY)
    expect(line).to_be_visible()
    return MANY.match(line.inner_text())[0]


def draw_around(page: Page) -> None:
    """A rectangle about those whom the first model has at rank 11 or worse, and the second among its first ten."""
    page.locator(".st-key-by-ranks .nsewdrag").scroll_into_view_if_needed()
    start, end = page.evaluate(CORNERS)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()
    settle(page)


def test_whom_a_model_loses_is_found_asked_about_under_both_and_sent_on(context, home, tmp_path):
    server, base = start(home, tmp_path / "log.txt")
    page = context.new_page()
    page.goto(f"{base}/compare?model=rival")
    settle(page)
    page.get_by_role("combobox", name="Against").click()
    page.get_by_role("option", name="mine", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Swap").click()
    settle(page)
    draw_around(page)
    drawn = looked_at(page)
    page.get_by_role("button", name="All users").click()
    settle(page)
    page.get_by_role("button", name="SASRec:").first.click()
    lost = page.get_by_text("at rank 11 or worse with FAME, at rank 1 to 10 with SASRec")
    expect(lost).to_be_visible()
    settle(page)
    assert looked_at(page) == drawn
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Why with FAME")).to_be_visible()
    settle(page)
    who, address = page.locator("h3").first.inner_text(), page.url
    user, truth = who.removeprefix("User ").split(": ")
    for name, model in (("FAME", "mine"), ("SASRec", "rival")):
        page.get_by_role("button", name=f"Why with {name}").click()
        expect(page.get_by_role("heading", name="Why this one?")).to_be_visible()
        settle(page)
        assert f"model={model}" in page.url
        expect(page.get_by_text(f"This is the history of user {user}")).to_be_visible()
        expect(page.get_by_role("combobox", name="Why")).to_have_value(truth)
        page.goto(address)
        settle(page)
    other = context.new_page()
    other.goto(address)
    settle(other)
    expect(other.locator("h3").first).to_have_text(who)
    server.terminate()
    server.wait(20)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
