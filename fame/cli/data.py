"""`python -m fame data …`."""

import typer

app = typer.Typer(help="Fetch, make and import data sets.", no_args_is_help=True)
