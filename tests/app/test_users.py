"""A real user is ranked as they were scored: all they had seen is hidden, on every page and in every explanation."""

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from app.look.numbers import ordinal
from fame.data import DataSet, held_out, leave_one_out
from fame.explain.facets.effects import facet_knockouts
from fame.explain.facets.what_if import reweigh
from fame.ranking.evaluation import counted, ranks
from fame.ranking.recommend import recommend
from tests.app.conftest import component, opening, said


@pytest.fixture
def opened(rewatched_folder, rewatched, tmp_path, monkeypatch) -> Callable[..., AppTest]:
    """Open a page with a model of the data in which most users have seen more than a model reads."""
    return opening(rewatched_folder, rewatched, tmp_path, monkeypatch)


def another(app: AppTest, **link: str) -> AppTest:
    """The same page as another link opens it."""
    for name in ("user", "history", "target", "repeats"):
        app.query_params.pop(name, None)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def long(data: DataSet, repeat: bool = False) -> int:
    """A user who has seen many items that are too old to be read, and went on with a new one, or with one of those."""
    test = leave_one_out(data.histories).test
    fits = (test.histories.lengths > 25) & (test.repeated() == repeat)
    return int(test.users[fits][0])


def ranking(app: AppTest) -> list[str]:
    return [row["id"] for row in component(app, "rows")["rows"]]


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_every_user_has_the_rank_that_evaluation_counts(opened, trained, rewatched, repeats):
    some = counted(leave_one_out(rewatched.histories).test, repeats)
    scored = dict(zip(some.users.tolist(), ranks(trained.model, some, repeats).tolist(), strict=True))
    extra = {"repeats": "keep"} if repeats == "keep" else {}
    uncounted = [row for row in range(len(rewatched.users)) if row not in scored]
    asked = sorted({*list(scored)[::4], *uncounted[::2]})
    app = opened(trained.model, "predict", user=rewatched.users[asked[0]], **extra)
    for row in asked:
        user = rewatched.users[row]
        if row != asked[0]:
            another(app, user=user, **extra)
        before, came = held_out(rewatched.histories, row)
        text = said(app)
        found = re.search(r"really came next\. It is (.+) of (\d+)\.", text)
        assert (found is not None) == (row in scored), text
        rows = ranking(app)
        if found:
            rank = scored[row]
            assert found[1] == ordinal(rank)
            assert int(found[2]) == 80 - (len(set(before.tolist())) if repeats == "drop" else 0)
            if rank <= len(rows):
                assert rows[rank - 1] == rewatched.catalog.id(came)
            else:
                assert rewatched.catalog.id(came) not in rows
        elif came is None:
            assert "too few items to hold one out" in text
        else:
            assert "which they had seen before. It is not recommended, and counts in no measure" in text
        if repeats == "drop":
            assert not set(rows) & {rewatched.catalog.id(int(item)) for item in before}
        assert app.query_params["user"] == user


def test_every_page_hides_the_same(opened, trained, rewatched):
    row = long(rewatched)
    before, came = held_out(rewatched.histories, row)
    past, catalog, model = before.tolist(), rewatched.catalog, trained.model
    target = catalog.id(came)
    app = opened(model, "predict", user=rewatched.users[row], target=target)
    rank = 1 + recommend(model, past, 80 - len(set(past))).items.tolist().index(came)
    others = 80 - len(set(past))
    assert re.search(rf"is {ordinal(rank)} of {others} with", said(app)), said(app)
    assert f"the newest 12 of {len(past)} items" in said(app)
    hides = f"All {len(set(past))} items that they have seen are hidden, read or not."
    assert hides in said(app)

    app.switch_page("../pages/why.py").run()
    own = reweigh(model, past[-12:], {}, {}, k=10, hidden=past).ranking.items.tolist()
    assert ranking(app) == [catalog.id(item) for item in own]
    assert own == recommend(model, past, 10).items.tolist()

    app.switch_page("../pages/gates.py").run()
    top = facet_knockouts(model, past, "dropped").top.tolist()
    shown = facet_knockouts(model, past[-12:], "dropped", past).top.tolist()
    assert top == shown
    assert not app.exception
    for page in ("experts", "facet_map", "predict"):
        app.switch_page(f"../pages/{page}.py").run()
        assert hides in said(app) or page == "facet_map"
        assert app.query_params["user"] == rewatched.users[row]


def test_an_edited_history_says_whose_it_was_and_what_they_saw_stays_hidden(opened, trained, rewatched):
    row = long(rewatched)
    before, _ = held_out(rewatched.histories, row)
    past, catalog, user = before.tolist(), rewatched.catalog, rewatched.users[row]
    own = [catalog.id(item) for item in past[-12:]]
    shorter = own[1:]
    app = opened(trained.model, "predict", user=user, history=",".join(shorter))
    text = said(app)
    assert f"Edited, from **user {user}**" in text
    assert "really came next" not in text
    indices = catalog.indices(shorter)
    assert ranking(app) == [catalog.id(v) for v in recommend(trained.model, indices, 20, hidden=past).items.tolist()]
    app.button(key="own-history").click().run()
    assert "Edited" not in said(app)
    assert app.query_params["history"].split(",") == own
    assert "really came next" in said(app)
    next(button for button in app.button if button.label == "Undo").click().run()
    assert f"Edited, from **user {user}**" in said(app)
    assert app.query_params["history"].split(",") == shorter


def test_the_switch_recommends_and_explains_what_was_seen(opened, trained, rewatched):
    row = long(rewatched, repeat=True)
    before, came = held_out(rewatched.histories, row)
    target, past = rewatched.catalog.id(came), before.tolist()
    app = opened(trained.model, "predict", user=rewatched.users[row], target=target)
    assert "counts in no measure" in said(app)
    assert f"The target '{target}'" in said(app)
    app.toggle(key="repeats").set_value(True).run()
    assert app.query_params["repeats"] == "keep"
    wanted = recommend(trained.model, past, 20, hidden=()).items.tolist()
    assert ranking(app) == [rewatched.catalog.id(item) for item in wanted]
    assert set(wanted) & set(past)
    another(app, user=rewatched.users[row], repeats="keep", target=target)
    title = rewatched.catalog.title(came)
    assert re.search(rf"\*\*{title}\*\* is \S+ of 80 with", said(app))
    app.switch_page("../pages/why.py").run()
    assert f"*{title}*" in said(app)
    assert not app.warning
    app.switch_page("../pages/predict.py").run()
    app.toggle(key="repeats").set_value(False).run()
    assert "repeats" not in app.query_params
    assert "counts in no measure" in said(app)


def test_who_is_not_there_is_told_of(opened, trained):
    app = opened(trained.model, "predict", user="nobody", repeats="sometimes")
    assert "There is no user 'nobody' among the 70" in said(app)
    assert "Repeats cannot be 'sometimes'" in said(app)
    assert "user" not in app.query_params
    assert ranking(app)
