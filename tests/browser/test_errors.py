"""From all users to one event, to Why and back, by keyboard; what was chosen and written stays."""

import shutil

import pytest
from playwright.sync_api import expect

from fame.checkpoint.store import save
from tests.browser.conftest import settle, start


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
    expect(page.get_by_role("combobox", name="Why")).to_have_value(target)
    page.go_back()
    expect(page.get_by_role("heading", name="Where is it wrong?")).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", level=3)).to_have_text(third)
    expect(page.get_by_role("button", name="the truth at 11–50", exact=True)).to_be_visible()
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
