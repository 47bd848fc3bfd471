"""Learn by keyboard: from the first guess to the last task, with the step in the address."""

import csv
import re

import pytest
from playwright.sync_api import expect

from app import guide
from fame.home import PROJECT
from tests.browser.conftest import settle
from tests.browser.test_look import ILLEGIBLE, barriers

LINKS = {
    "planted-cinema-fame": "/learn?history=f1,f2,f3,f4&model=planted-cinema-fame",
    "movielens-100k-fame": "/learn?history=98,56,64,50,172&model=movielens-100k-fame",
    "planted-cinema-sasrec": "/learn?history=f1,f2,f3,f4&model=planted-cinema-sasrec",
}


@pytest.mark.parametrize("model", LINKS)
def test_the_nine_steps_are_walked_by_arrow_keys_and_can_be_read(visit, model):
    """Forth in a wide light window, back in a narrow dark one; a slider keeps the arrows for itself."""
    page, steps, wrong = visit(LINKS[model]), guide.steps(), {}
    for number, step in enumerate(steps, 1):
        expect(page.get_by_role("heading", name=step.title)).to_be_visible()
        expect(page.get_by_text(f"{number} of 9")).to_be_visible()
        settle(page)
        wrong[number, "wide"] = [*barriers(page), *page.evaluate(ILLEGIBLE)]
        sliders = page.get_by_role("slider")
        if sliders.count():
            before = sliders.first.get_attribute("aria-valuetext")
            sliders.first.press("ArrowRight")
            settle(page)
            expect(page.get_by_text(f"{number} of 9")).to_be_visible()
            assert sliders.first.get_attribute("aria-valuetext") != before
            page.get_by_role("button", name="Back to the model's own").press("Enter")
            settle(page)
        if number < len(steps):
            page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("step=9"))
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 900})
    for number in range(len(steps), 0, -1):
        expect(page.get_by_text(f"{number} of 9")).to_be_visible()
        settle(page)
        wrong[number, "narrow"] = [*barriers(page), *page.evaluate(ILLEGIBLE)]
        if number > 1:
            page.keyboard.press("ArrowLeft")
    assert not any(wrong.values()), {where: found for where, found in wrong.items() if found}


def test_questions_before_and_after_stay_in_the_browser(visit, tmp_path):
    page, sent = visit(LINKS["planted-cinema-fame"]), []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(page.url)

    def answer(chosen: list[int]) -> None:
        settle(page)
        page.get_by_text("questions", exact=False).locator("visible=true").first.click()
        sent.clear()
        for k, i in enumerate(chosen):
            page.locator("fieldset").nth(k).get_by_role("radio").nth(i).press("Space")
        page.get_by_role("button", name="Keep my answers").press("Enter")
        settle(page)
        assert sent == []

    right = [question.right for question in guide.questions()]
    answer([0, *right[1:3]])  # two are left out
    expect(page.get_by_text("told at the last step")).to_be_visible()
    expect(page.locator("label.right")).to_have_count(0)
    page.goto(f"{page.url}&step=9")
    answer(right)
    expect(page.get_by_text("2 of 5 right before, 5 after.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save them as a file").press("Enter")
    download.value.save_as(tmp_path / "answers.csv")
    with (tmp_path / "answers.csv").open(newline="", encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    assert [(line["before right"], line["after right"]) for line in table] == [(before, "1") for before in "01100"]
    assert [line["question"] for line in table] == [question.text for question in guide.questions()]
    page.get_by_role("button", name="Delete them").press("Enter")
    expect(page.get_by_text("right before")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('fame'))") == []


def test_the_lesson_in_the_readme_is_given_by_keyboard_alone(visit):
    """Its link opens, its keys do what it says, and the model says what it says."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    _, _, path = re.search(r"<(http://)(localhost:\d+)(/learn[^>]*lesson=20)>", readme).groups()
    script = re.findall(r'^\| (\d) \| (\d) \| .* \| "(.*)" \|$', readme, re.MULTILINE)
    assert sum(int(minutes) for minutes, _, _ in script) == 20
    assert [int(minutes) for minutes, _, _ in script] == [step.minutes(20) for step in guide.steps()[: len(script)]]
    page = visit(path)
    expect(page.get_by_text("?", exact=True).first).to_be_visible()
    for _, step, told in script:
        expect(page.get_by_text(f"{step} of {len(script)}")).to_be_visible()
        settle(page)
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.type === 'radio'"):
                break
        page.keyboard.press("Space")
        expect(page.get_by_role("status").filter(has_text=re.compile("(Right|Not so)\\."))).to_contain_text(told)
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("?", exact=True)).to_have_count(0)
