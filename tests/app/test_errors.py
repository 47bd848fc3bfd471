"""Errors shows what a trace tells, what is asked of it in a link, and in a sentence what cannot be shown."""

import io
import json
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pyarrow.parquet as pq
import pytest

from app import notes
from app.look.numbers import ordinal
from app.sentences import ablation as sentences
from app.traces import Selection
from app.widgets.errors import export
from app.widgets.errors.events import Listing
from app.widgets.errors.report import report
from fame.checkpoint.description import describe
from fame.checkpoint.store import load, save
from fame.data import Catalog, leave_one_out
from fame.error_analysis.analysis import analyse
from fame.error_analysis.conditions import holding, parse
from fame.error_analysis.prepare import events_of
from fame.explain.facets.population import population
from fame.explain.trust.ablation import ablation
from fame.files import write_json
from fame.home import model_folders
from fame.jobs import queue, status
from fame.trace.make import trace
from fame.trace.queries import Trace
from fame.trace.records import SCHEMA, TRACE_ABOUT
from fame.trace.whereabouts import beside
from tests.app.conftest import component, said


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def page(opened, home, trained, traced):
    """Errors, with a trace of the model beside it."""

    def go(**link: str):
        opened(trained.model, "home")
        shutil.copytree(traced.folder, home / "runs" / "mine" / "best" / "trace", dirs_exist_ok=True)
        return opened(trained.model, "errors", **link)

    return go


@pytest.fixture
def events(traced, cinema):
    return events_of(traced.folder, traced.about.model, cinema)


def tallied(app, label: str) -> dict[str, int]:
    found = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.json]
    rows = next(data["rows"] for data in found if data.get("label") == label)
    return {row["id"]: row["count"] for row in rows}


def test_all_numbers_are_those_of_the_analysis(page, events):
    app, found = page(), analyse(events)
    assert f"**{found.found} of 120** have what they took among the first ten" in said(app)
    assert tallied(app, "Rank of what came, among all items") == {band.ranks: band.n for band in found.bands}
    assert tallied(app, "Kinds of errors") == {kind.name: kind.first for kind in found.kinds}


def test_a_link_chooses_events_their_order_and_the_one_that_is_open(page, events, traced):
    where = "rank = 11-50,length = 10-19"
    rows = holding(events, [parse(text) for text in where.split(",")])
    number = int(events.row[rows[0]])
    app = page(where=where, event=str(number), order="rank")
    shown = component(app, "columns")
    order = rows[np.argsort(events.rank[rows], kind="stable")]
    assert [int(row["id"]) for row in shown["rows"]] == events.row[order].tolist()
    assert shown["chosen"] == str(number)
    told = traced.rows([number]).iloc[0]
    assert app.subheader[0].value.startswith(f"User {told['user_id']}")
    better = (events.rank < told["rank"]).mean()
    assert f"th: {100 * better:.0f}" in said(app)
    assert app.query_params["where"] == where
    assert [app.button(key=f"filter-{k}").label for k in range(2)] == ["the truth at 11–50", "10–19 past items"]


def test_a_filter_is_dropped_by_its_chip(page):
    app = page(where="rank = 11-50,length = 10-19")
    app.button(key="filter-0").click().run()
    assert app.query_params["where"] == "length = 10-19"


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"where": "colour = red"}, "There is no column 'colour' to filter by"),
        ({"where": "truth.genre = <b>noise</b>"}, "No truth.genre is '<b>noise</b>'"),
        ({"where": "kind = evil"}, "There is no kind of errors 'evil'"),
        ({"where": '"rank'}, "The filters '\"rank' in the link cannot be read"),
        ({"event": "4711"}, "The event '4711' in the link is none of this trace"),
        ({"order": "salary"}, "Events cannot be ordered by 'salary'"),
    ],
)
def test_what_names_nothing_is_told_of_and_everybody_is_shown(page, link, sentence):
    told = said(page(**link))
    assert sentence in told
    assert " of 120** have" in told


def test_nobody_in_a_selection_is_said_with_what_to_do(page):
    told = said(page(where="rank = 1,rank = 11-50"))
    assert "No user is in both slices; drop one." in told


