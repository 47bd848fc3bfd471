"""The command line. Exit 0 done, 2 wrong usage or bad input, 1 anything else, 130 interrupted with state kept."""

import sys

import typer

from fame.cli import data, verify
from fame.cli.compare import compare
from fame.cli.derive import derive
from fame.cli.errors import errors
from fame.cli.estimate import estimate
from fame.cli.evaluate import evaluate
from fame.cli.explain import explain
from fame.cli.map import map_
from fame.cli.output import console
from fame.cli.recommend import recommend
from fame.cli.trace import trace
from fame.cli.train import train
from fame.errors import InputError

app = typer.Typer(
    name="fame",
    help="Train, serve and explain FAME, a sequential recommender whose attention heads are facets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(data.app, name="data")
app.add_typer(verify.app, name="verify")
app.command()(train)
app.command()(estimate)
app.command()(evaluate)
app.command()(errors)
app.command()(compare)
app.command()(derive)
app.command()(recommend)
app.command()(explain)
app.command("map")(map_)
app.command()(trace)


def main() -> None:
    """Run the command named in `sys.argv`; what a user can mend is one sentence on stderr and exit code 2."""
    try:
        app()
    except InputError as error:
        console.print(f"error: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
    except KeyboardInterrupt:
        console.print("interrupted", style="yellow")
        sys.exit(130)
