"""Building a history and reading the answer, as a person does it."""

import csv
import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from fame.data import parse_history
from tests.browser.conftest import cards, rows, settle

START = "/predict?model=planted-cinema-fame&history=f1,f2,f3,f4"


def in_url(page) -> list[str]:
    return parse_history(parse_qs(urlparse(page.url).query, keep_blank_values=True)["history"][0])


def card(page, place: int):
    return page.locator("li.card").nth(place - 1)


def test_a_first_visit_shows_a_ranking_with_titles(visit):
    page = visit("/predict?model=planted-cinema-fame")
    expect(page.locator("li.card")).to_have_count(4)
    expect(page.get_by_role("option")).to_have_count(20)
    assert all(re.search(r"\(\d{4}\)$", title) for title in rows(page))
    expect(page.get_by_text(" comes first with ")).to_be_visible()


def test_the_parts_add_up_in_the_downloaded_table(visit, tmp_path):
    page = visit(START)
    page.get_by_text("The numbers behind this").first.click()
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "planted-cinema-fame-ranking.csv"
    download.value.save_as(tmp_path / "ranking.csv")
    with (tmp_path / "ranking.csv").open(newline="", encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    assert [line["title"] for line in table] == rows(page)
    for line in table:
        parts = sum(float(line[name]) for name in ("reference", "popularity", "genre", "era", "director", "free 1"))
        assert parts == pytest.approx(float(line["score"]), abs=1e-4)


def test_the_toolbar_of_a_table_offers_no_unguarded_download(visit):
    page = visit(START)
    page.get_by_text("Without each attribute").click()
    settle(page)
    table = page.locator("[data-testid=stDataFrame]").first
    table.hover()
    expect(page.get_by_label("Search").first).to_be_visible()  # the toolbar is there
    assert page.get_by_label("Download as CSV").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").first.click()
    assert download.value.suggested_filename == "planted-cinema-fame-driver.csv"


def test_removing_reordering_and_undoing(visit):
    page = visit(START)
    titles, answer = cards(page), rows(page)
    card(page, 2).get_by_role("button", name="Remove").click()
    settle(page)
    assert cards(page) == [titles[0], *titles[2:]]
    assert in_url(page) == ["f1", "f3", "f4"]
    shorter = rows(page)
    assert shorter != answer

    card(page, 3).focus()
    page.keyboard.press("Alt+ArrowLeft")
    settle(page)
    assert in_url(page) == ["f1", "f4", "f3"]
    assert (
        page.evaluate(
            """[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
              .map((component) => component.shadowRoot.activeElement).find(Boolean).dataset.id"""
        )
        == "f4"
    )
    page.keyboard.press("Delete")
    settle(page)
    assert in_url(page) == ["f1", "f3"]

    for before in (["f1", "f4", "f3"], ["f1", "f3", "f4"], ["f1", "f2", "f3", "f4"]):
        page.get_by_role("button", name="Undo").click()
        settle(page)
        assert in_url(page) == before
    assert rows(page) == answer
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_dragging_a_card(visit):
    page = visit(START)
    card(page, 1).drag_to(card(page, 3), target_position={"x": 120, "y": 40})
    settle(page)
    assert in_url(page) == ["f2", "f3", "f1", "f4"]
    assert page.locator("li.card .place").all_inner_texts() == ["1", "2", "3", "4"]


def test_quick_edits_end_where_the_last_one_left_it(visit):
    page = visit(START)
    card(page, 4).focus()
    for _ in range(3):
        page.keyboard.press("Alt+ArrowLeft")
    settle(page)
    assert in_url(page) == ["f4", "f1", "f2", "f3"]
    assert page.locator("li.card").first.get_attribute("data-id") == "f4"


def test_searching_adds_what_is_found(visit):
    page = visit(START)
    box = page.get_by_role("combobox", name="Add to the history")
    box.click()
    box.press_sequentially("Moreau")
    found = page.get_by_role("listbox", name="Add to the history").get_by_role("option")
    first = found.filter(has_text="Moreau").first
    title = first.inner_text()
    first.click()
    expect(page.locator("li.card")).to_have_count(5)
    settle(page)
    assert title.startswith(cards(page)[-1])

    box.click()
    box.press_sequentially("iron  TRENCH 1955")  # two blanks, no brackets, another order of words than the title's
    expect(found).to_have_text(["Moreau's Iron Trench (1955)"])
    box.press("Enter")
    settle(page)
    assert cards(page)[-1] == "Moreau's Iron Trench"


def test_presets_real_users_and_pasted_ids(visit):
    page = visit(START)
    page.get_by_role("button", name="Start from").click()
    page.get_by_role("button", name="genre: ").first.click()
    settle(page)
    preset = in_url(page)
    assert len(preset) == 4
    assert preset != ["f1", "f2", "f3", "f4"]
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Start from").click()
    box = page.get_by_role("textbox", name="Item ids, oldest first")
    box.fill("f9\tf8; f9")
    box.press("Control+Enter")
    settle(page)
    assert in_url(page) == ["f9", "f8", "f9"]
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Start from").click()
    box = page.get_by_role("textbox", name="Item ids, oldest first")
    box.fill("f9,<img src=x onerror=alert(1)>")
    box.press("Control+Enter")
    settle(page)
    expect(page.get_by_text("There is no item '<img src=x onerror=alert(1)>'")).to_be_visible()
    assert in_url(page) == ["f9", "f8", "f9"]
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Start from").click()
    user = page.get_by_role("combobox", name="A real user")
    user.click()
    user.press_sequentially("user u77:")
    page.get_by_role("option", name=re.compile("user u77:")).click()
    settle(page)
    assert len(in_url(page)) > 10
    assert "target=" in page.url
    expect(page.get_by_text(re.compile(r"comes .+ with .+\s%")).first).to_be_visible()


def test_choosing_a_row_asks_about_it_and_a_link_remembers(visit, context):
    page = visit(START)
    page.get_by_role("option").nth(4).click()
    settle(page)
    title = rows(page)[4]
    expect(page.get_by_text(f"{title} is fifth of 996")).to_be_visible()
    answer = rows(page)

    again = context.new_page()
    again.goto(page.url)
    settle(again)
    assert rows(again) == answer
    expect(again.get_by_text(f"{title} is fifth of 996")).to_be_visible()
    page.reload()
    settle(page)
    assert rows(page) == answer
    assert page.get_by_role("option").nth(4).get_attribute("aria-selected") == "true"


def test_the_history_is_kept_across_pages(visit):
    page = visit(START)
    for name in ("Gates", "Experts", "Facet map", "Predict"):
        page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
        settle(page)
        assert in_url(page) == ["f1", "f2", "f3", "f4"]
        assert len(cards(page)) == 4


def test_a_pinned_history_shows_moves(visit):
    page = visit(START)
    page.get_by_role("button", name="Pin").click()
    settle(page)
    card(page, 4).get_by_role("button", name="Remove").click()
    settle(page)
    moves = page.locator(".move").all_inner_texts()
    assert len(moves) == 20
    assert any(move.startswith(("▲", "▼", "new")) for move in moves)
    page.get_by_role("button", name="Unpin").click()
    settle(page)
    assert page.locator(".move").count() == 0


def test_an_emptied_history_says_what_to_do_and_stays_empty(visit):
    page = visit("/predict?model=planted-cinema-fame&history=f1")
    card(page, 1).get_by_role("button", name="Remove").click()
    settle(page)
    expect(page.get_by_text("No items yet. Search above")).to_be_visible()
    page.reload()
    settle(page)
    assert cards(page) == []


def test_a_long_history_dims_what_the_model_does_not_read(visit):
    ids = ",".join(f"f{n}" for n in range(1, 61))
    page = visit(f"/predict?model=planted-cinema-fame&history={ids}")
    assert page.locator("li.card.unread").count() == 10
    expect(page.get_by_text("The model reads the newest 50: the 10 dimmed items are not seen by it.")).to_be_visible()


def test_sasrec_has_no_facets_and_says_so(visit):
    page = visit("/predict?model=planted-cinema-sasrec&history=f1,f2")
    assert len(rows(page)) == 20
    expect(page.get_by_text("SASRec has no facets and no gate")).to_be_visible()
    for path in ("gates", "experts"):
        page = visit(f"/{path}?model=planted-cinema-sasrec&history=f1,f2")
        expect(page.get_by_text("Choose a FAME model in the sidebar")).to_be_visible()
