"""One place for what is printed: the answer on stdout, everything else on stderr."""

import json
from typing import Annotated, Any, Literal

import typer
from rich.console import Console

console = Console(stderr=True)

Device = Annotated[str, typer.Option(help="auto (a GPU where there is one), cpu, cuda or cuda:1.")]
Repeated = Annotated[
    Literal["drop", "keep"],
    typer.Option(
        "--repeats",
        help="drop: seen items are never recommended, and a held-out item that was seen before is left out of the "
        "measures; keep: seen items are recommended like all others.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout; all else goes to stderr.")]


def print_json(answer: Any) -> None:
    """Print `answer` as one line of strict JSON on stdout."""
    typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