def test_without_a_trace_one_is_offered_and_of_other_weights_it_is_said(page, opened, home, trained, trained_sasrec):
    app = opened(trained.model, "errors")
    assert "Nobody has run all users through mine yet. For each of the 120" in said(app)
    assert any(button.label.startswith("Run all 120 users") for button in app.button)
    page()
    about = home / "runs" / "mine" / "best" / "trace" / "trace.json"
    about.write_text(about.read_text().replace('"format": 1', '"format": 0'))
    assert "has format 0, but 1 is read here" in said(opened(trained.model, "errors"))


def test_a_model_without_facets_lacks_what_they_would_say(opened, home, trained_sasrec, cinema, cinema_folder):
    opened(trained_sasrec.model, "home")
    place = beside(home / "runs" / "mine" / "best", trained_sasrec.description.fingerprint)
    trace(trained_sasrec, cinema, cinema_folder, place)
    app = opened(trained_sasrec.model, "errors", event="3")
    assert "near miss" in tallied(app, "Kinds of errors")
    assert [column["name"] for column in component(app, "columns")["columns"]][-1] == "kind"
    assert app.subheader[0].value.startswith("User ")


def test_where_another_model_has_the_same_truth_stands_beside_it(
    page, home, traced, trained_sasrec, cinema, cinema_folder
):
    other = home / "runs" / "other" / "best"
    save(other, trained_sasrec.model, cinema, {})
    place = beside(other, describe(other).fingerprint)
    about = trace(load(other), cinema, cinema_folder, place)
    its = Trace(place.folder).columns("rank", "user_id", "first_id")
    mine = traced.columns("user_id", "first_id")
    for event in (0, 3, 5):
        (k,) = np.flatnonzero(its["user_id"] == mine["user_id"][event])
        told = f"**other** has it {ordinal(int(its['rank'][k]))}"
        if its["rank"][k] > 1:
            also = its["first_id"][k] == mine["first_id"][event]
            title = cinema.catalog.title(cinema.catalog.index(its["first_id"][k]))
            told += f", {'also' if also else 'and'} with *{title}* first."
        assert told in said(page(event=str(event))).replace("\\", "")
    write_json(place.folder / TRACE_ABOUT, about.as_json() | {"repeats": "keep"})
    assert "has it" not in said(page(event="3"))  # ranks of another kind


def test_a_note_is_kept_for_the_event_whatever_the_model(page, traced):
    app = page(event="3")
    app.text_area[0].input("=looks odd").run()
    key = notes.of_event(traced.about.data, "test", traced.rows([3]).iloc[0]["user_id"])
    assert notes.read_all() == {key: "=looks odd"}
    app.text_area[0].input("  ").run()
    assert notes.read_all() == {}


def test_a_damaged_file_of_notes_is_said_and_left_alone(page, home):
    (home / "notes.json").write_text("{half")
    assert "is not readable JSON" in said(page(event="3"))
    assert (home / "notes.json").read_text() == "{half"


@pytest.mark.parametrize("name", ["gates", "experts"])
def test_filters_hold_where_all_users_are_shown(page, opened, trained, events, traced, cinema, name):
    page()
    rows = holding(events, [parse("rank = 11-50")])
    app = opened(trained.model, name, where="rank = 11-50", history="f1,f2")
    told = said(app)
    assert f"Over **these {len(rows)} users** of 120" in told
    assert f"n = {len(rows)} users" in told
    if name == "experts":
        everyone = population(trained.model, leave_one_out(cinema.histories).test)
        ids = set(traced.rows(events.row[rows].tolist())["user_id"])
        some = np.array([cinema.users[user] in ids for user in everyone.users])
        table = next(found.value for found in app.dataframe if "imbalance" in found.value.columns)
        mean = everyone.router[some].mean(0)
        assert table["imbalance"].tolist() == pytest.approx((mean.std(1) / mean.mean(1)).tolist(), abs=1e-5)
    app = opened(trained.model, name, where="rank = 1,rank = 2-10", history="f1,f2")
    assert "No user is left by these filters; drop one." in said(app)


