"""Why: a slider moves the ranking, a counterfactual keeps its promise, and the link brings all of it back."""

import re
import shutil
import subprocess
from urllib.parse import parse_qs, urlparse

import pytest
import torch
from playwright.sync_api import expect

from fame.checkpoint.store import load
from fame.data import leave_one_out, read
from fame.explain.facets.what_if import reweigh
from fame.explain.past.counterfactual import fewest_removals
from fame.home import PROJECT
from fame.ranking.recommend import recommend
from tests.browser.conftest import cards, rows, settle, start

IDS = ["f1", "f2", "f3", "f4", "f9"]
VALUES = "sliders => sliders.map(slider => Number(slider.ariaValueNow ?? slider.value))"
QUERY = f"?model=planted-cinema-fame&history={','.join(IDS)}"


@pytest.fixture(scope="module")
def cinema():
    return read(PROJECT / "data" / "planted-cinema")


@pytest.fixture(scope="module")
def model():
    return load(PROJECT / "pretrained" / "planted-cinema-fame").model


def link(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}


def sentence(page) -> str:
    return page.get_by_test_id("stMarkdown").filter(has_text=" comes ").first.inner_text()


def named(cinema, items) -> list[str]:
    return [cinema.catalog.title(int(item)) for item in items]


def ranking(page) -> list[str]:
    """Titles with their years, best first, without the moves beside them."""
    return [re.match(r".*\(\d{4}\)", row.replace("\n", " "))[0] for row in rows(page)]


def test_a_gate_slider_moves_the_ranking_and_back(visit, cinema, model):
    page = visit(f"/why{QUERY}")
    read_items = cinema.catalog.indices(IDS)
    own = ranking(page)
    assert own == named(cinema, recommend(model, read_items, 10).items)
    slider = page.get_by_role("slider", name="genre")
    slider.focus()
    page.keyboard.press("End")
    settle(page)
    wanted = named(cinema, reweigh(model, read_items, {0: 1.0}, {}, k=10).ranking.items)
    assert ranking(page) == wanted != own
    assert link(page)["weights"] == "1:100"
    page.reload()
    settle(page)
    assert ranking(page) == wanted
    page.get_by_role("button", name="Back to the model's own").click()
    settle(page)
    assert ranking(page) == own
    assert "weights" not in link(page)


@pytest.mark.parametrize("pause", [0, 35, 260])
def test_an_arrow_key_held_on_a_slider_moves_it_alone_and_every_press_counts(visit, pause):
    page = visit(f"/why{QUERY}&weights=2:30")
    sliders = page.get_by_role("slider")
    before = sliders.evaluate_all(VALUES)
    page.get_by_role("slider", name="genre").focus()
    presses = 20 if pause < 100 else 8
    for _ in range(presses):  # a key that is held goes down again and again
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(pause)
    page.keyboard.up("ArrowRight")
    page.wait_for_timeout(400)
    settle(page)
    put = before[0] + presses
    assert sliders.evaluate_all(VALUES) == [put, *before[1:]]
    assert link(page)["weights"] == f"1:{put},2:30"
    expect(page.get_by_text(f"facet genre at {put}\u00a0%; facet era at 30\u00a0%")).to_be_visible()
    expect(page.get_by_role("slider", name="genre: chosen")).to_be_visible()
    for name, key in (("genre", "End"), ("director", "Home")):  # two sliders before the first answer is there
        page.get_by_role("slider", name=name).focus()
        page.keyboard.press(key)
    page.wait_for_timeout(400)
    settle(page)
    assert sliders.evaluate_all(VALUES)[:3] == [100, 30, 0]
    assert link(page)["weights"] == "1:100,2:30,3:0"


def test_a_router_slider_switches_an_expert_off(visit, cinema, model):
    page = visit(f"/why{QUERY}&facet=era")
    items = cinema.catalog.indices(IDS)
    most = int(model(torch.tensor([items]), newest=True).router[0, -1, 1].argmax())  # one at 0 % cannot be turned down
    slider = page.get_by_role("slider", name=f"expert {most + 1}")
    slider.focus()
    page.keyboard.press("Home")
    settle(page)
    assert link(page)["weights"] == f"2.{most + 1}:0"
    wanted = reweigh(model, items, {}, {(1, most): 0.0}, k=10).ranking
    assert ranking(page) == named(cinema, wanted.items)
    expect(page.get_by_text(re.compile(rf"expert {most + 1}( \(.+\))? of facet era at 0\u00a0%"))).to_be_visible()


