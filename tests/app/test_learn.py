"""Learn tells every model's nine steps with that model's numbers, and checks what is tried by running it."""

import ast
import html
import re

import numpy as np
import pytest

from app import guide
from app.look.numbers import percent
from app.pages import PAGES
from app.widgets.learn.sheet import sheet
from fame.explain.exercises import reach, removal, taken
from fame.home import PROJECT
from fame.model import build
from fame.ranking.recommend import recommend
from tests.app.conftest import component, said

IDS = ["f3", "f9", "f27", "f41"]
HISTORY = ",".join(IDS)
KINDS = [text for step in guide.steps() for text in step.sections.items() if text[0].startswith("text")]
PROTOTYPE = {"experts_form": "prototype"}


@pytest.fixture(params=["fame", "prototype", "sasrec"])
def model(request, trained, trained_sasrec):
    if request.param == "prototype":
        return build(trained.model.config.model_copy(update=PROTOTYPE)).eval()
    return trained.model if request.param == "fame" else trained_sasrec.model


def test_every_step_has_a_text_for_every_model_and_the_picture_its_numbers(opened, model, cinema):
    app = opened(model, "learn", history=HISTORY)
    found = recommend(model, cinema.catalog.indices(IDS), 5)
    for number, step in enumerate(guide.steps(), 1):
        assert not app.exception, (number, app.exception)
        assert step.title in [header.value for header in app.header]
        shown = component(app, "rows")["rows"]
        assert np.allclose([row["probability"] for row in shown], found.probability[: len(shown)], atol=1e-6)
        if number < len(guide.steps()):
            app.button(key="learn-next").click().run()


@pytest.mark.parametrize(("name", "text"), KINDS)
def test_a_text_is_under_sixty_words(name, text):
    assert text
    assert len(text.split()) < 60


def test_what_the_glossary_quotes_is_the_code():
    for term in guide.glossary().values():
        code = re.sub(r"\s+", " ", (PROJECT / term.file).read_text(encoding="utf-8"))
        assert term.code in code, term.name
        assert len(term.definition.split()) < 60


@pytest.mark.parametrize(
    ("link", "why"), [({"step": "12"}, "9 steps"), ({"seed": "x"}, "no number"), ({"lesson": "7"}, "5, 20 and 45")]
)
def test_what_a_link_asks_that_there_is_not_is_said(opened, trained, link, why):
    app = opened(trained.model, "learn", history=HISTORY, **({"step": "9"} | link))
    assert why in said(app)


def link(catalog, history) -> str:
    """A history as a link has it."""
    return ",".join(catalog.id(int(item)) for item in history)


def test_a_value_comes_first_by_cards_that_bring_it_and_by_no_others(opened, trained, cinema):
    seed, task = next((n, found) for n in range(1, 100) if (found := reach(trained.model, cinema, n)) is not None)
    catalog = cinema.catalog

    def brings(item: int) -> bool:
        return task.value in catalog.values(task.family, recommend(trained.model, [*task.start, item], 1).items[0])

    failing = next(item for item in range(1, len(catalog) + 1) if not brings(item))
    for more, well in (((), False), (task.answer, True), ((failing,), False)):
        history = [*task.start, *more]
        app = opened(trained.model, "learn", history=link(catalog, history), step="9", seed=str(seed))
        assert (f"With {len(more)} more" in said(app), "Solved" in said(app)) == (True, well)
    changed = link(catalog, [*task.start[1:], *task.answer])
    app = opened(trained.model, "learn", history=changed, step="9", seed=str(seed))
    assert "more, " not in said(app)  # another history is no try


def test_what_drove_a_choice_is_what_was_planted(opened, trained, cinema):
    app = opened(trained.model, "learn", history=HISTORY, step="9")
    task = taken(cinema, 1)
    assert task is not None
    for family in task.families:
        app.radio(key="guess-9").set_value(family).run()
        assert ("that was planted" in said(app)) == ("Solved" in said(app)) == (family == task.family)


def test_one_card_less_solves_the_task_where_it_does_and_nowhere_else(opened, trained, cinema):
    task = removal(trained.model, cinema, 1)
    assert task is not None
    catalog = cinema.catalog
    for out in range(len(task.start)):
        left = [catalog.id(item) for n, item in enumerate(task.start) if n != out]
        app = opened(trained.model, "learn", history=",".join(left), step="9")
        first = recommend(trained.model, catalog.indices(left), 1).items[0]
        assert ("Solved" in said(app)) == (first != task.first)