@pytest.mark.parametrize(("where", "by_rank"), [("length >= 6", False), ("rank > 10", True)])
def test_whether_the_gate_earns_its_place_is_asked_for_the_chosen_users(
    page, opened, trained, events, traced, cinema, where, by_rank
):
    page()
    rows = events.row[holding(events, [parse(where)])]
    ids = set(traced.rows(rows.tolist())["user_id"])
    test = leave_one_out(cinema.histories).test
    found = ablation(trained.model, test.only(np.array([cinema.users[user] in ids for user in test.users])))
    assert found.users == len(rows)
    app = opened(trained.model, "gates", where=where, history="f1,f2")
    if any(one.key == "ablation-chosen" for one in app.button):
        app.button(key="ablation-chosen").click().run()
    while "For these: " not in said(app):
        app.run()
    assert f"For these: {sentences.gate(found)} {sentences.facets(found)}" in said(app)
    assert (sentences.CHOSEN_BY_RANK in said(app)) == by_rank


def test_without_a_trace_filters_are_said_not_to_hold(opened, trained):
    told = said(opened(trained.model, "gates", where="rank = 11-50", history="f1,f2"))
    assert "All users are shown: the filters in the link cannot be applied" in told


def test_the_csv_holds_the_selection_and_no_formula(page, events, traced, cinema, home):
    page(event="3")
    notes.write(notes.of_event(traced.about.data, "test", traced.rows([3]).iloc[0]["user_id"]), "=1+1")
    chosen = Selection(None, cinema, traced, events, (), np.arange(len(events)))
    lines = export.csv(Listing(chosen, "rank")).decode("utf-8-sig").splitlines()
    assert len(lines) == 121
    assert lines[0].startswith('"user_id","length","read","target_id","target","rank"')
    assert '"rank_by_facet: era"' in lines[0]
    ranks = [int(line.split(",")[5]) for line in lines[1:]]
    assert ranks == sorted(events.rank.tolist())
    assert sum("'=1+1" in line for line in lines) == 1
    kept = pq.read_table(io.BytesIO(export.parquet(Listing(chosen, "rank"))))
    assert kept.schema.names == SCHEMA.names
    assert kept.num_rows == 120


def test_the_report_needs_no_network_and_runs_nothing_from_the_data(page, events, traced, cinema):
    page()
    model = describe(model_folders()["mine"])
    nasty = '<img src=x onerror="alert(1)"> & *Heat*'
    named = replace(cinema, catalog=Catalog(cinema.catalog.ids, [nasty] * 80, cinema.catalog.families, {
        family.name: [cinema.catalog.values(family.name, v) for v in range(1, 81)] for family in cinema.catalog.families
    }))  # fmt: skip
    text = report(Selection(model, named, traced, events, (), np.arange(len(events))))
    found = Tags()
    found.feed(text)
    assert {"h1", "svg", "rect", "circle", "table"} <= set(found.tags)
    assert not {"script", "img", "link", "iframe", "a"} & set(found.tags)
    assert "://" not in text
    assert text.count("<h3>") == 10
    assert "<strong>" in text
    assert "&lt;img src=x" in text


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


def test_running_all_users_is_queued_waits_in_line_and_is_taken_out(opened, home, trained, monkeypatch):
    monkeypatch.setattr(queue, "_start", lambda folder, command: None)
    app = opened(trained.model, "errors")
    next(button for button in app.button if button.label.startswith("Run all 120 users")).click().run()
    assert "It waits, number 1 in line" in said(app)
    assert not any(button.label.startswith("Run all") for button in app.button)
    (job,) = queue.waiting()
    next(button for button in app.button if button.label == "Leave the queue").click().run()
    assert queue.waiting() == []
    assert any(button.label.startswith("Run all 120 users") for button in app.button)
    status.write(job, "failed", "The disk is <full>.")
    app = opened(trained.model, "errors")
    assert "ended too early. The disk is <full>." in said(app)
    assert any(button.label.startswith("Run all 120 users") for button in app.button)
