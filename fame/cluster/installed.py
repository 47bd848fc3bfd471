"""Whether Ray is there; importable without it."""

from importlib.util import find_spec

from fame.errors import InputError


class ClusterError(InputError):
    """There is no cluster to work on, or not one that can be worked on."""


def need_ray() -> None:
    """Raises `ClusterError` where Ray is not installed."""
    if find_spec("ray") is None:
        raise ClusterError(
            "--engine ray needs Ray, which is not installed here; "
            "install it with `python -m pip install -r requirements-cluster.txt`, or leave --engine out."
        )
