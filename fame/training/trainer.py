"""The loop: epochs over windows of like length, evaluation on the validation split, the best model kept.

An epoch is a pure function of (weights, optimiser, settings, data, seed, epoch number): its order and its dropout are
drawn from generators seeded with the last two. So a run that was killed goes on from its last finished epoch and ends
bit for bit where it would have ended, and no random state needs to be stored.
"""

import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import numpy as np
import torch

from fame.checkpoint import store
from fame.data import Catalog, DataSet, Histories, Split, leave_one_out
from fame.data.batches import Windows, batches, pad, windows
from fame.data.split import sample
from fame.files import write_json
from fame.jobs import status
from fame.model import Faceted, Model, build
from fame.model.cka import cka
from fame.ranking.evaluation import counted, popularity_ranks, ranks
from fame.ranking.metrics import means
from fame.training.anchoring import Anchors, plan
from fame.training.buffers import keep_large_buffers
from fame.training.interrupts import heard
from fame.training.objective import Tied, objective
from fame.training.optimizer import Optimizer
from fame.training.peers import ALONE, Peers
from fame.training.routing import PLACED, place
from fame.training.run import EpochsDone, Evaluation, Run
from fame.training.run_progress import FLOOR_FILE, Beat
from fame.training.settings import Settings
from fame.training.sufficiency import TrainingError, need_enough

# The epoch is chosen by NDCG@10, as in the field. Where fewer users than this are judged, a few dozen hits decide it,
# and the highest of 30 epochs is luck: there it is chosen by NDCG over all ranks, in which every target has a say.
MANY = 10_000
COMPARED = 2_000  # items on which facets are compared after an epoch, evenly over the catalog


class DivergedError(TrainingError):
    """The loss is no number any more."""


@dataclass(frozen=True)
class Step:
    """What a watcher of the training is told: after every batch, and with an evaluation after every epoch."""

    epoch: int
    done: float  # share of the epoch
    evaluation: Evaluation | None = None


Watch = Callable[[Step], None]
Engine = Callable[[Run, DataSet, Watch, torch.device], None]


def train(
    run: Run,
    dataset: DataSet,
    watch: Watch = lambda step: None,
    device: torch.device | str = "cpu",
    engine: Engine | None = None,
) -> store.Checkpoint:
    """Train, or go on training, until the validation NDCG stops rising; the best model is in `best/`.

    `engine` does it in the place of this process: the workers of a cluster. Ctrl-C (KeyboardInterrupt),
    `status.ask_to_stop` and errors leave the last finished epoch in `last/` and say so in the status.

    Raises
    ------
    TrainingError
        The data have nobody to validate on or too few items to sample from, or the loss is no number any more.
    BusyError
        Another process trains the run.
    """
    run.check(dataset)
    need_enough(run.settings(), dataset)

    with status.hold(run.folder), heard() as interrupted:

        def told(step: Step) -> None:
            watch(step)
            if interrupted() or status.asked_to_stop(run.folder):
                raise KeyboardInterrupt

        run.status("running")
        try:
            (engine or learn)(run, dataset, told, torch.device(device))
        except BaseException as error:
            run.status(*status.ended_by(error))
            raise
        run.status("finished")
    return store.load(run.folder / "best")


def learn(run: Run, dataset: DataSet, watch: Watch, device: torch.device, peers: Peers = ALONE) -> None:
    """Bring a run to its end from where it stands; of several processes the first judges, and writes the folder."""
    keep_large_buffers()
    settings, split, beat = run.settings(), leave_one_out(dataset.histories), Beat(run.folder)
    first = peers.rank == 0

    def told(step: Step) -> None:
        if first:
            beat.tell(step.epoch, step.done)
        watch(step)

    learner = begin(settings, split.train, dataset.catalog, device)
    model, optimizer = learner.model, learner.optimizer
    judges = sample(counted(split.validation), settings.validation_users, settings.seed)
    if first:
        write_json(run.folder / FLOOR_FILE, means(popularity_ranks(split.train, judges, len(dataset.catalog))))
    chosen_by = "NDCG@10" if len(judges.targets) >= MANY else "NDCG"
    progress = run.restore(model, optimizer)
    while progress.epoch < settings.epochs and progress.epoch - progress.best_epoch < settings.patience:
        epoch = progress.epoch + 1
        try:
            trained = train_epoch(learner, split.train, settings, epoch, told, peers)
        except DivergedError as error:
            kept = f"the best model so far, of epoch {progress.best_epoch}, is kept in {run.folder / 'best'}"
            raise TrainingError(
                f"{error}; {kept if progress.best_epoch else 'nothing was learned yet'}. Try a smaller learning_rate."
            ) from None
        if first:
            evaluation = replace(
                trained, metrics=means(ranks(model.eval(), judges)), head_similarity=head_similarity(model)
            )
            better = evaluation.metrics[chosen_by] > progress.best
            best = (epoch, evaluation.metrics[chosen_by]) if better else (progress.best_epoch, progress.best)
            progress = EpochsDone(epoch, *best)
            run.log(evaluation)
            card = model_card(run, settings, model)
            if better:
                store.save(run.folder / "best", model, dataset, card)
            run.save(model, optimizer, progress, dataset, card)
            told(Step(epoch, 1.0, evaluation))
        progress = peers.from_first(progress)
    if first:
        finish(run, split, dataset, device)


@dataclass(frozen=True)
class Learner:
    """A model in training."""

    model: Model
    optimizer: Optimizer
    anchors: Anchors | None


