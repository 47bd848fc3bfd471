"""The pages with a mixture of softmaxes, whose scores have no parts that add up."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from fame.home import PROJECT


@pytest.fixture
def app(trained_mixture, cinema_folder, tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    shutil.copytree(cinema_folder, tmp_path / "data" / trained_mixture.description.dataset)
    shutil.copytree(trained_mixture.description.folder, tmp_path / "runs" / "mixed" / "best")
    app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=60)
    app.query_params["model"] = "mixed"
    return app.run()


def text(app: AppTest) -> str:
    return "\n".join(entry.value for entry in (*app.markdown, *app.caption))


def test_shares_take_the_place_of_parts(app):
    said = text(app.switch_page("../pages/predict.py").run())
    assert not app.exception
    assert "The share of its probability that is each facet's" in said
    assert "the bars add up" not in said
    assert "above the average item" not in said


@pytest.mark.parametrize("page", ["gates", "experts"])
def test_other_pages_open(app, page):
    said = text(app.switch_page(f"../pages/{page}.py").run())
    assert not app.exception
    assert "the ranking most" not in said
