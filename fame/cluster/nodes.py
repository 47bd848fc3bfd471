"""Whether the machines of a cluster can work together: the same Python, and the same code, on each.

What goes from one to the other is pickled, and another Python or another `fame` would read it as something else, or
compute something else, without an error.
"""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import fame
from fame.cluster.installed import ClusterError


@dataclass(frozen=True)
class Machine:
    """What runs on a machine."""

    python: str  # "3.11.7"
    code: str  # digest of the package `fame`


def this_machine() -> Machine:
    """What runs here."""
    digest, package = hashlib.sha256(), Path(fame.__file__).parent
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return Machine(platform.python_version(), digest.hexdigest())


def ask_all() -> dict[str, Machine | None]:
    """What runs on each living machine of the cluster, by address; None where `fame` cannot be imported."""
    task, found = ray.remote(this_machine), {}
    asked = {
        f"{node['NodeManagerAddress']}:{node['NodeManagerPort']}": task.options(
            num_cpus=0, max_retries=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        ).remote()
        for node in ray.nodes() if node["Alive"]
    }  # fmt: skip
    for address, answer in asked.items():
        try:
            found[address] = ray.get(answer)
        except ray.exceptions.RayError:
            found[address] = None
    return found


def need_alike(own: Machine, others: Mapping[str, Machine | None]) -> None:
    """Raises `ClusterError` about the first machine on which something else runs than on this one."""
    for address, other in others.items():
        if other is None:
            raise ClusterError(
                f"On the machine {address} of the cluster `fame` cannot be imported; "
                "install this folder there with `python -m pip install -r requirements-cluster.txt`."
            )
        if other.python != own.python:
            raise ClusterError(
                f"The machine {address} of the cluster runs Python {other.python}, and this one {own.python}; "
                "start Ray on every machine with the same Python."
            )
        if other.code != own.code:
            raise ClusterError(
                f"The machine {address} of the cluster has another version of `fame` than this one; "
                "bring both to the same commit."
            )
