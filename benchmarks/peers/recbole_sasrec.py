"""RecBole's SASRec with full cross-entropy: `PYTHON -m benchmarks.peers.recbole_sasrec --histories FILE.npz`.

PYTHON is what `environment.python_of("recbole")` gives; run it in the project's folder. File format, loading, split,
augmentation, model, optimizer and training epoch are RecBole's own, with its defaults for all that the command line
does not name (the feed-forward layer is 256 wide, whatever the width). Every prefix of a history is an example.
"""

import argparse
import contextlib
import itertools
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from recbole.config import Config
from recbole.data import create_dataset, data_preparation
from recbole.data.dataset import SequentialDataset
from recbole.data.interaction import Interaction
from recbole.model.sequential_recommender import SASRec
from recbole.trainer import Trainer
from recbole.utils import init_seed
from torch import Tensor

from benchmarks.peers.protocol import WARM_UP, Data, arguments, ranks, read, report_epoch, report_probe, report_start


def main() -> None:
    """Train, and report after every epoch."""
    chosen = arguments(__doc__)
    data = read(chosen.histories)
    with (
        contextlib.redirect_stdout(sys.stderr),
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),  # where it leaves its logs
    ):
        write(data, Path(folder))
        train(chosen, data)


def write(data: Data, folder: Path) -> None:
    """RecBole's atomic file: of each user the training history, the validation target and a test item.

    RecBole's split into three wants a test item. Nothing here reads it, so it names the items that occur nowhere else,
    and RecBole, which knows only the items of its file, knows the whole catalog. Users without an example stay out,
    because the split would move their validation target into the training part for want of another.
    """
    kept = np.flatnonzero(data.lengths > 1)
    rows = np.isin(data.users, kept)
    missing = np.setdiff1d(np.arange(1, data.catalog + 1), np.concatenate([data.items[rows], data.targets[kept]]))
    if len(missing) > len(kept):
        raise ValueError("the catalog has more items that nobody chose than there are users to name them")
    test = np.ones(len(kept), dtype=np.int64)
    test[: len(missing)] = missing
    last = data.lengths[kept]
    table = np.column_stack(
        [
            np.concatenate([data.users[rows], kept, kept]),
            np.concatenate([data.items[rows], data.targets[kept], test]),
            np.concatenate([data.places[rows], last, last + 1]),
        ]
    )
    (folder / "histories").mkdir()
    header = "user_id:token\titem_id:token\ttimestamp:float"
    np.savetxt(folder / "histories" / "histories.inter", table, "%d", delimiter="\t", header=header, comments="")


def settings(chosen: argparse.Namespace) -> dict[str, object]:
    """What the command line says, in RecBole's words, and what full cross-entropy and leave-one-out need."""
    return {
        "data_path": ".",
        "use_gpu": False,
        "state": "WARNING",
        "show_progress": False,
        "seed": chosen.seed,
        "load_col": {"inter": ["user_id", "item_id", "timestamp"]},
        "eval_args": {"split": {"LS": "valid_and_test"}, "group_by": "user", "order": "TO", "mode": "full"},
        "loss_type": "CE",
        "train_neg_sample_args": None,
        "hidden_size": chosen.width,
        "n_layers": chosen.layers,
        "n_heads": chosen.heads,
        "hidden_dropout_prob": chosen.dropout,
        "attn_dropout_prob": chosen.dropout,
        "MAX_ITEM_LIST_LENGTH": chosen.length,
        "train_batch_size": chosen.batch,
        "learning_rate": chosen.learning_rate,
        "epochs": chosen.epochs,
    }


def train(chosen: argparse.Namespace, data: Data) -> None:
    """What `run_recbole` does, an epoch at a time, with this project's ranking between."""
    config = Config(model="SASRec", dataset="histories", config_dict=settings(chosen))
    init_seed(config["seed"], config["reproducibility"])
    dataset = create_dataset(config)
    batches, _, _ = data_preparation(config, dataset)
    examples = len(batches.dataset)
    if examples != np.maximum(data.lengths - 1, 0).sum() or dataset.item_num != data.catalog + 1:
        raise RuntimeError(f"RecBole made {examples} examples over {dataset.item_num - 1} items, not the histories'")
    init_seed(config["seed"], config["reproducibility"])
    model = SASRec(config, batches.dataset).to(config["device"])
    trainer = Trainer(config, model)
    report_start("recbole", sum(p.numel() for p in model.parameters()), examples, steps=len(batches))
    if chosen.probe:
        clock = Clock(WARM_UP)
        trainer._train_epoch(clock.watch(endless(batches), WARM_UP + chosen.probe), 0)
        report_probe(chosen.probe, time.perf_counter() - clock.started, len(batches))
        return
    internal, total = numbering(dataset, data.catalog), 0.0
    for epoch in range(1, chosen.epochs + 1):
        started = time.perf_counter()
        loss = trainer._train_epoch(batches, epoch - 1)  # what `Trainer.fit` calls and times
        seconds = time.perf_counter() - started
        total += seconds
        model.eval()
        found = ranks(data, lambda users: score(model, data, users, internal, chosen.length))
        report_epoch(epoch, seconds, loss / len(batches), found)
        if total > chosen.seconds:
            break


class Clock:
    """Notes when the step after `warm_up` others begins, the loading of its batch included."""

    def __init__(self, warm_up: int):
        self.warm_up = warm_up
        self.started = 0.0

    def watch(self, batches: Iterator[Interaction], steps: int) -> Iterator[Interaction]:
        """The first `steps` of the batches."""
        for step in range(steps):
            if step == self.warm_up:
                self.started = time.perf_counter()
            yield next(batches)


def endless(batches: Iterable[Interaction]) -> Iterator[Interaction]:
    """Epoch after epoch."""
    return itertools.chain.from_iterable(itertools.repeat(batches))


def numbering(dataset: SequentialDataset, catalog: int) -> np.ndarray:
    """(catalog + 1,): RecBole's own number of each item, 0 for padding."""
    tokens = dataset.field2id_token["item_id"]
    internal = np.zeros(catalog + 1, dtype=np.int64)
    internal[tokens[1:].astype(np.int64)] = np.arange(1, len(tokens))
    return internal


def score(model: SASRec, data: Data, users: np.ndarray, internal: np.ndarray, length: int) -> Tensor:
    """(len(users), catalog + 1): the scores that RecBole's own ranking of all items reads."""
    windows = np.zeros((len(users), length), dtype=np.int64)
    sizes = np.minimum(data.lengths[users], length)
    for window, user, size in zip(windows, users, sizes, strict=True):
        window[:size] = internal[data.history(user)[-size:]]
    batch = Interaction({model.ITEM_SEQ: torch.from_numpy(windows), model.ITEM_SEQ_LEN: torch.from_numpy(sizes)})
    return model.full_sort_predict(batch)[:, torch.from_numpy(internal)]


if __name__ == "__main__":
    main()
