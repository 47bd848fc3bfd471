"""What a comparison asks of each of its two models. No torch."""

from dataclasses import dataclass
from pathlib import Path

from fame.checkpoint.description import Description
from fame.data import DataSet


@dataclass(frozen=True)
class Side:
    """A model, the data that it was trained on, and its trace there."""

    model: Description
    data: DataSet
    trace: Path  # folder
