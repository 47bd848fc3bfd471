"""Links that were mistyped, cut, or made to harm."""

import shutil
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from fame.home import PROJECT
from tests.browser.conftest import cards, rows, settle, start


@pytest.mark.parametrize(
    ("query", "said", "left"),
    [
        ("model=planted-cinema-fame&history=f1,nonsense,f2", "There is no item 'nonsense' among the 1,000", 2),
        (
            "model=nonsense&data=planted-cinema&history=f1,f2",
            "The model 'nonsense' cannot be shown (there is none of that name",
            2,
        ),
        ("data=nonsense", "There is no model for the data set 'nonsense'", 4),
        ("model=planted-cinema-fame&data=movielens-100k&history=f1", "its own data is shown", 1),
        ("model=planted-cinema-fame&history=f1&target=zzz", "The target 'zzz' is not in planted-cinema", 1),
        ("model=planted-cinema-fame&history=f1&target=f1", "is in the history already", 1),
        ("model=planted-cinema-fame&history=f1,%22open", "The history in the link cannot be read", 0),
        ("model=planted-cinema-fame&history=f5,f5,f5", None, 3),
        ("model=../../etc/passwd&data=planted-cinema&history=f1", "cannot be shown", 1),
    ],
)
def test_a_bad_value_gets_a_sentence_and_the_rest_is_kept(visit, query, said, left):
    page = visit(f"/predict?{query}")
    if said:
        expect(page.get_by_text(said).first).to_be_visible()
    expect(page.locator("li.card")).to_have_count(left)
    expect(page.get_by_role("option")).to_have_count(20 if left else 0)
    assert page.get_by_text("Traceback").count() == page.get_by_text("encountered an error").count() == 0


@pytest.mark.parametrize("field", ["history", "model", "target", "data"])
def test_markup_in_a_link_is_text(visit, field):
    act = "document.title='harmed'"
    harm = f'<img src=x onerror="{act}"><script>{act}</script>**[x](javascript:{act})**'
    values = {"model": "planted-cinema-fame", "history": "f1"} | {field: '"' + harm.replace('"', '""') + '"'}
    page = visit("/predict?" + "&".join(f"{name}={quote(value)}" for name, value in values.items()))
    assert page.title() != "harmed"
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("a[href^=javascript]").count() == 0
    assert page.get_by_text("encountered an error").count() == 0


def test_back_leads_to_what_was_shown(visit):
    page = visit("/predict?model=planted-cinema-fame&history=f1,f2")
    before, entries = cards(page), page.evaluate("history.length")
    page.get_by_label("Model", exact=True).first.click()
    page.get_by_role("option", name="movielens-100k-fame", exact=True).click()
    settle(page)
    after = cards(page)
    assert len(after) > 0
    assert page.evaluate("history.length") == entries + 1
    page.go_back()
    settle(page)
    assert cards(page) == before
    page.go_forward()
    settle(page)
    assert cards(page) == after


def test_an_unknown_page_falls_back(visit):
    page = visit("/nowhere?model=planted-cinema-fame")
    expect(page.get_by_role("heading", name="See which facet drove a recommendation")).to_be_visible()


def test_a_damaged_model_is_named_on_the_page(browser, tmp_path):
    best = tmp_path / "runs" / "hurt" / "best"
    shutil.copytree(PROJECT / "pretrained" / "planted-cinema-fame", best)
    weights = bytearray((best / "model.safetensors").read_bytes())
    weights[-9] ^= 4
    (best / "model.safetensors").write_bytes(weights)
    torn = tmp_path / "runs" / "torn" / "best"
    shutil.copytree(PROJECT / "pretrained" / "planted-cinema-fame", torn)
    (torn / "config.json").write_text("{")
    process, base = start(tmp_path, tmp_path / "log.txt")
    try:
        page = browser.new_page()
        page.goto(f"{base}/predict?model=hurt&history=f1,f2")
        settle(page)
        expect(page.get_by_text("model.safetensors is missing or not the file")).to_be_visible()
        page.goto(f"{base}/predict?model=torn&data=planted-cinema&history=f1,f2")
        settle(page)
        expect(page.get_by_text("config.json is not readable JSON")).to_be_visible()
        assert len(rows(page)) == 20
        page.close()
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in (tmp_path / "log.txt").read_text()
