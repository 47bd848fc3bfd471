"""What a trace is: a folder of Parquet files with a row an event, and `trace.json`, which says of what. No torch.

Of E families, H facets and the k items ranked first. "Target" is what was held out, "first" what the model ranks first.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from fame.errors import InputError
from fame.files import read_json

TRACE, TRACE_ABOUT = "trace", "trace.json"
TRACE_FORMAT = 1
TRACE_ADVICE = "make it again with `python -m fame trace`"
KEPT_TOP = 10  # items ranked first that are kept
POPULARITY, REST = "popularity", "rest"  # last of a list of parts, and of an anatomy

_TEXTS, _NUMBERS, _RANKS = pa.list_(pa.string()), pa.list_(pa.float32()), pa.list_(pa.int32())

# Ranks count from 1, among the items that are ranked after that history: where repeats are dropped, those not seen.
SCHEMA = pa.schema(
    [
        pa.field("event", pa.int64(), nullable=False),  # row of the trace, from 0; what counts in measures first
        pa.field("user_id", pa.string(), nullable=False),
        pa.field("length", pa.int32(), nullable=False),  # items before the target, also what is too old to be read
        pa.field("read", pa.int32(), nullable=False),  # of these, what the model reads
        pa.field("target_id", pa.string(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),  # of the target; of a repeat that cannot be ranked, the last
        pa.field("probability", pa.float64(), nullable=False),  # of the target, softmax over the whole catalog
        pa.field("repeat", pa.bool_(), nullable=False),  # whether the target was in the history already
        pa.field("counted", pa.bool_(), nullable=False),  # whether it counts in the measures, as `evaluate` counts
        pa.field("top", _TEXTS, nullable=False),  # ids of the first items, best first
        pa.field("gate", _NUMBERS, nullable=False),  # (H,), empty without facets
        pa.field("router", pa.list_(_NUMBERS), nullable=False),  # (H, N)
        pa.field("parts_target", _NUMBERS, nullable=False),  # (H + 1,): each facet's part of the score, popularity last
        pa.field("parts_first", _NUMBERS),
        pa.field("anatomy_target", _NUMBERS),  # (E + 1,): each family's part, the rest last; null: the score is no sum
        pa.field("anatomy_first", _NUMBERS),
        pa.field("driver", pa.string()),  # family that drove the first item; null where none is named
        pa.field("driver_probability", pa.float64()),  # that the family named drove it; null where it is not known
        pa.field("rank_without_popularity", pa.int32()),  # of the target; null where the model has no popularity
        pa.field("rank_without_newest", pa.int32()),  # null where nothing would be left to predict from
        pa.field("rank_without_facet", _RANKS, nullable=False),  # (H,) with that facet's gate weight 0
        pa.field("rank_by_facet", _RANKS, nullable=False),  # (H,) with gate weight 1 on that facet alone
        pa.field("target_count", pa.int32(), nullable=False),  # interactions with the target in training
        pa.field("first_id", pa.string()),  # null, as all of the first item, where everything was seen before
        pa.field("first_probability", pa.float64()),
        pa.field("first_count", pa.int32()),
        pa.field("newest_id", pa.string(), nullable=False),  # of the history
        pa.field("nearest_id", pa.string(), nullable=False),  # past item whose vector has the largest cosine with it
        pa.field("nearest", pa.int32(), nullable=False),  # how far back it lies: 1 = the newest, > read = not read
        pa.field("ahead", pa.string()),  # facet with the largest part of the first item; null without facets
        pa.field("timestamp", pa.float64()),  # of the target; null where the data are not at hand any more
    ]
)


class TraceError(InputError):
    """A trace is missing, not whole, or of something else."""


@dataclass(frozen=True)
class TraceAbout:
    """trace.json."""

    model: str  # fingerprint
    data: str  # fingerprint
    model_name: str
    dataset: str
    split: str  # "test" or "validation"
    repeats: str  # "drop" or "keep", as in `evaluate`
    facets: tuple[str, ...]  # H
    families: tuple[str, ...]  # E, of the anatomies
    experts: int  # N
    items: int  # in the catalog
    window: int  # items that the model reads at most
    events: int  # rows
    counted: int  # of them, that count in the measures
    popularity: bool  # whether the model has a popularity term
    format: int = TRACE_FORMAT

    def as_json(self) -> dict[str, Any]:
        """Plain lists and numbers."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, content: Mapping[str, Any], where: Path) -> "TraceAbout":
        """From what `as_json` gives; raises `TraceError` where it is of another format or lacks something."""
        if content.get("format") != TRACE_FORMAT:
            raise TraceError(
                f"{where} has format {content.get('format')!r}, but {TRACE_FORMAT} is read here; {TRACE_ADVICE}."
            )
        found: dict[str, Any] = {}
        for field in fields(cls):
            value, kind = content.get(field.name), field.type
            if kind == tuple[str, ...]:
                if isinstance(value, list) and all(isinstance(one, str) for one in value):
                    found[field.name] = tuple(value)
            elif type(value) is kind:
                found[field.name] = value
            if field.name not in found:
                raise TraceError(f"{where} has no usable {field.name!r}; {TRACE_ADVICE}.")
        return cls(**found)


def read_about(folder: Path) -> TraceAbout:
    """What a trace says of itself.

    Raises
    ------
    TraceError, FolderError
        There is none, it is of another format, or its trace.json is damaged.
    """
    if not folder.is_dir():
        raise TraceError(f"There is no trace {folder}; make one with `python -m fame trace`.")
    return TraceAbout.from_json(read_json(folder / TRACE_ABOUT, TRACE_ADVICE), folder / TRACE_ABOUT)


def need(about: TraceAbout, folder: Path, model: str | None = None, data: str | None = None) -> None:
    """Refuse a trace of another model or of other data, each given by its fingerprint; raises `TraceError`."""
    for what, name, is_of, wanted in (
        ("weights", about.model_name, about.model, model),
        ("data", about.dataset, about.data, data),
    ):
        if wanted is not None and is_of != wanted:
            raise TraceError(
                f"{folder} is a trace of other {what} ({name}, {is_of[:12]}, not {wanted[:12]}); {TRACE_ADVICE}."
            )
