"""From all users to one event, to Why and back, by keyboard; what was chosen and written stays."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from fame.checkpoint.store import save
from tests.browser.conftest import settle, start
from tests.jobs.test_queue import until


@pytest.fixture
def home(trained, cinema, cinema_folder, traced, tmp_path):
    place = tmp_path / "runs" / "mine" / "best"
    place.parent.mkdir(parents=True)
    save(place, trained.model, cinema, {})
    shutil.copytree(traced.folder, place / "trace")
    shutil.copytree(cinema_folder, tmp_path / "data" / cinema.name)
    return tmp_path


def test_an_event_is_found_by_keyboard_explained_and_come_back_to_and_its_note_survives_a_restart(
    context, home, tmp_path
):
    server, base = start(home, tmp_path / "log.txt")
    page = context.new_page()
    page.goto(f"{base}/errors?model=mine")
    settle(page)
    page.get_by_role("button", name="11-50:").click()
    expect(page.get_by_role("button", name="the truth at 11–50", exact=True)).to_be_visible()
    settle(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Why this one?")).to_be_visible()
    settle(page)
    second = page.get_by_role("heading", level=3).inner_text()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=3)).not_to_have_text(second)
    settle(page)
    third, address = page.get_by_role("heading", level=3).inner_text(), page.url
    instead = page.locator("p", has_text="is first instead").locator("em").first.inner_text()
    assert "where=" in address
    note = page.get_by_label("Note", exact=True)
    note.fill("=too popular?")
    note.press("Control+Enter")
    settle(page)
    page.get_by_role("button", name="Why this one?").click()
    expect(page.get_by_role("heading", name="Why this one?")).to_be_visible()
    settle(page)
    user, target = third.removeprefix("User ").split(": ")
    expect(page.get_by_text(f"This is the history of user {user}")).to_be_visible()
    expect(page.get_by_role("combobox", name="Why")).to_have_value(instead)
    expect(page.get_by_role("combobox", name="rather than")).to_have_value(target)
    expect(page.get_by_role("heading", name="What would have been needed?")).to_be_visible()
    expect(page.get_by_text(re.compile(rf"{re.escape(target)} comes .*\. For it to be first:"))).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Where is it wrong?")).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", level=3)).to_have_text(third)
    expect(page.get_by_role("button", name="the truth at 11–50", exact=True)).to_be_visible()
    page.get_by_role("button", name="Close", exact=True).click()
    settle(page)
    page.get_by_role("button", name="the truth at 11–50", exact=True).click()
    settle(page)
    a_slice = page.get_by_role("group", name="Slices by NDCG@10").get_by_role("button").first
    users = a_slice.inner_text().split("\n")[-1].strip()
    a_slice.click()
    expect(page.get_by_text(re.compile(rf"of {users}\b.*have what they took"))).to_be_visible()
    settle(page)
    opens_offline(page, tmp_path / "report.html")
    server.terminate()
    server.wait(20)
    server, base = start(home, tmp_path / "log2.txt")
    page.goto(base + address[address.index("/errors") :])
    settle(page)
    expect(page.get_by_role("heading", level=3)).to_have_text(third)
    expect(page.get_by_label("Note", exact=True)).to_have_value("=too popular?")
    server.terminate()
    server.wait(20)
    for log in ("log.txt", "log2.txt"):
        assert "Traceback" not in (tmp_path / log).read_text()


def opens_offline(page, file):
    """The report of what is on screen, without the app and without a network: with its pictures, not half drawn."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as report:
        page.get_by_role("button", name="Report, one HTML file").click()
    report.value.save_as(file)
    page.keyboard.press("Escape")
    alone, asked = page.context.new_page(), []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    expect(alone.get_by_role("heading", level=1)).to_have_text("Where is mine wrong?")
    assert asked == [file.as_uri()]
    pictures = alone.locator("svg")
    assert pictures.count() > 2
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box["width"] > 100
        assert box["height"] > 20
    assert alone.locator("svg rect").count() > 10
    alone.close()


def test_all_users_are_run_while_the_page_is_left_and_stand_there_when_it_is_come_back_to(context, home, tmp_path):
    shutil.rmtree(home / "runs" / "mine" / "best" / "trace")
    server, base = start(home, tmp_path / "log.txt")
    page = context.new_page()
    page.goto(f"{base}/errors?model=mine")
    settle(page)
    page.get_by_role("button", name="Run all 120 users").click()
    expect(page.get_by_role("button", name=re.compile("^Stop"))).to_be_visible()
    page.goto("about:blank")
    until(lambda: (home / "runs" / "mine" / "best" / "trace").exists())
    page.goto(f"{base}/errors?model=mine")
    expect(page.get_by_text("have what they took among the first ten")).to_be_visible()
    server.terminate()
    server.wait(20)
