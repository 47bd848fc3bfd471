"""Learn by keyboard: from the first guess to the last task, with the step in the address."""

import re

import pytest
from playwright.sync_api import expect

from app import guide
from tests.browser.conftest import settle

LINK = "/learn?history=f1,f2,f3,f4&model="


@pytest.mark.parametrize("model", ["planted-cinema-fame", "planted-cinema-fame-published", "planted-cinema-sasrec"])
def test_the_nine_steps_are_walked_by_arrow_keys(visit, model):
    page = visit(LINK + model)
    for number, step in enumerate(guide.steps(), 1):
        expect(page.get_by_role("heading", name=step.title)).to_be_visible()
        expect(page.get_by_text(f"{number} of 9")).to_be_visible()
        settle(page)
        if number < 9:
            page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=9"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("8 of 9")).to_be_visible()


def test_a_guess_is_judged_and_opens_the_ranking(visit):
    page = visit(LINK + "planted-cinema-fame")
    expect(page.get_by_text("?", exact=True).first).to_be_visible()
    page.get_by_test_id("stRadio").locator("label", has=page.locator("input")).first.click()
    expect(page.get_by_text(re.compile("^(Right|Not so)"))).to_be_visible()
    expect(page.get_by_text("?", exact=True)).to_have_count(0)
