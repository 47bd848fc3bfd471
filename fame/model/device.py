"""Where a model runs."""

import torch

from fame.errors import InputError


class DeviceError(InputError):
    """A device was asked for that is not there."""


def choose_device(name: str) -> torch.device:
    """`auto` (a GPU where there is one, else the CPU), `cpu`, `cuda` or `cuda:1`.

    Raises
    ------
    DeviceError
        The name is none of these, or torch finds no such GPU.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(name)
    except RuntimeError:
        found = torch.device("meta")
    if found.type not in ("cpu", "cuda"):
        raise DeviceError(f"There is no device {name!r}; choose auto, cpu, cuda, or cuda:1 for the second GPU.")
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        raise DeviceError(f"torch finds no GPU for {name!r}; choose cpu, or install a torch built for your GPU.")
    return found
