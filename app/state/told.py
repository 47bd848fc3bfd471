"""What is still to be said: of what is looked at, and of what actions came to."""

from app.state.visitor import session


def notice(sentence: str) -> None:
    """Say something of the model, data or history that are looked at, until the next edit."""
    if sentence not in session().notices:
        session().notices.append(sentence)


def enter(page: str) -> None:
    """A page is opened or drawn again; what an action on another came to is not told here, nor later."""
    now = session()
    if page != now.page:
        now.searched.clear()
    now.page = page
    now.results = [result for result in now.results if result[0] == page]


def report(sentence: str, well: bool = False) -> None:
    """Say what an action came to, once, on the page where it was done."""
    now = session()
    now.results.append((now.page, sentence, well))


def reports() -> list[tuple[str, bool]]:
    """What is still to be said of actions on this page; it is taken away."""
    now = session()
    said = [(sentence, well) for _, sentence, well in now.results]
    now.results = []
    return said
