"""The loop: epochs over windows of like length, evaluation on the validation split, the best model kept.

An epoch is a pure function of (weights, optimiser, settings, data, seed, epoch number): its order and its dropout are
drawn from generators seeded with the last two. So a run that was killed goes on from its last finished epoch and ends
bit for bit where it would have ended, and no random state needs to be stored.
"""

import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from fame.checkpoint import store
from fame.data import DataSet, Split, leave_one_out
from fame.data.batches import batches, pad, windows
from fame.errors import InputError
from fame.model import Model, build
from fame.ranking.evaluation import popularity_ranks, ranks
from fame.ranking.metrics import means
from fame.training.losses import gate_imbalance, next_item_loss
from fame.training.run import Evaluation, Progress, Run
from fame.training.settings import Settings

CHOSEN_BY = "NDCG@10"


class TrainingError(InputError):
    """Training cannot go on."""


@dataclass(frozen=True)
class Step:
    """What a watcher of the training is told: after every batch, and with an evaluation after every epoch."""

    epoch: int
    done: float  # share of the epoch
    evaluation: Evaluation | None = None


def train(run: Run, dataset: DataSet, watch: Callable[[Step], None] = lambda step: None) -> store.Checkpoint:
    """Train, or go on training, until the validation NDCG@10 stops rising; the best model is in `best/`.

    Ctrl-C (KeyboardInterrupt) and errors leave the last finished epoch in `last/` and say so in the status.

    Raises
    ------
    TrainingError
        The data have nobody to validate on, or the loss is no number any more.
    """
    run.check(dataset)
    settings = run.settings()
    split = leave_one_out(dataset.histories)
    if not len(split.validation.targets):
        raise TrainingError(
            f"No user of {dataset.name!r} has three interactions, so none can be held out; bring more data."
        )
    run.status("running")
    try:
        _train(run, settings, dataset, split, watch)
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        run.status("stopped" if stopped else "failed", None if stopped else f"{type(error).__name__}: {error}")
        raise
    run.status("finished")
    return store.load(run.folder / "best")


def _train(run: Run, settings: Settings, dataset: DataSet, split: Split, watch: Callable[[Step], None]) -> None:
    torch.manual_seed(settings.seed)
    model = build(settings.config(len(dataset.catalog)))
    counts = np.bincount(split.train.items, minlength=len(dataset.catalog) + 1)[1:]
    model.bias.start_from(torch.from_numpy(counts).float())
    optimizer = torch.optim.AdamW(
        [parameter for parameter in model.parameters() if parameter.requires_grad],
        lr=settings.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=settings.weight_decay,
    )
    progress = run.restore(model, optimizer)
    while progress.epoch < settings.epochs and progress.epoch - progress.best_epoch < settings.patience:
        epoch = progress.epoch + 1
        evaluation = train_epoch(model, optimizer, split, settings, epoch, watch)
        better = evaluation.metrics[CHOSEN_BY] > progress.best
        best = (epoch, evaluation.metrics[CHOSEN_BY]) if better else (progress.best_epoch, progress.best)
        progress = Progress(epoch, *best)
        run.log(evaluation)
        card = model_card(run, settings, model)
        if better:
            store.save(run.folder / "best", model, dataset, card)
        run.save(model, optimizer, progress, dataset, card)
        watch(Step(epoch, 1.0, evaluation))
    finish(run, split, dataset)


def train_epoch(
    model: Model,
    optimizer: torch.optim.Optimizer,
    split: Split,
    settings: Settings,
    epoch: int,
    watch: Callable[[Step], None],
) -> Evaluation:
    """One pass over the training windows, then the validation measures."""
    started = time.perf_counter()
    rng = np.random.default_rng([settings.seed, epoch])
    torch.manual_seed(int(rng.integers(2**62)))
    pieces = windows(split.train, settings.length, rng)
    total, positions, done = 0.0, 0, 0
    gate: torch.Tensor | float = 0.0
    load: torch.Tensor | float = 0.0
    entropy = 0.0
    model.train()
    for rows in batches(pieces.lengths - 1, settings.batch, rng):
        padded = torch.from_numpy(pad(pieces, rows, settings.length + 1))
        items, targets = padded[:, :-1], padded[:, 1:] * (padded[:, :-1] > 0)
        output = model(items)
        loss = next_item_loss(model, output, targets)
        objective = loss + settings.gate_balance * gate_imbalance(output, targets) if settings.gate_balance else loss
        if not torch.isfinite(objective):
            raise TrainingError(
                f"The loss is {objective.item()} in epoch {epoch} after {done} of {len(pieces)} windows; "
                "the best model so far is kept: try a smaller learning_rate."
            )
        optimizer.zero_grad()
        torch.autograd.backward(objective)
        torch.nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
        optimizer.step()

        real = targets > 0
        n = int(real.sum())
        total, positions, done = total + loss.item() * n, positions + n, done + len(rows)
        with torch.no_grad():
            weights = output.gate[real]
            gate, load = gate + weights.sum(0), load + output.router[real].sum(0)
            entropy += float(-(weights * weights.clamp_min(1e-12).log()).sum())
        watch(Step(epoch, done / len(pieces)))
    seconds = time.perf_counter() - started
    facets = model.config.facets
    model.eval()
    return Evaluation(
        epoch=epoch,
        loss=total / positions,
        metrics=means(ranks(model, split.validation)),
        gate=(torch.as_tensor(gate) / positions).tolist() if facets else [],
        gate_entropy=entropy / positions / math.log(len(facets)) if len(facets) > 1 else None,
        expert_load=(torch.as_tensor(load) / positions).tolist() if facets else [],
        seconds=seconds,
    )


def finish(run: Run, split: Split, dataset: DataSet) -> None:
    """Write the best model's test measures, and popularity's as the floor, into its card; only now, at the end."""
    best = store.load(run.folder / "best")
    metrics = {
        "validation": means(ranks(best.model, split.validation)),
        "test": means(ranks(best.model, split.test)),
        "popularity": means(popularity_ranks(split.train, split.test, len(dataset.catalog))),
        "users": len(split.test.targets),
        "filtered": True,
    }
    store.save(run.folder / "best", best.model, dataset, best.description.card | {"metrics": metrics})


def model_card(run: Run, settings: Settings, model: Model) -> dict[str, Any]:
    """What to know about a model, as far as training knows it."""
    lines = list(run.evaluations())
    return {
        "command": run.command(),
        "settings": settings.model_dump(mode="json"),
        "seed": settings.seed,
        "epoch": lines[-1]["epoch"],
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "seconds": sum(line["seconds"] for line in lines),
        "seconds_per_epoch": float(np.median([line["seconds"] for line in lines])),
        "metrics": {"validation": lines[-1]["metrics"]},
        "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        "versions": {"python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy")},
    }
