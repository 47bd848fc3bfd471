"""Any page of the app with any model, as a link opens it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fame.checkpoint.store import save
from fame.data import DataSet
from fame.home import PROJECT


def opening(folder: Path, dataset: DataSet, home: Path, monkeypatch) -> Callable[..., AppTest]:
    """Opens a page with a model of a data set and the parameters of a link, in a home of its own."""
    monkeypatch.setenv("FAME_HOME", str(home))
    shutil.copytree(folder, home / "data" / dataset.name)

    def go(model, page: str, **link: str) -> AppTest:
        place = home / "runs" / "mine" / "best"
        place.parent.mkdir(parents=True, exist_ok=True)
        save(place, model, dataset, {})
        app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=120)
        app.query_params["model"] = "mine"
        for name, value in link.items():
            app.query_params[name] = value
        return app.run().switch_page(f"../pages/{page}.py").run()

    return go


@pytest.fixture
def opened(cinema_folder, cinema, tmp_path, monkeypatch) -> Callable[..., AppTest]:
    return opening(cinema_folder, cinema, tmp_path, monkeypatch)


def said(app: AppTest) -> str:
    """All sentences of a page, without the marks that escape them."""
    assert not app.exception
    texts = (*app.markdown, *app.caption, *app.info, *app.warning, *app.header)
    return "\n".join(entry.value for entry in texts).replace("\\", "")


def figure(app: AppTest, wanted: str) -> dict:
    """The chart whose text alternative begins so."""
    assert not app.exception
    found = [chart.proto for chart in app.get("plotly_chart") if chart.proto.alt.startswith(wanted)]
    assert found, [chart.proto.alt for chart in app.get("plotly_chart")]
    return json.loads(found[0].spec)


def numbers(values) -> list[float]:
    """A trace's values, which travel as a list or packed."""
    if isinstance(values, dict):
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return values


def component(app: AppTest, part: str) -> dict:
    """What was sent to the browser's component whose data has that."""
    found = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.json]
    return next(data for data in found if part in data)
