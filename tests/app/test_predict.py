"""Why this one, and not that one: both splits are of one score, and the rival is compared as `fame.explain` does."""

import json

import numpy as np
import pytest

from app.sentences.recommendation import drives
from fame.explain.facets.contrast import contrast
from fame.explain.families.anatomy import fit
from fame.explain.families.evidence import evidence
from fame.ranking.recommend import recommend, take_apart
from tests.app.conftest import figure, numbers, said

IDS = ["f3", "f9", "f27", "f41", "f8"]
HISTORY = ",".join(IDS)


def test_both_splits_add_up_to_the_same_and_share_one_scale(opened, trained, cinema):
    app = opened(trained.model, "predict", history=HISTORY, target="f20")
    drawn = figure(app, "Parts of the score")
    facets, families = ([float(x) for x in numbers(trace["x"])] for trace in drawn["data"])
    apart = take_apart(trained.model, cinema.catalog.indices(IDS), [cinema.catalog.index("f20")])
    assert np.allclose(facets, [*apart.contributions[0], apart.bias[0]], atol=1e-4)
    assert np.isclose(sum(facets), apart.score[0] - apart.reference, atol=1e-4)
    assert np.isclose(sum(families), sum(facets), atol=1e-4)
    assert "xaxis2" not in drawn["layout"]


def test_the_rival_is_compared_as_asked(opened, trained, cinema):
    catalog, model = cinema.catalog, trained.model
    app = opened(model, "predict", history=HISTORY, target="f20", rival="f33")
    found = contrast(model, catalog.indices(IDS), catalog.index("f20"), catalog.index("f33"), fit(model, catalog))
    facets, _ = (numbers(trace["x"]) for trace in figure(app, "Parts of the difference")["data"])
    assert np.allclose(facets, [*found.contributions, found.bias], atol=1e-4)
    text = said(app)
    this, that = (f"*{catalog.title(catalog.index(item))}*" for item in ("f20", "f33"))
    likelier = (this, that) if found.score >= 0 else (that, this)
    assert f"{likelier[0]} is" in text
    best = catalog.title(int(found.attribution.history[found.attribution.values.argmax()]))
    if found.attribution.values.max() > 0:
        assert f"*{best}* speaks most for {this}" in text


def test_without_a_choice_the_next_of_the_ranking_is_the_rival(opened, trained, cinema):
    catalog = cinema.catalog
    first, second = recommend(trained.model, catalog.indices(IDS), 2).items.tolist()

    def compared(**link) -> str:
        app = opened(trained.model, "predict", history=HISTORY, **link)
        sent = [json.loads(one.proto.json) for one in app.get("bidi_component")]
        return next(data["shown"] for data in sent if data.get("label") == "Compare with")

    assert compared() == catalog.title(second)
    assert compared(target=catalog.id(second)) == catalog.title(first)
    assert compared(rival="f33") == catalog.title(catalog.index("f33"))
    app = opened(trained.model, "predict", history=HISTORY, rival="f9")
    assert "The rival 'f9' is in the history already" in said(app)


def test_the_driver_and_its_chances_are_the_same_on_every_page(opened, trained, cinema):
    read = cinema.catalog.indices(HISTORY.split(","))
    first = int(recommend(trained.model, read, 1).items[0])
    told = evidence(trained.model, fit(trained.model, cinema.catalog), read, [first])[0]
    app = opened(trained.model, "predict", history=HISTORY)
    assert drives(told) in said(app)
    shown = [numbers(bar["x"])[0] for bar in figure(app, "How likely each of its attributes drove it")["data"]]
    assert shown == pytest.approx([*(p for _, p in told.chances.ranked), told.chances.none])
    assert sum(shown) == pytest.approx(1)
    for page in ("gates", "why"):
        text = said(app.switch_page(f"../pages/{page}.py").run())
        assert drives(told) in text.replace("Of its", "of its").replace("Nothing", "nothing")
