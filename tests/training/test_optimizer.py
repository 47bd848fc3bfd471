"""Steps: of the whole table, or of the rows that were read."""

from copy import deepcopy
from itertools import pairwise

import pytest
import torch

from fame.model import Model, build
from fame.training.objective import objective
from fame.training.optimizer import Optimizer, schedule
from fame.training.presets import settings

ITEMS = 60
QUICK = {"width": 8, "heads": 2, "experts": 2, "length": 6, "dropout": 0.0, "attention_dropout": 0.0, "warmup": 0.0}


def start(**chosen: object) -> tuple[Model, Optimizer, object]:
    torch.manual_seed(4)
    given = settings(**QUICK, **chosen)
    model = build(given.config(ITEMS))
    return model, Optimizer(model, given), given


def steps(model, optimizer, given, n=3):
    torch.manual_seed(5)
    items = torch.tensor([[3, 9, 4], [0, 7, 3]])
    targets = torch.tensor([[3, 9, 4, 8], [0, 7, 3, 1]])
    rows = set()
    for _ in range(n):
        found = objective(model, given, items, targets)
        torch.autograd.backward(found.value)
        rows |= set(found.rows.tolist()) if found.rows is not None else set()
        optimizer.step(0.0, found.rows, found.gradients)
    return rows


def test_a_sampled_step_changes_only_the_rows_that_it_read():
    model, optimizer, given = start(loss="sampled", negatives=5)
    before = model.table().detach().clone(), model.bias.weight.detach().clone()
    rows = steps(model, optimizer, given)
    for old, new in zip(before, (model.table(), model.bias.weight), strict=True):
        moved = {row for row in range(ITEMS + 1) if not torch.equal(old[row], new.detach()[row])}
        assert moved
        assert moved <= rows - {0}
    assert len(rows) < ITEMS / 2


def test_a_sampled_gradient_is_that_of_the_whole_model():
    """Running on some rows of the table is running on the table: the other rows have no gradient."""
    model, _, given = start(loss="sampled", negatives=5)
    twin = deepcopy(model)  # a step in training moves what experts are taken to own
    items, targets = torch.tensor([[3, 9, 4]]), torch.tensor([[3, 9, 4, 8]])
    torch.manual_seed(6)
    found = objective(model, given, items, targets)
    torch.autograd.backward(found.loss)
    output = twin(items)
    torch.manual_seed(6)
    negatives = torch.randint(1, ITEMS + 1, (5,))
    from fame.heads.sum import sampled_softmax

    whole = sampled_softmax(
        output.query[targets > 0], twin.table(), twin.bias.weight, targets[targets > 0], negatives, ITEMS
    )
    assert torch.allclose(found.loss, whole, atol=1e-6)
    gradient = torch.autograd.grad(whole, twin.table())[0]
    assert torch.allclose(found.gradients[0], gradient[found.rows], atol=1e-6)
    others = torch.ones(ITEMS + 1, dtype=torch.bool).index_fill_(0, found.rows, False)
    assert not gradient[others].any()


@pytest.mark.parametrize("chosen", [{}, {"loss": "sampled", "negatives": 5}])
def test_steps_are_those_of_torchs_own_optimizers(chosen):
    model, optimizer, given = start(**chosen, clip=1e6, final_rate=1.0)
    twin = deepcopy(model)
    theirs = dict(twin.named_parameters())
    named = {id(weight): theirs[name] for name, weight in model.named_parameters()}
    dense, table = ([named[id(weight)] for weight in part] for part in (optimizer.dense, optimizer.table))
    how = {"lr": given.learning_rate, "betas": (0.9, 0.98)}
    parts = [torch.optim.AdamW(dense, **how, weight_decay=given.weight_decay)]
    parts += [torch.optim.SparseAdam(table, **how)] if table else []
    for _ in range(4):
        found = objective(
            model, given, torch.tensor([[3, 9, 4], [0, 7, 3]]), torch.tensor([[3, 9, 4, 8], [0, 7, 3, 1]])
        )
        torch.autograd.backward(found.value)
        for ours, weight in zip(optimizer.dense, dense, strict=True):
            weight.grad = None if ours.grad is None else ours.grad.clone()
        for gradient, weight in zip(found.gradients or [], table, strict=True):
            weight.grad = torch.sparse_coo_tensor(found.rows[None], gradient, weight.shape, check_invariants=True)
        optimizer.step(0.5, found.rows, found.gradients)
        for part in parts:
            part.step()
    for name, weight in model.named_parameters():
        assert torch.allclose(weight, theirs[name], atol=1e-6), name


@pytest.mark.parametrize("chosen", [{}, {"loss": "sampled", "negatives": 5}])
def test_what_it_remembers_can_be_stored(chosen):
    model, optimizer, given = start(**chosen)
    steps(model, optimizer, given, 2)
    other, again, _ = start(**chosen)
    other.load_state_dict(model.state_dict())
    again.restore({name: value.clone() for name, value in optimizer.state()})
    steps(model, optimizer, given)
    steps(other, again, given)
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_step_is_clipped():
    """A loss a thousand times larger moves nothing further than the clipped one."""
    lengths = []
    for factor in (1.0, 1000.0):
        model, optimizer, given = start(clip=0.01)
        before = [w.detach().clone() for w in optimizer.dense]
        found = objective(model, given, torch.tensor([[3, 9]]), torch.tensor([[3, 9, 4]]))
        torch.autograd.backward(found.value * factor)
        norm = torch.nn.utils.get_total_norm([w.grad for w in optimizer.dense if w.grad is not None])
        assert norm > 0.01
        optimizer.step(0.0)
        lengths.append(torch.cat([(a - b).flatten() for a, b in zip(before, optimizer.dense, strict=True)]))
    assert torch.allclose(*lengths, atol=1e-4)


def test_the_rate_rises_and_falls():
    rates = [schedule(done / 1000, 0.01, 0.02) for done in range(1001)]
    assert max(rates) == pytest.approx(1, abs=1e-3)
    assert rates.index(max(rates)) == pytest.approx(10, abs=1)
    assert rates[0] < 0.2
    assert rates[-1] == pytest.approx(0.02)
    assert all(a >= b for a, b in pairwise(rates[11:]))
    assert {schedule(done / 10, 0, 1) for done in range(11)} == {1}
