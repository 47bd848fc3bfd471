"""What facets were found to mean, for pages that are about something else."""

from app import measured
from app.current import Current
from app.sentences.meanings import state
from fame.errors import InputError
from fame.explain.meaning.records import Meaning


def stored(now: Current) -> Meaning | None:
    """What is stored with the model; None where nothing that is about its weights can be read."""
    try:
        return measured.meaning(now.model)
    except InputError:
        return None


def names(now: Current) -> list[str]:
    """The facets for a label, with what each was found to mean where that is stored."""
    found = stored(now)
    if found is None:
        return list(now.facets)
    return [state(facet) for facet in found.facets]
