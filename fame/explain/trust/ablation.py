"""What gate, routers and facets are to the ranking of all users: each made uniform, dealt to others, or left out.

Ranks are counted as `evaluate` counts them, on the same batches. A block's histories are read once; with other gates
they are only scored again. Nothing is held of a block when the next begins but the ranks.
"""

from collections.abc import Callable

import numpy as np
import torch

from fame.data import Events
from fame.data.batches import pad
from fame.errors import InputError
from fame.explain.meaning.records import Interval
from fame.explain.trust.records.ablation import MEASURE, Ablation, Swapped
from fame.heads.item_side import item_side
from fame.heads.registry import scores
from fame.model import Edit, Faceted, Intervention, Model, Output
from fame.ranking.evaluation import blocks, counted, rank, seen, together
from fame.ranking.metrics import per_user
from fame.ranking.resampling import INTERVAL_LEVEL, interval
from fame.runs.execute import execute
from fame.runs.plan import Plan, histories
from fame.runs.regated import regated

Watch = Callable[[int, int], None]  # events done, of how many


class AblationError(InputError):
    """The model has no part of which this could be asked, or nobody to ask about."""


@torch.inference_mode()
def ablation(model: Model, events: Events, seed: int = 0, watch: Watch = lambda done, of: None) -> Ablation:
    """Over all events but repeats.

    Raises
    ------
    AblationError
        The model has no facets, or no event counts.
    """
    if not isinstance(model, Faceted):
        raise AblationError(
            f"A {model.architecture.title} has no gate, no routers and no facets; give a model that has facets."
        )
    some = counted(events)
    n, rng, found = len(some.targets), np.random.default_rng(seed), []
    if not n:
        raise AblationError("No user of this data set has a held-out item that counts, so that nothing can be ranked.")
    for block in blocks(n):
        found.append(block_ranks(model, some.only(block), rng))
        watch(int(block[-1]) + 1, n)
    return summed_up(model, {name: np.concatenate([one[name] for one in found]) for name in found[0]}, seed)


def block_ranks(model: Faceted, events: Events, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """(n,) ranks of the targets of a block, by what was changed; weights are dealt among its users."""
    H, N, n = len(model.config.facets), model.config.experts, len(events.targets)
    side, length, partner = item_side(model), model.config.length, dealt(n, rng)
    read = [
        (rows, torch.from_numpy(pad(events.histories, rows, length)))
        for rows in together(model, events.histories.lengths)
    ]
    outputs = [execute(model, histories(items)) for _, items in read]
    place = np.concatenate([rows for rows, _ in read]).argsort()
    gates = torch.cat([output.at_last(output.gate) for output in outputs])[place]
    routers = torch.cat([output.at_last(output.router) for output in outputs])[place]
    found: dict[str, np.ndarray] = {}

    def note(name: str, rows: np.ndarray, output: Output) -> None:
        by = scores(model, output, side)
        by[seen(events.histories, rows)] = -torch.inf
        targets = torch.from_numpy(events.targets[rows].astype(np.int64))
        found.setdefault(name, np.zeros(n, np.int64))[rows] = rank(by, targets).numpy()

    for (rows, items), output in zip(read, outputs, strict=True):
        note("own", rows, output)
        note("gate uniform", rows, regated(model, output, Edit(set=torch.full((1, 1, H), 1 / H))))
        note("gate shuffled", rows, regated(model, output, Edit(set=gates[partner[rows]][:, None])))
        for h in range(H):
            others = 1 - torch.nn.functional.one_hot(torch.tensor(h), H).float()
            note(f"without {h}", rows, regated(model, output, Edit(scale=others)))
        if N > 1:
            for name, weights in (
                ("router uniform", torch.full((len(rows), 1, H, N), 1 / N)),
                ("router shuffled", routers[partner[rows]][:, None]),
            ):
                note(name, rows, execute(model, Plan(items, change=Intervention(router=Edit(set=weights)))))
    return found


def dealt(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) whose weights each of n users gets: another's, unless there is no other."""
    order, partner = rng.permutation(n), np.zeros(n, np.int64)
    partner[order] = np.roll(order, 1)
    return partner


def summed_up(model: Faceted, ranks: dict[str, np.ndarray], seed: int) -> Ablation:
    """Means and intervals of ranks (n,)."""
    H = len(model.config.facets)
    gains = {name: per_user(one)[MEASURE] for name, one in ranks.items()}
    level = INTERVAL_LEVEL / (len(gains) - 1)

    def less(name: str) -> Interval:
        return mean(gains[name] - gains["own"], level, seed)

    def swapped(part: str) -> Swapped:
        return Swapped(less(f"{part} uniform"), less(f"{part} shuffled"))

    return Ablation(
        users=len(gains["own"]),
        own=mean(gains["own"], INTERVAL_LEVEL, seed),
        gate=swapped("gate"),
        router=swapped("router") if "router uniform" in gains else None,
        facets=tuple(model.config.facets),
        without=tuple(less(f"without {h}") for h in range(H)),
        confidence=1 - level,
        seed=seed,
    )


def mean(values: np.ndarray, level: float, seed: int) -> Interval:
    """Of (n,), with the 1 - `level` interval."""
    low, high = interval(values, level, seed)
    return Interval(*(float(f"{x:.6g}") for x in (low, values.mean(), high)))