def begin(settings: Settings, train: Histories, catalog: Catalog, device: torch.device) -> Learner:
    """The untrained model of a run."""
    items = len(catalog)
    settings = plan(settings, catalog).settings
    torch.manual_seed(settings.seed)
    model = build(settings.config(items))  # drawn on the CPU, so that a seed means the same on every device
    counts = np.bincount(train.items, minlength=items + 1)[1:]
    model.bias.start_from(torch.from_numpy(counts).float())
    model.to(device)
    return Learner(model, Optimizer(model, settings), Anchors.of(catalog, settings, device))


def train_epoch(
    learner: Learner,
    train: Histories,
    settings: Settings,
    epoch: int,
    watch: Watch = lambda step: None,
    peers: Peers = ALONE,
) -> Evaluation:
    """One pass over the training windows; nothing is measured yet. Of several processes each takes its share.

    Raises
    ------
    DivergedError
        The loss of a step is no number, or not a finite one.
    """
    started = time.perf_counter()
    rng = np.random.default_rng([settings.seed, epoch])
    torch.manual_seed(int(rng.integers(2**62)) + peers.rank)  # what is dropped out, each process draws for itself
    read = windows(train, settings.length, rng, alone=settings.begin)
    model, optimizer, anchors = learner.model, learner.optimizer, learner.anchors
    device = model.table().device
    draws = torch.Generator().manual_seed(settings.seed * 1_000_003 + epoch)  # its own: tying moves no other draw
    total, tying, positions, done = 0.0, 0.0, 0, 0
    gate: torch.Tensor | float = 0.0
    load: torch.Tensor | float = 0.0
    entropy: torch.Tensor | float = 0.0
    model.train()
    if epoch == PLACED:
        place(model, settings.seed, anchors.stand if anchors else ())
    peers.equal(model)
    for step, rows in enumerate(batches(read.pieces.lengths - (not settings.begin), settings.batch, rng), 1):
        own, counts = peers.share(rows)
        items, targets = (torch.from_numpy(array).to(device) for array in next_items(read, own, settings))
        tied = Tied(anchors, anchors.draw(draws)) if anchors else None
        found = objective(model, settings, items, targets, tied)
        loss = found.loss.item()
        if not math.isfinite(loss + found.value.item()):
            raise DivergedError(f"The loss is {loss} in step {step} of epoch {epoch}")
        torch.autograd.backward(found.value)
        n = len(found.gate) * counts
        peers.average(optimizer.dense, n)
        rows_read, gradients = peers.average_rows(found.rows, found.gradients, n)
        optimizer.step((epoch - 1 + done / len(read.pieces)) / settings.epochs, rows_read, gradients)

        total, positions, done = total + loss * n, positions + n, done + len(rows)
        tying += found.anchoring.item() * n
        with torch.no_grad():
            gate, load = gate + found.gate.sum(0) * counts, load + found.router.sum(0) * counts
            entropy = entropy + torch.special.entr(found.gate).sum() * counts
        watch(Step(epoch, done / len(read.pieces)))
    facets, numbers = model.config.facets, torch.tensor([total, tying, positions], dtype=torch.float64)
    numbers, gate, load, entropy = peers.sums([numbers, *map(torch.as_tensor, (gate, load, entropy))])
    total, tying, of = numbers.tolist()
    return Evaluation(
        epoch=epoch,
        loss=total / of,
        anchoring=tying / of if anchors else None,
        metrics={},
        gate=(gate / of).tolist() if facets else [],
        gate_entropy=float(entropy) / of / math.log(len(facets)) if len(facets) > 1 else None,
        expert_load=(load / of).tolist() if facets else [],
        seconds=time.perf_counter() - started,
        head_similarity=[],
    )


@torch.inference_mode()
def head_similarity(model: Model) -> list[list[float]]:
    """(H, H) debiased linear CKA of the facets' sub-embeddings of some items: 1 = they arrange them the same way."""
    if not isinstance(model, Faceted):
        return []
    every = max(1, model.config.items // COMPARED)
    vectors = model.sub_embeddings(model.table()[1::every]).cpu().numpy()
    return cka(vectors, vectors).tolist()


def next_items(read: Windows, rows: np.ndarray, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Items (B, T) of some windows and, at each of the model's positions, the item that comes next, or 0, (B, S)."""
    padded = pad(read.pieces, rows, settings.length + 1)
    items, targets = padded[:, :-1], padded[:, 1:] * (padded[:, :-1] > 0)
    if settings.begin:  # it predicts the first item, where that is the first of the user's
        oldest = (padded > 0).argmax(1)
        targets = padded.copy()
        targets[np.arange(len(rows)), oldest] *= read.first[rows]
    return items, targets


def finish(run: Run, split: Split, dataset: DataSet, device: torch.device) -> None:
    """Write the best model's test measures, and popularity's as the floor, into its card; only now, at the end."""
    best = store.load(run.folder / "best", device)
    test = counted(split.test)
    metrics = {
        "validation": means(ranks(best.model, counted(split.validation))),
        "test": means(ranks(best.model, test)),
        "popularity": means(popularity_ranks(split.train, test, len(dataset.catalog))),
        "users": len(test.targets),
        "repeats": len(split.test.targets) - len(test.targets),
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
        "gate": lines[-1]["gate"],
        "expert_load": lines[-1]["expert_load"],
        "machine": f"{platform.machine()}, threads: {torch.get_num_threads()}",
        "versions": {"python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy")},
    }
