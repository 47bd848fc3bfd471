"""What is asked of a model: found once and kept; where it takes long, in a thread that says how far it is and can stop.

A click in a fragment does not end the run that it is in: a search in the page's own thread could not be stopped.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from app import resources
from fame.explain.question import Watch

T = TypeVar("T")


class StoppedError(Exception):
    """Raised in a search that was stopped."""


class Search:
    """Runs at once; `work` gets what it is to call now and then with the share that is done."""

    def __init__(self, work: Callable[[Watch], Any]) -> None:
        self.begun = time.monotonic()
        self.share = 0.0
        self.found: tuple[Any] | None = None  # in a tuple, since it may be None
        self.error: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.begun

    @property
    def stopped(self) -> bool:
        """Whether it was asked to end without a result."""
        return self._stop.is_set() and self.found is None

    def stop(self) -> None:
        """Let it end at its next sign."""
        self._stop.set()

    def _run(self, work: Callable[[Watch], Any]) -> None:
        try:
            self.found = (work(self._watch),)
        except StoppedError:
            pass
        except Exception as error:  # told where the page asks for the result
            self.error = error

    def _watch(self, share: float) -> None:
        self.share = share
        if self._stop.is_set():
            raise StoppedError


def once(model: str, what: tuple[Hashable, ...], work: Callable[[], T]) -> T:
    """What is the same as long as a question is, found at the first asking: a slider that is moved changes none of it.

    `model` is the fingerprint of the model that is asked.
    """
    kept = resources.shelf(model, what)
    if not kept:
        kept.append(work())
    found: T = kept[0]
    return found
