"""The page Meaning tests on demand, says what it cannot tell, and never shows the results of other weights."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.charts import intervals, matrix
from app.sentences import compare as say
from app.sentences import meanings
from app.widgets.meaning.facets import points
from fame.compare.inside import matched
from fame.explain.meaning.measure import measure
from fame.explain.meaning.records import MEANING_FILE, Enriched, Interval, Meaning
from fame.files import read_json, write_json
from fame.home import PROJECT
from tests.app.conftest import figure


@pytest.fixture
def open_page(cinema_folder, tmp_path, monkeypatch):
    """Open a page with a model, whose folder is given back."""
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    shutil.copytree(cinema_folder, tmp_path / "data" / "planted-cinema")

    def go(checkpoint, page="meaning", **link):
        folder = tmp_path / "runs" / "mine" / "best"
        if not folder.exists():
            shutil.copytree(checkpoint.description.folder, folder)
        app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=60)
        app.query_params["model"] = "mine"
        for name, value in link.items():
            app.query_params[name] = value
        return app.run().switch_page(f"../pages/{page}.py").run(), folder

    return go


def said(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(entry.value for entry in (*app.markdown, *app.caption, *app.info, *app.warning, *app.subheader))


def table(app: AppTest, column: str):
    """The first table with that column."""
    assert not app.exception
    return next(found.value for found in app.dataframe if column in found.value.columns)


def named(app: AppTest) -> list[str]:
    """What the facets are called in the picture of what each does."""
    return figure(app, "genre: gate")["layout"]["yaxis"]["ticktext"]


def test_it_measures_on_demand_and_keeps_the_result(open_page, trained):
    app, folder = open_page(trained)
    assert "Nobody has tested yet" in said(app)
    assert "Training tied no facet" not in said(app)
    app.button[0].click().run()
    text = said(app)
    assert "too few" in text
    assert app.subheader[0].value == "facet genre, tied, not tested"
    assert json.loads((folder / MEANING_FILE).read_text())["model"] == trained.description.fingerprint
    again, _ = open_page(trained)
    assert "Nobody has tested yet" not in said(again)
    assert len(again.subheader) == 4


def test_other_pages_show_what_is_stored(open_page, trained, cinema):
    from fame.explain.meaning.records import save

    app, folder = open_page(trained, "gates")
    assert named(app) == list(trained.model.config.facets)
    found = measure(trained.model, cinema)
    save(folder, trained.description.fingerprint, found)
    app, _ = open_page(trained, "gates")
    assert named(app)[0] == "genre<br>tied, not tested"
    app, _ = open_page(trained, "experts")
    assert table(app, "speaks for")["expert"].tolist() == [1, 2]
    assert "On this model experts decide" in app.main.markdown[0].value  # before anything is said of a weight


def test_a_confirmed_name_is_the_same_on_every_page(open_page, trained, cinema):
    from fame.explain.meaning.records import save

    _, folder = open_page(trained)
    found = measure(trained.model, cinema)
    value = Enriched("genre", "dra*ma", 0.9, 0.1, 0.001)
    names = [
        replace(one, values=(value,), falls=Interval(0.1, 0.2, 0.3), verdict="told" if one.expert else "unmoved")
        for one in found.deeds.names
    ]
    save(folder, trained.description.fingerprint, replace(found, deeds=replace(found.deeds, names=tuple(names))))
    app, _ = open_page(trained, "meaning")
    assert table(app, "called")["called"].tolist() == ["– (not confirmed)", "dra*ma"] * 4
    app, _ = open_page(trained, "why", history="f1,f2,f3")
    labels = [slider.label for slider in app.slider]
    assert labels[-2:] == ["expert 1", r"expert 2 \(dra\*ma\)"]
    assert sum(caption.value.startswith("its items: ") for caption in app.caption) == 2
    app, _ = open_page(trained, "experts", history="f1,f2,f3", facet="era", expert="2")
    assert r"Without **expert 2 \(dra\*ma\)**" in said(app)
    assert r"Called **dra\*ma**" in said(app)


def test_what_other_weights_mean_is_not_shown(open_page, trained, cinema):
    from fame.explain.meaning.records import save

    app, folder = open_page(trained)
    save(folder, trained.description.fingerprint, measure(trained.model, cinema))
    write_json(folder / MEANING_FILE, read_json(folder / MEANING_FILE, "") | {"model": "another"})  # brought in by hand
    app, _ = open_page(trained)
    assert "was measured on other weights" in said(app).replace("\\", "")
    assert not app.subheader
    gates, _ = open_page(trained, "gates")
    assert named(gates) == list(trained.model.config.facets)


def test_a_model_without_facets_says_so_and_is_marked(open_page, trained_sasrec):
    app, folder = open_page(trained_sasrec)
    assert "SASRec has no facets and no experts" in said(app)
    app.button[0].click().run()
    text = said(app)
    assert "drivers are named right" in text
    assert "largest gate weight" not in text
    assert (folder / "scorecard.json").exists()
    again, _ = open_page(trained_sasrec)
    assert "drivers are named right" in said(again)
    assert not again.button


def found(trained, cinema, **changed) -> Meaning:
    return replace(measure(trained.model, cinema), **changed)


def test_sentences_say_what_was_found(trained, cinema):
    meaning = found(trained, cinema)
    few = "Of the items kept out of training too few (of 20) have a value: 8 of the attribute **genre**, 8 of "
    assert meanings.answer(meaning).startswith(f"What a facet means cannot be tested. {few}")
    probe = replace(
        meaning.held_out,
        items=(100, 100, 100),
        values=(10, 8, 14),
        auc=((0.9, 0.6, 0.5), (0.5, 0.6, 0.9), (0.5, 0.5, 0.55), (0.8, 0.6, 0.6)),
        q=((0.0001, 1.0, 1.0), (1.0, 1.0, 0.004), (1.0, 1.0, 1.0), (0.01, 1.0, 1.0)),
    )
    verdict = [("genre", "told"), (None, "other"), (None, "nothing"), (None, "shared")]
    facets = tuple(
        replace(facet, named=named, verdict=why) for facet, (named, why) in zip(meaning.facets, verdict, strict=True)
    )
    meaning = replace(meaning, held_out=probe, facets=facets)
    assert meanings.answer(meaning) == (
        "On 100 items whose values training never saw, the facet **genre** tells what its name says; the facets "
        "**era**, **director** and **free 1** stay **unnamed**."
    )
    lines = [meanings.verdict(meaning, h).replace("\\", "") for h in range(4)]
    assert lines[0].startswith("Tells the attribute **genre**.")
    assert "AUC 0.90 over 10 values (chance 0.50, the best other facet 0.80); n = 100, q < 0.001" in lines[0]
    assert "tied it to the attribute **era**, but it tells the attribute **director** better" in lines[1]
    assert "AUC 0.90 over 14 values" in lines[1]
    assert "tied it to the attribute **director**" in lines[2]
    assert "no better than chance" in lines[2]
    assert "Tells the attribute **genre** best, but not better than every other facet" in lines[3]
    outdone = replace(meaning, facets=(*facets[:1], replace(facets[1], verdict="outdone"), *facets[2:]))
    assert "tied it to the attribute **era**, but another facet tells that better" in meanings.verdict(outdone, 1)
    free = replace(meaning, facets=(*facets[:3], replace(facets[3], named="genre", verdict="told")))
    text = meanings.answer(free).replace("\\", "")
    assert (
        "the facet **genre** tells what its name says and the facet **free 1** means the attribute **genre**;" in text
    )


def test_text_from_data_is_text(trained, cinema):
    meaning = found(trained, cinema)
    evil = replace(meaning, families=("<b>x</b>", "era", "director"))
    assert "<b>" not in meanings.verdict(replace(evil, facets=tuple(
        replace(facet, tied=False, verdict="nothing") for facet in meaning.facets
    ), held_out=replace(meaning.held_out, auc=((0.9, 0.5, 0.5),) * 4)), 0)  # fmt: skip
    figure = matrix(["<i>a</i>"], ["<b>x</b>"], np.array([[0.5]]), [["1"]], 1.0)
    assert "<i>" not in str(figure.layout.yaxis.ticktext) + str(figure.data[1].customdata)
    assert "<b>" not in str(figure.layout.xaxis.ticktext)


def test_points_have_no_signed_zero():
    assert [points(share) for share in (0.814, -0.2, -0.001, 0.0)] == ["+81", "−20", "0", "0"]


def test_an_interval_is_drawn_where_it_is():
    figure = intervals(["gate", "named"], [0.3, 0.9], [0.2, 0.8], [0.4, 0.95], [("chance", 0.33)], 1)
    dots = figure.data[0]
    assert np.allclose(dots.error_x.array, [0.1, 0.05])
    assert np.allclose(dots.error_x.arrayminus, [0.1, 0.1])
    assert figure.layout.shapes[0].x0 == 0.33
    assert dots.y[1] == "<b>named</b>"


def test_what_comes_out_again_from_another_seed_is_told(open_page, trained, cinema, tmp_path):
    from fame.explain.meaning.records import save

    _, folder = open_page(trained, page="models")
    save(folder, trained.description.fingerprint, measure(trained.model, cinema))
    app, _ = open_page(trained)
    assert "Train the same settings with another seed" in said(app)
    again = tmp_path / "runs" / "again" / "best"
    shutil.copytree(folder, again)
    card = read_json(again / "card.json", "")
    write_json(again / "card.json", card | {"settings": card["settings"] | {"seed": card["settings"]["seed"] + 1}})
    app, _ = open_page(trained)
    text = said(app)
    assert "**again** was trained alike but for the seed" in text
    assert say.matched(matched(trained.model, trained.model, (cinema, cinema))[0], "facets") in text
    assert "rank correlation of **1.00**" in text
