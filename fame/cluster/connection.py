"""The way to a cluster: one that is there already, or the cores of this machine as one."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from fame.cluster.installed import ClusterError
from fame.cluster.nodes import ask_all, need_alike, this_machine

ANSWER = 5.0  # seconds to wait for one


@contextmanager
def connected(address: str | None = None, workers: int | None = None) -> Iterator[int]:
    """Work on a cluster, and let go of it in the end; gives the number of workers, one core each.

    Raises
    ------
    ClusterError
        Nothing answers at the address, the machines do not run the same, or have fewer cores than workers are wanted.
    """
    if address is not None:
        need_answer(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what goes wrong comes back as an error, too
    for part in ("ray", "ray.data", "ray.train"):
        logging.getLogger(part).setLevel(logging.ERROR)
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address is None:
            ray.init(address="local", num_cpus=workers, include_dashboard=False, **quiet)
        else:
            ray.init(address=address, **quiet)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise ClusterError(unreached(address, error)) from None
    try:
        need_alike(this_machine(), ask_all())
        cores = int(ray.cluster_resources().get("CPU", 0))
        if (workers or 1) > cores:
            raise ClusterError(f"The cluster has {cores} cores, too few for {workers or 1} workers; ask for fewer.")
        yield workers or cores
    finally:
        ray.shutdown()


def need_answer(address: str) -> None:
    """Raises `ClusterError` where nobody listens; Ray would try for minutes, and then end the process."""
    host, _, port = address.rpartition(":")
    if address == "auto":  # Ray finds what runs on this machine
        return
    if not host or not port.isdigit():
        raise ClusterError(f"{address!r} is no address of a cluster; give HOST:PORT, as `ray start` says it.")
    try:
        socket.create_connection((host, int(port)), ANSWER).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(
            f"No cluster answers at {address!r} ({error}); start one with `ray start --head`, or leave --address out."
        ) from None


def unreached(address: str | None, error: Exception) -> str:
    """The sentence about a cluster that cannot be worked on; Ray itself refuses another Python than its head's."""
    said = str(error)
    if "Version mismatch" in said:
        told = " ".join(said.split())
        return f"The cluster {address} runs another Python or another Ray than this machine ({told}); use the same."
    where = "No Ray could be started here" if address is None else f"No cluster answers at {address!r}"
    return f"{where} ({said.strip().splitlines()[0] if said.strip() else type(error).__name__}); see `ray status`."
