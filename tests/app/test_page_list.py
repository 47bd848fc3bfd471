"""One list of pages: the menu, Home's cards and the ways between pages follow it."""

from streamlit.testing.v1 import AppTest

from app.pages import PAGES
from fame.home import PROJECT


def links(app: AppTest) -> list[str]:
    """The addresses that a page leads to, without the menu."""
    assert not app.exception
    return [one.proto.page for one in app.get("page_link")]


def test_every_page_has_an_entry_and_every_entry_a_page_that_asks_its_question(opened, trained):
    assert {page.name for page in PAGES} == {path.stem for path in (PROJECT / "pages").glob("*.py")}
    app = opened(trained.model, "home")
    for page in PAGES:
        assert app.switch_page(page.file).run().title[0].value == page.question


def test_home_leads_to_every_page_that_says_what_it_shows(opened, trained):
    assert links(opened(trained.model, "home")) == [page.url for page in PAGES if page.shows]


def test_a_model_without_facets_is_led_to_no_page_about_them(opened, trained, trained_sasrec):
    assert links(opened(trained.model, "predict", history="f1,f2")) == ["why", "gates", "experts"]
    assert links(opened(trained_sasrec.model, "predict", history="f1,f2")) == ["why"]
