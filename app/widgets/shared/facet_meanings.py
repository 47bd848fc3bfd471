"""What facets were found to mean, for pages that are about something else."""

from app import measured
from app.current import Current
from fame.errors import InputError
from fame.explain.meaning.records import Meaning


def stored(now: Current) -> Meaning | None:
    """What is stored with the model; None where nothing that is about its weights can be read."""
    try:
        return measured.meaning(now.model)
    except InputError:
        return None


def names(now: Current) -> list[str]:
    """The facets for a table, with what each was found to mean where that is stored and something was claimed."""
    found = stored(now)
    if found is None:
        return list(now.facets)
    means = {
        facet.facet: ("tested" if facet.named == facet.facet else facet.named) or "unnamed"
        for facet in found.facets
        if facet.tied or facet.named
    }
    return [f"{name} ({means[name]})" if name in means else name for name in now.facets]
