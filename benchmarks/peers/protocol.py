"""What every peer is asked, and how its answer is measured and reported: only the package differs between them.

The peers' own Pythons import this, so it needs nothing but numpy and torch.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

WARM_UP = 5  # steps that a probe leaves out of its time: first touches of memory, the optimizer's state
USERS = 256  # users scored at a time


@dataclass(frozen=True)
class Data:
    """Training histories one after the other, oldest first, items 1..catalog, and each user's validation target."""

    items: np.ndarray
    offsets: np.ndarray
    targets: np.ndarray
    catalog: int

    @property
    def lengths(self) -> np.ndarray:
        """(U,): how long each training history is."""
        return np.diff(self.offsets)

    @property
    def users(self) -> np.ndarray:
        """(n,): the user, 0..U-1, of every training interaction."""
        return np.repeat(np.arange(len(self.targets)), self.lengths)

    @property
    def places(self) -> np.ndarray:
        """(n,): the place of every training interaction in its user's history, 0 the oldest; serves as its time."""
        return np.arange(len(self.items)) - np.repeat(self.offsets[:-1], self.lengths)

    def history(self, user: int) -> np.ndarray:
        """The training history of a user."""
        return self.items[self.offsets[user] : self.offsets[user + 1]]


def read(file: Path) -> Data:
    """The data that a benchmark wrote for all peers."""
    with np.load(file) as arrays:
        return Data(arrays["items"], arrays["offsets"], arrays["targets"], int(arrays["catalog"]))


def arguments(description: str | None) -> argparse.Namespace:
    """The command line that all peers share. Clears it, because RecBole reads settings from the command line too."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--histories", type=Path, required=True, metavar="FILE.npz")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--heads", type=int, default=2)
    parser.add_argument("--length", type=int, default=50)
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--batch", type=int, default=256, help="examples of RecBole, sequences of RecTools")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no epoch starts after so much training")
    parser.add_argument("--probe", type=int, metavar="N", help=f"only time N steps, after {WARM_UP} that are not timed")
    chosen = parser.parse_args()
    del sys.argv[1:]
    torch.set_num_threads(chosen.threads)
    return chosen


def report(**line: object) -> None:
    """One JSON line on the real stdout, also where stdout is redirected to keep a package's own output out of it."""
    print(json.dumps(line), file=sys.__stdout__, flush=True)


def report_start(package: str, parameters: int, examples: int, **more: object) -> None:
    """The first line. An example is a target that the loss looks at, for every peer."""
    found = {name: version(name) for name in (package, "torch", "numpy", "pandas")}
    report(versions={"python": platform.python_version(), **found}, parameters=parameters, examples=examples, **more)


def report_probe(steps: int, seconds: float, steps_per_epoch: int) -> None:
    """The line of a probe: an epoch's time from the time of a few steps."""
    step = seconds / steps
    report(
        epoch=None, steps=steps, seconds_per_step=step, steps_per_epoch=steps_per_epoch, seconds=step * steps_per_epoch
    )


def report_epoch(epoch: int, seconds: float, loss: float, found: np.ndarray) -> None:
    """The line of an epoch; `found` are the ranks of the validation targets after it."""
    hit = found <= 10
    gain = np.where(hit, 1 / np.log2(1 + found), 0)
    report(epoch=epoch, seconds=seconds, loss=loss, **{"NDCG@10": float(gain.mean()), "HR@10": float(hit.mean())})


@torch.no_grad()
def ranks(data: Data, score: Callable[[np.ndarray], Tensor]) -> np.ndarray:
    """(U,): where each user's validation target ranks among all items, 1 = first; ties count against it.

    `score` gives the (len(users), catalog + 1) scores of some users; column 0 is nobody's, and an item that the peer
    does not know has -inf. Items of the user's training history are left out.
    """
    found = np.zeros(len(data.targets), dtype=np.int64)
    for start in range(0, len(found), USERS):
        users = np.arange(start, min(start + USERS, len(found)))
        scores = score(users)
        target = torch.from_numpy(data.targets[users].astype(np.int64))[:, None]
        ahead = ~(scores < scores.gather(1, target))  # so that a NaN never looks good
        rows = np.repeat(users - start, data.lengths[users])
        seen = data.items[data.offsets[users[0]] : data.offsets[users[-1] + 1]].astype(np.int64)
        ahead[torch.from_numpy(rows), torch.from_numpy(seen)] = False
        ahead[:, 0] = False
        ahead.scatter_(1, target, False)
        found[users] = 1 + ahead.sum(1).numpy()
    return found
