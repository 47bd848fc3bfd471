"""What leaves the app as a file: no formula in it, whatever titles and names say, and one encoding."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.widgets.shared.tables import safe_csv
from fame.home import PROJECT

# What spreadsheets take for the beginning of a formula, after blanks, too (OWASP, CSV injection).
LIVE = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def test_a_title_cannot_be_a_formula_in_the_download():
    titles = ["=HYPERLINK(1)", "+1", "@x", "-2", " =1+1", "\t=1", "＝1", "Heat", "Amélie"]
    frame = pd.DataFrame({"title": titles, "part": [-1.5] * len(titles)})
    back = pd.read_csv(io.BytesIO(safe_csv(frame)), skipinitialspace=False)
    assert back["title"].tolist() == [f"'{title}" for title in titles[:-2]] + ["Heat", "Amélie"]
    assert back["part"].tolist() == [-1.5] * len(titles)


@given(st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=3), st.text()), min_size=1, max_size=5), st.text())
def test_no_cell_nor_head_of_any_column_begins_a_formula(rows, name):
    frame = pd.DataFrame(rows, columns=["title", "values", f"facet {name}"]).rename(columns={f"facet {name}": name})
    frame = frame.assign(kind=pd.Categorical([row[2] for row in rows]))
    written = safe_csv(frame)
    assert written.startswith(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
    back = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert [len(row) for row in back] == [4] * (1 + len(rows))
    for row in back:
        assert not any(cell.lstrip().startswith(LIVE) for cell in row)


def test_streamlits_own_download_is_off():
    """It writes cells as they are; every table has the guarded one instead."""
    import tomllib

    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())
    assert config["client"]["disableDataExport"] is True


@pytest.mark.parametrize("page", ["gates", "experts", "why", "facet_map", "meaning", "models", "predict"])
def test_every_table_has_a_guarded_download(page):
    app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=120)
    app.query_params["model"] = "planted-cinema-fame"
    app.run().switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    buttons = [one for one in app.get("download_button") if "CSV" in one.proto.label]
    folded = [one for one in app.expander if one.label == "The numbers behind this"]
    assert len(buttons) + len(folded) >= len(app.dataframe) > 0
