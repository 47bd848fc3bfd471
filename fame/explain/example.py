"""One worked example, stored with a model, so that something real is on screen before torch is even imported."""

from dataclasses import dataclass
from pathlib import Path

from fame.checkpoint.description import Description
from fame.data import DataSet
from fame.data.derived.store import DERIVED
from fame.data.presets import presets
from fame.explain.families.driver import Evidence
from fame.explain.forward_pass import ForwardPass
from fame.explain.records import Knockout
from fame.files import read_json, write_json
from fame.measured import find, kept
from fame.ranking.recommendation import Recommendation

SHOWN = 10
FILE = "example.json"
WITH_DERIVED = f"{DERIVED}/{FILE}"  # beside the families that its evidence is of


@dataclass(frozen=True)
class Example:
    """A history, the model's answer, and what its first item depends on."""

    inside: ForwardPass
    knockout: Knockout
    evidence: Evidence  # of what drove it

    @property
    def recommendation(self) -> Recommendation:
        """The model's answer."""
        return self.inside.answer


def load(model: Description) -> Example | None:
    """The stored example of a model, with derived families where it has any; None where none is of these weights."""
    for name in (WITH_DERIVED, FILE):
        path = find(model.folder, name, model.fingerprint)
        content = read_json(path, "delete it") if path.is_file() else {}
        if content.get("model") == model.fingerprint and "inside" in content:
            return Example(
                ForwardPass.from_json(content["inside"]),
                Knockout.from_json(content["knockout"]),
                Evidence.from_json(content["evidence"]),
            )
    return None


def write(folder: Path, dataset: DataSet) -> None:
    """Take the data set's first preset apart with the model in `folder`, and store it there, with the anatomy."""
    from fame.checkpoint.store import load as load_model  # late: torch
    from fame.data.derived.store import attached
    from fame.explain.families.evidence import evidence
    from fame.explain.families.stored_anatomy import keep_anatomy
    from fame.explain.inside import look_inside
    from fame.explain.knockout import knockout

    checkpoint = load_model(folder)
    checkpoint.catalog(dataset)
    history = presets(dataset)[0].items
    inside = look_inside(checkpoint.model, history, SHOWN)
    first = int(inside.answer.items[0])
    tested = knockout(checkpoint.model, history, first)
    catalog = attached(folder, dataset).catalog
    told = evidence(checkpoint.model, keep_anatomy(checkpoint, catalog), history, [first])[0]
    about = {
        "model": checkpoint.description.fingerprint,
        "inside": inside.as_json(),
        "knockout": tested.as_json(),
        "evidence": told.as_json(),
    }
    name = WITH_DERIVED if catalog.derived else FILE
    with kept(folder, name, checkpoint.description.fingerprint) as place:
        write_json(place, about)
