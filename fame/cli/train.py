"""`python -m fame train`."""

import os
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from fame.architectures import DEFAULT_ARCHITECTURE, trained_here
from fame.cli.engine import Address, Engine, Workers, on_cluster
from fame.cli.output import Device, Json, console, print_json

MODELS = f"One of {', '.join(one.name for one in trained_here())}."


def train(
    data: Annotated[Path, typer.Option(help="Folder of the data set.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; the model is in its `best`.")],
    preset: Annotated[
        str | None,
        typer.Option(
            help="default, best, small or published (in architecture, not in training).", show_default="default"
        ),
    ] = None,
    model: Annotated[str | None, typer.Option(help=MODELS, show_default=DEFAULT_ARCHITECTURE)] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, as key=value; may be repeated.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same model.", show_default="1")] = None,
    device: Device = "auto",
    resume: Annotated[bool, typer.Option(help="Go on with the run in --out, with its own settings.")] = False,
    background: Annotated[bool, typer.Option(help="Leave a core and the right of way to other programs.")] = False,
    engine: Engine = "local",
    address: Address = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Train a model until its validation NDCG stops rising. Ctrl-C keeps the last finished epoch for --resume."""
    from fame.jobs import queue, status

    try:
        cluster = (address, workers) if on_cluster(engine, address, workers) else None
        basic = {"model": model, "seed": seed}
        _train(data, out, preset, basic, set_ or [], device, resume, background, cluster, as_json)
    except BaseException as error:
        status.could_not_begin(out, str(error))
        raise
    finally:
        queue.advance()


def _train(
    data: Path,
    out: Path,
    preset: str | None,
    basic: dict[str, Any],
    set_: list[str],
    device: str,
    resume: bool,
    background: bool,
    cluster: tuple[str | None, int | None] | None,
    as_json: bool,
) -> None:
    """What `train` does before it lets the next run begin."""
    from fame.training.options import differing, given
    from fame.training.presets import settings

    named = given(basic, set_)
    wanted = None if resume else settings(preset or "default", **named)
    if background:
        give_way()

    from fame.data import read
    from fame.data.derived import store
    from fame.model.device import choose_device
    from fame.training.audience_tie import derived_for, told_of
    from fame.training.run import Run, RunError
    from fame.training.trainer import Engine as Learn
    from fame.training.trainer import Step
    from fame.training.trainer import train as run_training

    runs_on = choose_device("cpu" if cluster and device == "auto" else device)
    learn: Learn | None = None
    if cluster:
        from fame.cluster.train import on

        learn = on(*cluster)
    given_data = read(data)
    if wanted is None:
        Run.open(out).check(given_data)
    derived = derived_for(wanted or Run.open(out).settings(), data, given_data, out)
    dataset = told_of(given_data, derived)
    if wanted is None:
        run = Run.open(out)
        if other := differing(run.settings(), preset, named, dataset.catalog):
            raise RunError(
                f"{out} was started with {other}; leave out what differs to go on with it, or give another --out."
            )
    else:
        run = Run.start(out, wanted, dataset, shlex.join(["python", "-m", "fame", *sys.argv[1:]]))
    if derived is not None:
        store.save(out, derived)

    for note in run.notes():
        console.print(note, markup=False, highlight=False)
    most = run.settings().epochs
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
        TextColumn("at most"), TimeRemainingColumn(), TextColumn("left"), console=console,
    ) as bar:  # fmt: skip
        task = bar.add_task("epoch 1", total=most)

        def watch(step: Step) -> None:
            bar.update(task, completed=step.epoch - 1 + step.done, description=f"epoch {step.epoch}")
            if step.evaluation is not None:
                line = step.evaluation
                gate = "" if line.gate_entropy is None else f"  gate entropy {line.gate_entropy:.2f}"
                bar.console.print(
                    f"epoch {line.epoch:3}  loss {line.loss:.4f}  NDCG@10 {line.metrics['NDCG@10']:.4f}  "
                    f"HR@10 {line.metrics['HR@10']:.4f}{gate}  {line.seconds:.1f} s",
                    highlight=False,
                )

        trained = run_training(run, dataset, watch, runs_on, learn)
    for sentence in trained.description.collapses():
        console.print(sentence, style="yellow", markup=False, highlight=False)

    from fame.explain import example
    from fame.explain.meaning.audience_names import named as with_names

    if derived is not None:
        store.save(trained.description.folder, with_names(derived, given_data.catalog))
    example.write(trained.description.folder, given_data)
    card = trained.description.card
    test = card["metrics"]["test"]
    console.print(f"best epoch {card['epoch']}: test NDCG@10 {test['NDCG@10']:.4f}, HR@10 {test['HR@10']:.4f}")
    console.print(f"model in {trained.description.folder}", markup=False)
    if as_json:
        print_json({"model": str(trained.description.folder), "epoch": card["epoch"], "metrics": card["metrics"]})


def give_way() -> None:
    """Let other programs come first, and leave a core to them."""
    import torch

    os.nice(10)
    torch.set_num_threads(max(1, torch.get_num_threads() - 1))
