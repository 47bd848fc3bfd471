"""Train refuses what cannot be trained before anything is started, with the reason."""

import os
import shutil
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from app.widgets.train import uploads
from fame.data import read
from fame.home import PROJECT
from fame.jobs import queue, status
from fame.training.run import Run


@pytest.fixture
def app(cinema_folder, tmp_path, monkeypatch) -> AppTest:
    """Train, with a small data set; what would start a process only notes it."""
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    monkeypatch.setattr(queue, "_start", lambda folder, command: None)
    shutil.copytree(cinema_folder, tmp_path / "data" / "films")
    about = tmp_path / "data" / "films" / "dataset.json"
    about.write_text(about.read_text().replace('"name": "planted-cinema"', '"name": "films"'))
    app = AppTest.from_file(str(PROJECT / "app" / "Home.py"), default_timeout=60)
    app.query_params["model"] = "planted-cinema-sasrec"
    app.run().switch_page("../pages/train.py").run()
    return labelled(app.selectbox, "Data set").set_value("films").run()


def labelled(elements, label: str):
    return next(element for element in elements if element.label == label)


def set_to(app: AppTest, **values) -> AppTest:
    """Choose details by their labels."""
    for label, value in values.items():
        found = [e for e in (*app.number_input, *app.selectbox, *app.multiselect, *app.text_input) if e.label == label]
        found[0].set_value(value).run()
    assert not app.exception
    return app


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"Width": 30}, "width 30 must be a multiple of heads 4"),
        ({"Facets (H)": 2, "Tie facets to": "choose", "Families, one facet each": ["genre", "era", "director"]},
         "anchor names 3 families for 2 facets; give more heads"),
        ({"Loss over": "sampled", "Items sampled a step": 80}, "negatives is 80, but 'films' has 80 items"),
        ({"Epochs at most": 0}, "epochs: Input should be greater than or equal to 1 (given: 0)"),
        ({"Epochs at most": None}, "epochs: there is no number; give one."),
        ({"Epochs at most": 100_001}, "epochs: Input should be less than or equal to 100000 (given: 100001)"),
        ({"Seed": -1}, "seed: Input should be greater than or equal to 0 (given: -1)"),
        ({"Newest items read": 1}, "length: Input should be greater than or equal to 2 (given: 1)"),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_refused_with_the_reason(app, tmp_path, values, said):
    assert any(button.label == "Train" for button in app.button)
    set_to(app, **values)
    assert said in " ".join(error.value for error in app.error).replace("\\", "")
    assert not any(button.label == "Train" for button in app.button)  # nothing can be started
    assert queue.runs() == []


def test_a_baseline_is_offered_no_facets(app):
    labelled(app.main.selectbox, "Model").set_value("sasrec").run()
    assert not app.exception
    assert not any(found.label in ("Facets (H)", "Experts in a facet (N)", "The gate") for found in app.number_input)


def test_it_says_that_so_few_users_say_little(app):
    assert "Only 120 users" in " ".join(warning.value for warning in app.warning)


def test_a_run_is_queued_with_its_settings_and_a_taken_name_is_refused(app, tmp_path):
    set_to(app, **{"Facets (H)": 2, "Name of the model": "mine"})
    labelled(app.button, "Train").click().run()
    assert not app.exception
    folder = tmp_path / "runs" / "mine"
    assert queue.waiting() == [folder]
    wanted = Run.open(folder).settings()
    assert (wanted.heads, wanted.width, wanted.anchor) == (2, 32, ("genre", "era"))
    assert Run.open(folder).command().endswith("--preset small --set heads=2")
    assert any("number 1 in line" in text.value for text in app.markdown)
    set_to(app, **{"Name of the model": "mine"})
    labelled(app.button, "Train").click().run()
    assert "a model or run called 'mine' already" in " ".join(error.value for error in app.error).replace("\\", "")


def test_a_typed_name_and_the_watched_run_stay_whatever_happens_to_others(app, tmp_path):
    for name in ("first", "second"):
        set_to(app, **{"Name of the model": name})
        labelled(app.button, "Train").click().run()
    labelled(app.selectbox, "Run").set_value("first").run()
    set_to(app, **{"Name of the model": "third"})
    assert labelled(app.selectbox, "Run").value == "first"
    for state in ("running", "failed", "stopped"):  # of the watched one, then of the other
        status.write(tmp_path / "runs" / "first", state)
        app.run()
        assert labelled(app.selectbox, "Run").value == "first"
    status.write(tmp_path / "runs" / "second", "running")
    labelled(app.main.get("button_group"), "Preset").set_value("default").run()
    assert labelled(app.selectbox, "Run").value == "first"
    assert labelled(app.text_input, "Name of the model").value == "third"
    labelled(app.button, "Train").click().run()
    assert (tmp_path / "runs" / "third").exists()
    assert {path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()} == {"first", "second", "third"}


