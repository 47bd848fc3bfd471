"""How a past item is left out. No torch: what is stored and shown names its way."""

from typing import Literal

Way = Literal["remove", "mask"]  # the others move up, or it is masked and they stay where they are
WAYS: tuple[Way, ...] = ("remove", "mask")
