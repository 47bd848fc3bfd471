"""Any page of the app with any model, as a link opens it."""

import json
import shutil
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fame.checkpoint.store import save
from fame.home import PROJECT


@pytest.fixture
def opened(cinema_folder, cinema, tmp_path, monkeypatch) -> Callable[..., AppTest]:
    """Open a page with a model and the parameters of a link."""
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    shutil.copytree(cinema_folder, tmp_path / "data" / cinema.name)

    def go(model, page: str, **link: str) -> AppTest:
        folder = tmp_path / "runs" / "mine" / "best"
        folder.parent.mkdir(parents=True, exist_ok=True)
        save(folder, model, cinema, {})
        app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=60)
        app.query_params["model"] = "mine"
        for name, value in link.items():
            app.query_params[name] = value
        return app.run().switch_page(f"../pages/{page}.py").run()

    return go


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
