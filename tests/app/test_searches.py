"""A search says how far it is, ends when it is asked to, and keeps what went wrong."""

import threading

import pytest

from app.searches import Search


def wait(search: Search) -> Search:
    search._thread.join(10)
    assert not search.runs
    return search


def test_a_search_ends_with_what_it_found():
    found = wait(Search(lambda watch: None))
    assert found.found == (None,)  # nothing is an answer, too
    assert not found.stopped


def test_a_search_that_is_stopped_ends_at_its_next_sign():
    begun, go_on = threading.Event(), threading.Event()

    def work(watch):
        watch(0.25)
        begun.set()
        go_on.wait(10)
        watch(0.5)
        return "too late"

    search = Search(work)
    begun.wait(10)
    assert search.runs
    assert search.share == 0.25
    search.stop()
    go_on.set()
    assert wait(search).found is None
    assert search.stopped
    assert search.error is None


def test_what_goes_wrong_is_kept():
    def work(watch):
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        raise wait(Search(work)).error
