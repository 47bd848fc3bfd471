"""Which gate would have put an item first, if any: of all gates the one that is nearest to the model's own.

With a head that adds, an item's score is linear in the gate (eq 11), so that the gates for which it is first are a
convex set, and the nearest of them is what a linear program finds. Of the catalog only those items become constraints
that stand above the wished one on the way: what is held grows with their number and the facets, not with the catalog.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linprog

from fame.explain.question import Question, QuestionError
from fame.heads.item_side import item_side
from fame.heads.kinds import kind_of
from fame.model import Faceted
from fame.runs.execute import execute
from fame.runs.plan import histories

AHEAD = 1e-3  # nats by which it is to be ahead of every other item, so that no rounding takes it back
ADDED = 16  # items that become constraints at a time


@dataclass(frozen=True)
class WishedGate:
    """A gate with which the item is first."""

    gate: np.ndarray  # (H,) from 0, sums to 1
    own: np.ndarray  # (H,) the model's
    moved: float  # share of the weight that goes to other facets


@torch.inference_mode()
def wished_gate(question: Question) -> WishedGate | None:
    """The gate with which the target is first that moves least weight; None where there is none.

    Raises
    ------
    QuestionError
        The model has no gate, or its head does not add scores.
    """
    model = question.model
    if not isinstance(model, Faceted) or not kind_of(model.config.head).additive:
        raise QuestionError("Only a gate that adds scores can be turned so that an item comes first.")
    side, out = item_side(model), question.hidden - 1
    output = execute(model, histories(question.read[None]))
    own = output.at_last(output.gate)[0].double().numpy()
    queries = model.facet_queries(output.at_last(output.facets)[0])  # (H, D)
    mine = queries @ side.table[question.target]
    gate: np.ndarray | None = own
    rows, ends = np.zeros((0, len(own))), np.zeros(0)
    while gate is not None:
        scores = side.table[1:] @ (torch.from_numpy(gate).float() @ queries) + side.bias[1:]
        lead = scores[question.target - 1] - scores
        lead[out], lead[question.target - 1] = torch.inf, torch.inf
        least = lead.topk(min(ADDED, len(lead)), largest=False)
        above = least.indices[least.values < AHEAD / 2] + 1
        if not len(above):
            return WishedGate(gate, own, float(np.abs(gate - own).sum() / 2))
        apart = (mine - side.table[above] @ queries.T).double().numpy()
        rows = np.concatenate([rows, apart])
        ends = np.concatenate([ends, (side.bias[above] - side.bias[question.target]).double().numpy() + AHEAD])
        gate = nearest(own, rows, ends)
    return None


def nearest(own: np.ndarray, rows: np.ndarray, ends: np.ndarray) -> np.ndarray | None:
    """The gate (H,) nearest to `own` of all with `rows @ gate >= ends`; None where there is none."""
    H, n = len(own), len(rows)
    one, none = np.eye(H), np.zeros((n, H))
    found = linprog(
        np.concatenate([np.zeros(H), np.ones(H)]),
        A_ub=np.block([[-rows, none], [one, -one], [-one, -one]]),
        b_ub=np.concatenate([-ends, own, -own]),
        A_eq=np.concatenate([np.ones(H), np.zeros(H)])[None],
        b_eq=[1.0],
        bounds=(0, None),
    )
    return found.x[:H].clip(0) if found.status == 0 else None
