"""The picture of one forward pass, of the model and the history on screen."""

from collections.abc import Callable, Sequence

from app.components.flow import STAGES, Stage, flow
from app.current import Current
from app.sentences.flow import flow_sentences
from app.widgets.shared.history import facets
from fame.explain.forward_pass import ForwardPass


def flow_picture(
    now: Current, found: ForwardPass, *, key: str, stages: Sequence[Stage] = STAGES, known: Sequence[Stage] = STAGES,
    opened: int | None = None, small: bool = False, guessed: bool = True,
    on_choose: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Draw it; the arguments are those of the component."""
    title = now.data.catalog.title
    titles = [title(int(item)) for item in found.answer.history]
    ranked = [title(int(item)) for item in found.answer.items]
    flow(
        found,
        titles,
        ranked,
        facets(now),
        flow_sentences(found, titles, ranked if guessed else []),
        key=key,
        stages=stages,
        known=known,
        opened=opened,
        small=small,
        guessed=guessed,
        on_choose=on_choose,
    )