def test_chosen_details_stay_over_a_look_at_another_page(app):
    set_to(app, **{"Epochs at most": 7, "Seed": 0})
    app.switch_page("../pages/models.py").run()
    app.switch_page("../pages/train.py").run()
    found = {field.label: field.value for field in app.number_input}
    assert (found["Epochs at most"], found["Seed"]) == (7, 0)


def test_films_of_ones_own_keep_their_attributes(app, tmp_path):
    films = tmp_path / "ml-small"
    films.mkdir()
    (films / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,3.0,5\n1,2,4.0,6\n1,3,4.0,7\n")
    (films / "movies.csv").write_text(
        "movieId,title,genres\n1,Toy Story (1995),Comedy\n2,Heat (1995),Crime\n3,Alien (1979),Horror\n"
    )
    labelled(app.main.get("button_group"), "Data").set_value("My own files").run()
    labelled(app.text_input, "Or a path on this machine, of any size").set_value(str(films)).run()
    labelled(app.button, "Import").click().run()
    assert not app.exception
    assert any("Attributes that facets can be tied to: genre, era." in text.value for text in app.markdown)
    assert [family.name for family in read(tmp_path / "data" / "ml-small").catalog.families] == ["genre", "era"]


def test_files_that_differ_in_names_encoding_and_header_can_be_said_on_the_page(app, tmp_path):
    """A log without a header and without times, beside films whose ids are called otherwise and whose text is older."""
    folder = tmp_path / "odd.zip"
    with zipfile.ZipFile(folder, "w") as archive:
        archive.writestr("log.csv", "anna,m1\nbert,m2\nanna,m2\nbert,m3\nanna,m3\n")
        films = "number,other,title,genres\nm1,x1,Amélie,War\nm2,x2,Heat,War\nm3,x3,Z,Drama\n"
        archive.writestr("films.csv", films.encode("cp1252"))
    labelled(app.main.get("button_group"), "Data").set_value("My own files").run()
    labelled(app.text_input, "Or a path on this machine, of any size").set_value(str(folder)).run()
    assert "films.csv is not UTF-8" in " ".join(error.value for error in app.error).replace("\\", "")
    assert next(fold for fold in app.expander if fold.label == "Encoding and first line").proto.expanded
    labelled(app.selectbox, "Encoding of odd\\.zip").set_value("cp1252").run()
    assert labelled(app.selectbox, "First line of odd\\.zip").value == "as it seems"
    set_to(app, **{"Who: the user": "column 1", "What: the item": "column 2"})
    assert any("Say which column holds the time" in warning.value for warning in app.warning)
    order = next(box for box in app.checkbox if box.label.startswith("There are no times"))
    order.check().run()
    assert not app.exception
    found = next(box for box in app.selectbox if box.label.startswith("The item in"))
    assert found.value == "number"
    labelled(app.button, "Import").click().run()
    assert not app.exception
    data = read(tmp_path / "data" / "odd")
    assert data.catalog.titles == ("Amélie", "Heat", "Z")
    assert "genres" in [family.name for family in data.catalog.families]
    assert [[data.catalog.id(i) for i in row] for row in data.histories] == [["m1", "m2", "m3"], ["m2", "m3"]]
    assert any("order of the rows stands for the time" in caption.value for caption in app.caption)


def test_models_that_ship_can_be_carried_but_not_changed(app):
    page = app.switch_page("../pages/models.py").run()
    assert not page.exception
    assert labelled(page.button, "Rename").disabled
    assert labelled(page.button, "Delete").disabled
    assert any("Ships with the app" in caption.value for caption in page.caption)
    given = page.run()
    labelled(given.button, "Train another like it").click().run()
    assert not given.exception
    assert labelled(given.main.selectbox, "Model").value == "sasrec"


def test_before_a_data_set_is_deleted_the_models_are_named_that_need_it(app, tmp_path):
    set_to(app, **{"Name of the model": "mine"})
    labelled(app.button, "Train").click().run()
    queue.stop(tmp_path / "runs" / "mine")
    page = app.switch_page("../pages/models.py").run()
    labelled(page.main.selectbox, "Data set").set_value("films").run()
    assert "**mine** was trained on it." in [caption.value for caption in page.caption]
    assert page.button(key="rename-data").disabled
    page.button(key="delete-data").click().run()
    assert any("Without it **mine** cannot be shown" in warning.value for warning in page.warning)
    labelled(page.main.selectbox, "Data set").set_value("planted-cinema").run()
    assert page.button(key="delete-data").disabled


def test_uploads_that_nobody_looks_at_are_cleared_and_others_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("FAME_HOME", str(tmp_path))
    old, used = uploads.keep("old.csv", b"a"), uploads.keep("used.csv", b"b")
    for path in (old, used):
        os.utime(path.parent, (1, 1))
    assert uploads.keep("used.csv", b"b") == used  # as a page that shows it does
    uploads.clear_abandoned()
    assert (old.exists(), used.exists()) == (False, True)
