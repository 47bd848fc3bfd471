"""Without MovieLens-100K the app starts on the planted cinema and says what is missing."""

from streamlit.testing.v1 import AppTest

from fame import home


def test_home_says_what_is_missing_and_shows_the_cinema(monkeypatch, tmp_path):
    """`data_folder` of a machine that never had a network."""
    real = home.data_folder
    monkeypatch.setattr(home, "data_folder", lambda name: real(name) if name == "planted-cinema" else tmp_path / name)
    app = AppTest.from_file(str(home.PROJECT / "app" / "Home.py"), default_timeout=60).run()
    assert not app.exception
    assert "MovieLens-100K is not on this machine" in app.info[0].value
    assert app.sidebar.selectbox[0].value == "planted-cinema-fame"
    assert not any(name.startswith("movielens") for name in app.sidebar.selectbox[0].options)
    assert any(
        "movielens-100k-fame waits for its data" in caption.value.replace("\\", "") for caption in app.sidebar.caption
    )


def test_a_link_to_a_model_without_its_data_says_how_to_get_them(monkeypatch, tmp_path):
    real = home.data_folder
    monkeypatch.setattr(home, "data_folder", lambda name: real(name) if name == "planted-cinema" else tmp_path / name)
    app = AppTest.from_file(str(home.PROJECT / "app" / "Home.py"), default_timeout=60)
    app.query_params["model"] = "movielens-100k-fame"
    app.query_params["history"] = "50,181,172"
    app.run()
    assert not app.exception
    said = " ".join(warning.value for warning in app.warning).replace("\\", "")
    assert "python -m fame data fetch movielens-100k" in said
    assert "3 items were left out of the history" in said
