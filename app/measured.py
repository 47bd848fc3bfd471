"""What was measured on a model and stored with it, and the measuring where nobody did yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import resources
from fame.checkpoint.description import Description, describe
from fame.errors import InputError
from fame.explain import example as examples
from fame.explain import stored
from fame.explain.meaning import records as meanings

if TYPE_CHECKING:
    from fame.explain.trust.records.ablation import Ablation
    from fame.explain.trust.records.explanations import Explanations
    from fame.explain.trust.records.scorecard import Scorecard


def meaning(model: Description) -> meanings.Meaning | None:
    """What is stored of a model's facets and experts; raises `InputError` where it is about other weights."""
    return resources.stored(model, meanings.MEANING_FILE, lambda: meanings.load(describe(model.folder)))


def measure_meaning(model: Description, stable: meanings.Stability | None = None) -> meanings.Meaning:
    """Test what a model's facets and experts mean, with what is known of other seeds. Takes seconds, once."""

    def work() -> meanings.Meaning:
        from fame.explain.meaning.measure import measure

        return measure(resources.checkpoint(model.name).model, resources.whole_dataset(model), stable=stable)

    return resources.worked_out(model, "meaning", work)


def explanations(model: Description) -> Explanations | None:
    """How true the methods were found to be on a model; raises `InputError` where that is about other weights."""
    from fame.explain.trust.records.explanations import EXPLANATIONS_ADVICE, EXPLANATIONS_FILE, Explanations

    def load() -> Explanations | None:
        return stored.load(describe(model.folder), EXPLANATIONS_FILE, Explanations, EXPLANATIONS_ADVICE)

    return resources.stored(model, EXPLANATIONS_FILE, load)


def scorecard(model: Description) -> Scorecard | None:
    """The stored marks of a model on planted data; raises `InputError` where they are about other weights."""
    from fame.explain.trust.records.scorecard import SCORECARD_ADVICE, SCORECARD_FILE, Scorecard

    def load() -> Scorecard | None:
        return stored.load(describe(model.folder), SCORECARD_FILE, Scorecard, SCORECARD_ADVICE)

    return resources.stored(model, SCORECARD_FILE, load)


def ablation(model: Description) -> Ablation | None:
    """What the ranking is without a model's parts; raises `InputError` where that is about other weights."""
    from fame.explain.trust.records.ablation import ABLATION_ADVICE, ABLATION_FILE, Ablation

    def load() -> Ablation | None:
        return stored.load(describe(model.folder), ABLATION_FILE, Ablation, ABLATION_ADVICE)

    return resources.stored(model, ABLATION_FILE, load)


def mark(model: Description) -> Scorecard:
    """Mark a model on the truth of its data. Takes seconds, once; raises `InputError` where there is no truth."""

    def work() -> Scorecard:
        from fame.explain.trust.scorecard import scorecard

        return scorecard(resources.checkpoint(model.name).model, resources.whole_dataset(model))

    return resources.worked_out(model, "scorecard", work)


def keep(model: Description, file: str, result: object) -> str:
    """Store a result with its model; a sentence where that cannot be done, else empty."""
    try:
        stored.save(model.folder / file, model.fingerprint, result)
    except InputError as error:
        return str(error)
    return ""


def example(model: Description) -> examples.Example | None:
    """The worked example stored with a model."""
    return examples.load(model)
