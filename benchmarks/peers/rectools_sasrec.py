"""RecTools' SASRec with full softmax: `PYTHON -m benchmarks.peers.rectools_sasrec --histories FILE.npz`.

PYTHON is what `environment.python_of("rectools")` gives; run it in the project's folder. Data preparation, model,
optimizer and Lightning training are RecTools' own, with its defaults for all that the command line does not name. A
sequence is a user's last `length` + 1 items; all of them but the first are examples.
"""

import argparse
import contextlib
import sys
import time

import numpy as np
import pandas as pd
import torch
from pytorch_lightning import Callback, Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
from rectools.models.nn.transformers.lightning import TransformerLightningModule
from torch import Tensor

from benchmarks.peers.protocol import WARM_UP, Data, arguments, ranks, read, report_epoch, report_probe, report_start


def main() -> None:
    """Train, and report after every epoch."""
    chosen = arguments(__doc__)
    data = read(chosen.histories)
    with contextlib.redirect_stdout(sys.stderr):
        seed_everything(chosen.seed)
        sasrec(chosen, data).fit(dataset(data))


def dataset(data: Data) -> Dataset:
    """The training histories as RecTools wants them."""
    table = {
        Columns.User: data.users,
        Columns.Item: data.items,
        Columns.Weight: 1,
        Columns.Datetime: pd.to_datetime(data.places, unit="s"),
    }
    return Dataset.construct(pd.DataFrame(table))


def sasrec(chosen: argparse.Namespace, data: Data) -> SASRecModel:
    """RecTools' model. Its trainer is RecTools' default one, but it stays on the CPU and tells `Reports`."""

    def trainer() -> Trainer:
        return Trainer(
            max_epochs=-1 if chosen.probe else chosen.epochs,
            max_steps=WARM_UP + chosen.probe if chosen.probe else -1,
            accelerator="cpu",
            devices=1,
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            callbacks=[TimedEpoch(chosen.probe) if chosen.probe else Reports(data, chosen.length, chosen.seconds)],
        )

    return SASRecModel(
        n_factors=chosen.width,
        n_blocks=chosen.layers,
        n_heads=chosen.heads,
        session_max_len=chosen.length,
        dropout_rate=chosen.dropout,
        batch_size=chosen.batch,
        lr=chosen.learning_rate,
        loss="softmax",
        get_trainer_func=trainer,
    )


class Start(Callback):
    """Reports what is about to be trained."""

    def on_train_start(self, trainer: Trainer, pl_module: TransformerLightningModule) -> None:
        """The first line."""
        sequences = trainer.train_dataloader.dataset.sessions
        report_start(
            "rectools",
            sum(p.numel() for p in pl_module.torch_model.parameters()),
            sum(len(sequence) - 1 for sequence in sequences),
            sequences=len(sequences),
            steps=trainer.num_training_batches,
        )


class TimedEpoch(Start):
    """Times some steps, the loading of their batches included."""

    def __init__(self, steps: int):
        self.steps = steps
        self.started = 0.0

    def on_train_batch_end(self, trainer: Trainer, pl_module: TransformerLightningModule, *_: object) -> None:
        """Start the clock when the warm-up is over; stop it after the last step."""
        if trainer.global_step == WARM_UP:
            self.started = time.perf_counter()
        elif trainer.global_step == WARM_UP + self.steps:
            report_probe(self.steps, time.perf_counter() - self.started, trainer.num_training_batches)


class Reports(Start):
    """Times every epoch and ranks the validation targets after it, outside that time."""

    def __init__(self, data: Data, length: int, seconds: float):
        self.data = data
        self.length = length
        self.seconds = seconds
        self.total = 0.0
        self.started = 0.0

    def on_train_epoch_start(self, trainer: Trainer, pl_module: TransformerLightningModule) -> None:
        """Start the clock."""
        self.started = time.perf_counter()

    def on_train_epoch_end(self, trainer: Trainer, pl_module: TransformerLightningModule) -> None:
        """Stop the clock, rank, report, and end the training when its time is over."""
        seconds = time.perf_counter() - self.started
        self.total += seconds
        pl_module.eval()
        internal = numbering(pl_module, self.data.catalog)
        found = ranks(self.data, lambda users: score(pl_module, self.data, users, internal, self.length))
        pl_module.train()
        report_epoch(trainer.current_epoch + 1, seconds, float(trainer.callback_metrics["train_loss"]), found)
        trainer.should_stop = self.total > self.seconds


def numbering(module: TransformerLightningModule, catalog: int) -> np.ndarray:
    """(catalog + 1,): RecTools' own number of each item; 0, its padding, for those that no trained sequence holds."""
    known = module.data_preparator.get_known_item_ids().astype(np.int64)
    internal = np.zeros(catalog + 1, dtype=np.int64)
    internal[known] = module.data_preparator.get_known_items_sorted_internal_ids()
    return internal


def score(
    module: TransformerLightningModule, data: Data, users: np.ndarray, internal: np.ndarray, length: int
) -> Tensor:
    """(len(users), catalog + 1): the scores that RecTools' recommending reads; -inf for an item it does not know."""
    windows = np.zeros((len(users), length), dtype=np.int64)
    for window, user in zip(windows, users, strict=True):
        items = internal[data.history(user)]
        items = items[items > 0][-length:]
        window[length - len(items) :] = items
    model = module.torch_model
    table = model.item_model.get_all_embeddings()
    last = model.encode_sessions({"x": torch.from_numpy(windows)}, table)[:, -1:, :]
    scores = model.similarity_module(last, table)[:, 0, torch.from_numpy(internal)]
    return scores.masked_fill(torch.from_numpy(internal == 0), -torch.inf)


if __name__ == "__main__":
    main()
