"""What each architecture says of itself without torch: all that pages, sentences and settings need to know of it.

To add one: a file in `fame/model` with a class that meets `fame.model.contract.Model`, and its record below. A setting
that it alone has is a field of `fame.model.config.Config` and `fame.training.settings.Settings`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fame.errors import InputError


class ArchitectureError(InputError):
    """An architecture that there is not."""


@dataclass(frozen=True)
class Architecture:
    """One architecture's record."""

    name: str  # in a configuration, and on the command line: `--model NAME`
    title: str  # as its paper calls it
    source: str  # the paper
    implementation: str  # "module:class", imported when a model is built; empty where none ever is
    facets: bool = False  # its score is made of named parts that a gate weighs, and facets may have experts
    attention: bool = False  # it says how much each position reads of each
    shifts: bool = True  # what is read of an item can be shifted, without which there are no gradients
    lacks: Mapping[str, Any] = field(default_factory=dict)  # settings of no use to it, and what they must be
    starts: Mapping[str, Any] = field(default_factory=dict)  # settings that it starts from in place of a preset's
    trained: bool = True  # by `fame train`; else its weights come from elsewhere

    @property
    def settings(self) -> dict[str, Any]:
        """What any preset becomes with it."""
        return {"model": self.name, **self.starts, **self.lacks}


WITHOUT_FACETS = {
    "experts": 1, "head": "sum", "experts_form": "published", "ownerless": (), "gate_balance": 0.0,
    "facet_dropout": 0.0, "anchor": (),
}  # fmt: skip
WITHOUT_ATTENTION = {"heads": 1, "attention_dropout": 0.0, "positions": "none"}

DEFAULT_ARCHITECTURE = "fame"
_known = {
    one.name: one
    for one in (
        Architecture(
            name="fame",
            title="FAME",
            source="arXiv 2411.01457",
            implementation="fame.model.fame:FAME",
            facets=True,
            attention=True,
        ),
        Architecture(
            name="sasrec",
            title="SASRec",
            source="Kang and McAuley 2018",
            implementation="fame.model.sasrec:SASRec",
            attention=True,
            lacks=WITHOUT_FACETS,
        ),
        Architecture(
            name="gru4rec",
            title="GRU4Rec",
            source="Hidasi and Karatzoglou 2018",
            implementation="fame.model.gru4rec:GRU4Rec",
            lacks=WITHOUT_FACETS | WITHOUT_ATTENTION,
            starts={"layers": 1},
        ),
        Architecture(
            name="recbole_gru4rec",
            title="GRU4Rec of RecBole",
            source="scripts/from_recbole.py",
            implementation="fame.model.recbole_gru4rec:RecBoleGRU4Rec",
            lacks=WITHOUT_FACETS | WITHOUT_ATTENTION,
            trained=False,
        ),
    )
}


def register(architecture: Architecture) -> None:
    """Make one known that is defined elsewhere, in a notebook for instance.

    Raises
    ------
    ArchitectureError
        There is one of that name.
    """
    if architecture.name in _known:
        raise ArchitectureError(f"There is an architecture {architecture.name!r} already; choose another name.")
    _known[architecture.name] = architecture


def forget(name: str) -> Architecture:
    """Undo `register`, and return what it was; raises ArchitectureError where there is none."""
    return _known.pop(architecture(name).name)


def architecture(name: str) -> Architecture:
    """The one of that name.

    Raises
    ------
    ArchitectureError
        There is none.
    """
    if name not in _known:
        raise ArchitectureError(f"There is no architecture {name[:60]!r}; there are {', '.join(_known)}.")
    return _known[name]


def trained_here() -> tuple[Architecture, ...]:
    """Those that `fame train` trains, the default first."""
    return tuple(one for one in _known.values() if one.trained)


def titles(*, facets: bool) -> str:
    """Of all that are trained here with facets, or without, as an enumeration: "SASRec or GRU4Rec"."""
    found = [one.title for one in trained_here() if one.facets == facets]
    return " or ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