def test_leaving_the_counterfactuals_items_out_brings_the_promised_first(visit, cinema, model):
    page = visit(f"/why{QUERY}")
    found = fewest_removals(model, cinema.catalog.indices(IDS))
    promised = named(cinema, [found.new_top])[0]
    expect(page.get_by_test_id("stMarkdown").filter(has_text="Fewest removals.")).to_contain_text(promised)
    assert ranking(page)[0] != promised
    page.get_by_role("button", name=re.compile("Leave .* out")).click()
    settle(page)
    assert ranking(page)[0] == promised
    page.reload()
    settle(page)
    assert ranking(page)[0] == promised
    assert len(cards(page)) == len(IDS)  # the history itself is untouched
    page.get_by_role("button", name=re.compile("Put .* back")).click()
    settle(page)
    assert ranking(page)[0] == named(cinema, [found.old_top])[0]


def test_a_link_brings_back_target_rival_methods_and_interventions(visit):
    chosen = "&target=f11&rival=f12&method=occlusion-remove,attention&weights=2:60,1.3:0&without=2"
    page = visit(f"/why{QUERY}{chosen}")
    before = (page.get_by_test_id("stMain").inner_text(), ranking(page))
    assert {f"&{name}={link(page)[name]}" for name in ("target", "rival", "method", "weights", "without")} == {
        f"&{part}" for part in chosen.split("&")[1:]
    }
    page.reload()
    settle(page)
    assert (page.get_by_test_id("stMain").inner_text(), ranking(page)) == before


def test_a_row_of_the_ranking_is_asked_about(visit):
    page = visit(f"/why{QUERY}")
    second = ranking(page)[1]
    page.get_by_role("option").nth(1).click()
    settle(page)
    expect(page.get_by_text(f"{second} ").first).to_be_visible()
    assert "comes second" in sentence(page)
    assert second in sentence(page)
    assert "target" in link(page)


def test_a_bar_chooses_an_item_and_leads_on_to_gates(visit):
    page = visit(f"/why{QUERY}")
    page.locator(".st-key-past .point path").nth(1).click(force=True)
    settle(page)
    assert link(page)["position"] == "2"
    assert page.locator("li.card.chosen .place").all_inner_texts() == ["2"]
    page.get_by_role("link", name="Gates: which facet speaks after it").click()
    settle(page)
    expect(page.get_by_role("heading", name="What each facet does after item 2")).to_be_visible()


def test_a_long_search_is_announced_and_kept(visit, cinema, model):
    events = leave_one_out(cinema.histories).test
    history = events.histories[list(cinema.users).index("u1047")].tolist()
    ids = ",".join(cinema.catalog.id(item) for item in history)
    page = visit(f"/why?model=planted-cinema-fame&history={ids}")
    offered = re.compile(r"Try every two and three \((about .* at most|under a second)\)")
    page.get_by_role("button", name=offered).click()
    settle(page)
    found = fewest_removals(model, history)
    said = page.get_by_test_id("stMarkdown").filter(has_text="Fewest removals.")
    expect(said).to_contain_text(named(cinema, [found.new_top])[0])
    page.reload()
    settle(page)
    expect(said).to_be_visible()


def test_testing_the_methods_can_be_stopped(browser, tmp_path):
    """On a model of one's own, since what is found is stored with it."""
    folder = tmp_path / "runs" / "mine" / "best"
    shutil.copytree(PROJECT / "pretrained" / "planted-cinema-sasrec", folder)
    (folder / "explanations.json").unlink()
    shutil.copytree(PROJECT / "data" / "planted-cinema", tmp_path / "data" / "planted-cinema")
    process, base = start(tmp_path, tmp_path / "log.txt")
    try:
        page = browser.new_page()
        page.goto(f"{base}/why?model=mine&history={','.join(IDS)}")
        settle(page)
        button = page.get_by_role("button", name=re.compile(r"Test them on 50 users \(about "))
        button.click()
        page.get_by_role("button", name="Stop").click()
        settle(page)
        expect(button).to_be_visible()
        page.wait_for_timeout(1000)
        assert not (folder / "explanations.json").exists()
        tested = subprocess.run(["pgrep", "-f", f"verify explanations --model {folder}"], check=False)
        assert tested.returncode == 1, "the test goes on although it was stopped"
        page.close()
    finally:
        process.terminate()
        process.wait(20)


def test_a_reader_of_predict_gates_and_experts_is_led_here(visit):
    for path in ("predict", "gates", "experts"):
        page = visit(f"/{path}{QUERY}")
        page.get_by_role("link", name=re.compile("^Why: ")).click()
        settle(page)
        expect(page.get_by_role("heading", name="Why this one?")).to_be_visible()
        assert cards(page)[-1]
