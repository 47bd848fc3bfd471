"""Names and titles in a sentence stay what they are."""

from hypothesis import given
from hypothesis import strategies as st

from app.sentences.marking import escape, facet, told_apart


def test_a_facet_is_marked_as_one_once():
    assert [facet(name) for name in ("genre", "facet 1")] == ["facet **genre**", "**facet 1**"]


def test_past_items_of_one_title_are_told_apart():
    assert told_apart(["A", "B", "A"]) == ["the first *A*", "*B*", "the second *A*"]


@given(st.text())
def test_text_from_data_stays_text_in_markdown(text):
    from markdown_it import MarkdownIt

    inline = MarkdownIt().parseInline(escape(text))[0]
    assert {token.type for token in inline.children or []} <= {"text", "text_special", "softbreak", "hardbreak"}
