"""Where the work of a command is done: in this process, or by the workers of a cluster."""

from typing import Annotated, Literal

import typer

Engine = Annotated[
    Literal["local", "ray"],
    typer.Option(help="local: this process; ray: workers on the cores of a cluster (requirements-cluster.txt)."),
]
Address = Annotated[
    str | None, typer.Option(help="HOST:PORT of a Ray cluster that runs already; this machine's cores, if left out.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Of a cluster, one core each.", show_default="all cores of the cluster")
]


def on_cluster(engine: str, address: str | None, workers: int | None) -> bool:
    """Whether a cluster is wanted, for which Ray must be there; raises `ClusterError`."""
    from fame.cluster.installed import ClusterError, need_ray

    if engine == "ray":
        need_ray()
        return True
    if address is not None or workers is not None:
        raise ClusterError("--address and --workers are about a cluster; add --engine ray, or leave them out.")
    return False