def test_before_and_after_ask_the_same_five_questions_each_with_one_answer(opened, trained):
    asked = guide.questions()
    assert len(asked) == 5
    for question in asked:
        assert len(set(question.answers)) == 3
        assert 0 < len(question.why.split()) < 30
    assert len({question.right for question in asked}) > 1
    ends = [(lesson, taken[end] + 1, when) for lesson in (None, 5, 20, 45) if (taken := guide.taken(lesson))
            for end, when in ((0, "before"), (-1, "after"))]  # fmt: skip
    for lesson, step, when in ends:
        given = {"lesson": str(lesson)} if lesson else {}
        app = opened(trained.model, "learn", history=HISTORY, step=str(step), **given)
        app.session_state[f"quiz-{step - 1}"] = True
        sent = component(app.run(), "questions")
        assert (sent["round"], len(sent["questions"])) == (when, 5)


def test_weights_of_which_nothing_can_be_made_are_the_models_own_again(opened, trained):
    mixture = build(trained.model.config.model_copy(update={"head": "mixture"})).eval()
    nothing = ",".join(f"{h + 1}:0" for h in range(len(mixture.config.facets)))
    app = opened(mixture, "learn", history=HISTORY, step="6", weights=nothing)
    assert guide.steps()[5].title in said(app)
    assert "has nothing to mix" in said(app)
    assert "weights" not in app.query_params


def test_a_task_that_is_taken_is_on_the_strip(opened, trained, cinema):
    app = opened(trained.model, "learn", history=HISTORY, step="9")
    app.button(key="task-b").click().run()
    task = removal(trained.model, cinema, 1)
    assert [card["id"] for card in component(app, "limit")["cards"]] == [cinema.catalog.id(item) for item in task.start]


def test_without_a_history_there_is_nothing_to_follow(opened, trained):
    assert "no history to follow" in said(opened(trained.model, "learn", history=""))


def test_every_heading_with_a_term_of_the_glossary_says_what_it_means(opened, trained):
    """By one function, so that no page can define a term otherwise."""
    sources = [*(PROJECT / "pages").glob("*.py"), *(PROJECT / "app" / "widgets").rglob("*.py")]
    own = [path.name for path in sources if re.search(r"\bst\.(sub)?header\(", path.read_text(encoding="utf-8"))]
    assert own == ["headings.py"]
    app = opened(trained.model, "gates", history=HISTORY)
    helped = {header.value: header.proto.help for header in app.header}
    assert guide.help_on("gate") in helped["Gate along the history"]
    assert helped["What each facet does after item 4"] == guide.help_on("facet")
    for text, shown in helped.items():
        assert shown == (guide.help_in(text) or "")


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_page_says_what_each_term_means_that_its_sentences_use(opened, trained, page):
    """Where it stands, or in a heading or a column of the same page; a box with news cannot say more than it does."""
    app = opened(trained.model, page, history=HISTORY, **({"step": "7"} if page == "learn" else {}))
    assert not app.exception
    spoken = [*app.main.markdown, *app.main.caption, *app.main.header, *app.main.subheader]
    tables = [table.proto.columns for table in app.main.get("arrow_data_frame")]
    defined = "\n".join([*(one.proto.help for one in spoken), *tables])
    for name, term in guide.glossary().items():
        used = any(re.search(rf"\b{re.escape(name)}s?\b", one.value, re.IGNORECASE) for one in spoken)
        assert not used or name in guide.EVERYDAY or term.definition in defined, name


def test_nothing_is_called_by_a_name_that_the_glossary_does_not_give_it():
    for path in (*(PROJECT / "pages").glob("*.py"), *(PROJECT / "app").rglob("*.py"), *guide.FOLDER.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            nodes = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
            text = "\n".join(value for value in nodes if isinstance(value, str))
        for term in guide.glossary().values():
            assert not re.search(rf"\b({'|'.join(map(re.escape, term.avoided))})s?\b", text, re.IGNORECASE), path


def test_a_term_is_defined_wherever_it_stands_and_no_other_word():
    assert guide.help_in("What the experts do") == guide.help_on("expert")
    assert guide.help_in("Routers and the Gate") == f"{guide.help_on('router')}\n\n{guide.help_on('gate')}"
    assert guide.help_in("Investigated by delegates, item by item") is None


def test_the_printed_sheet_asks_on_one_page_and_answers_on_the_next(model, cinema):
    """What it answers is what the model says, and no text of the data is markup."""
    read = cinema.catalog.indices(IDS)
    text = sheet("<b>mine</b>", model, cinema, read, set(read), 3)
    asked, answers = text.split("<section>")[1:]
    assert "&lt;b&gt;mine&lt;/b&gt;" in asked
    found = recommend(model, read, 5)
    said = [f"{html.escape(cinema.catalog.title(int(item)))} " for item in found.items]
    assert all(title in answers for title in said)
    assert not any(title + percent(float(p)) in asked for title, p in zip(said, found.probability, strict=True))
    task = removal(model, cinema, 3)
    if task is not None:
        assert html.escape(cinema.catalog.title(task.start[task.answers[0]])) in answers.rpartition("Any of: ")[2]
    assert asked.count("<h2>") == answers.count("<h2>") >= 4
