"""A plan comes to what its runs come to one by one, in blocks of whatever size."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from fame.explain.knockout import effects, runs
from fame.heads import topk
from fame.heads.registry import scores
from fame.model import Edit, Intervention
from fame.runs import budget, execute, plan
from fame.runs.replaced import replaced
from tests.model.conftest import VARIANTS, make

MODELS = {name: make(config) for name, config in VARIANTS.items()}
MODELS["mixture"] = make(VARIANTS["fame"].model_copy(update={"head": "mixture"}))
FACETED = [name for name, model in MODELS.items() if model.config.facets]
HISTORIES = st.lists(st.integers(1, 40), min_size=2, max_size=12)


def one_by_one(model, items, changes):
    """Scores of the catalog (R, V), each run by itself."""
    return torch.cat(
        [scores(model, model(read[None], change, newest=True)) for read, change in zip(items, changes, strict=True)]
    )


def agree(model, made, expected):
    assert torch.allclose(scores(model, execute.execute(model, made)), expected, atol=1e-4)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("way", ["remove", "mask"])
@given(history=HISTORIES, data=st.data())
@torch.inference_mode()
def test_parts_of_a_history(name, way, history, data):
    model, read = MODELS[name], torch.tensor(history)
    some = st.lists(st.booleans(), min_size=len(history), max_size=len(history)).filter(any)
    keep = torch.tensor(data.draw(st.lists(some, min_size=1, max_size=6)))
    if way == "remove":
        expected = one_by_one(model, [read[left] for left in keep], [None] * len(keep))
    else:
        expected = one_by_one(model, [read] * len(keep), [Intervention(keep=left[None]) for left in keep])
    agree(model, plan.subsets(read, keep, way), expected)


@pytest.mark.parametrize("short", [0, 32], ids=["attention shared", "by themselves"])
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("way", ["remove", "mask"])
@torch.inference_mode()
def test_a_history_without_each_of_its_items(name, way, short, monkeypatch):
    monkeypatch.setattr(execute, "SHORT", short)
    model = MODELS[name]
    for length in (2, 7, 12):
        read = torch.randint(1, 41, (length,), generator=torch.Generator().manual_seed(length))
        keep = ~torch.eye(length, dtype=torch.bool)
        if way == "remove":
            expected = one_by_one(model, [read[left] for left in keep], [None] * length)
        else:
            expected = one_by_one(model, [read] * length, [Intervention(keep=left[None]) for left in keep])
        whole = one_by_one(model, [read], [None])
        agree(model, plan.without_each_item(read, way), expected)
        agree(model, plan.with_and_without_each_item(read, way), torch.cat([whole, expected]))


@pytest.mark.parametrize("name", FACETED)
@given(history=HISTORIES)
@torch.inference_mode()
def test_facets_and_experts_left_out(name, history):
    model, read = MODELS[name], torch.tensor(history)
    H, N = len(model.config.facets), model.config.experts
    for renormalise in (True, False):
        edits = [Edit(scale=1.0 - torch.eye(H)[h], renormalise=renormalise) for h in range(H)]
        changes = [None, *(Intervention(gate=edit) for edit in edits)]
        agree(model, plan.without_each_facet(read, H, renormalise), one_by_one(model, [read] * (1 + H), changes))
    without = 1.0 - torch.eye(H * N).view(-1, H, N)
    changes = [None, *(Intervention(router=Edit(scale=scale, renormalise=True)) for scale in without)]
    agree(model, plan.without_each_expert(read, H, N), one_by_one(model, [read] * (1 + H * N), changes))
    changes = []
    for expert in range(H * N):
        weights = torch.full((H * N,), torch.nan)
        weights[expert] = 0.9
        changes.append(Intervention(router=Edit(set=weights.view(1, 1, H, N))))
    agree(model, plan.each_expert_alone_at(read, H, N, 0.9), one_by_one(model, [read] * (H * N), changes))

    gates = torch.rand(5, 1, H)  # a gate of its own for every run
    changes = [Intervention(gate=Edit(set=one[None])) for one in gates]
    agree(model, plan.changed(read, Intervention(gate=Edit(set=gates))), one_by_one(model, [read] * 5, changes))


def plans(model):
    """One of each kind."""
    torch.manual_seed(1)
    read, items = torch.randint(1, 41, (12,)), torch.randint(1, 41, (7, 12))
    made = [
        plan.histories(items),
        plan.subsets(read, torch.rand(9, 12) < 0.6, "remove"),
        plan.subsets(read, torch.rand(9, 12) < 0.6, "mask"),
        plan.with_and_without_each_item(read, "remove"),
        plan.with_and_without_each_item(read, "mask"),
        plan.Plan(items, change=Intervention(shift=torch.randn(7, 12, 24))),
    ]
    if model.config.facets:
        made += [plan.without_each_facet(read, 3, True), plan.without_each_expert(read, 3, 4)]
    return made


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("short", [0, 32])
@torch.inference_mode()
def test_the_size_of_a_block_changes_no_result(name, short, monkeypatch):
    monkeypatch.setattr(execute, "SHORT", short)
    model = MODELS[name]
    usual = [execute.execute(model, one) for one in plans(model)]
    for numbers in (1, 3_000, 40_000):
        monkeypatch.setattr(budget, "BUDGET", numbers)
        for output, one in zip(usual, plans(model), strict=True):
            assert torch.allclose(execute.execute(model, one).query, output.query, atol=2e-5)


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("name", ["fame", "fame-absolute", "sasrec", "mixture"])
@torch.inference_mode()
def test_the_last_layer_is_worked_out_of_more_runs_than_those_below(name, layers, monkeypatch):
    """Whatever is changed in each: an item left out, one masked, embeddings shifted."""
    model = make(MODELS[name].config.model_copy(update={"layers": layers}))
    read = torch.randint(1, 41, (11, 12))
    read[:4, :3] = 0
    keep = torch.rand(11, 12) < 0.7
    keep[:, -1] = True
    plans = [
        plan.subsets(read[5], keep, "remove"),
        plan.subsets(read[5], keep, "mask"),
        plan.Plan(read, change=Intervention(shift=torch.randn(11, 12, model.config.width))),
    ]
    whole = [execute.execute(model, made).query for made in plans]
    monkeypatch.setattr(budget, "runs_at_once", lambda config, longest: 2)
    monkeypatch.setattr(budget, "finished_at_once", lambda config, longest: 5)
    for made, expected in zip(plans, whole, strict=True):
        assert [len(block.query) for block in execute.blocks(model, made)] == [5, 5, 1]
        assert torch.allclose(execute.execute(model, made).query, expected, atol=2e-5)


class Largest(TorchDispatchMode):
    """Notes how many numbers the largest tensor has that is made."""

    numbers = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **kwargs or {})
        for one in found if isinstance(found, (tuple, list)) else (found,):
            if isinstance(one, torch.Tensor) and one.untyped_storage().nbytes():
                self.numbers = max(self.numbers, one.untyped_storage().nbytes() // one.element_size())
        return found


@pytest.mark.parametrize("name", ["fame", "fame-absolute", "sasrec", "mixture"])
@pytest.mark.parametrize("layers", [2, 3])
def test_what_is_held_grows_neither_with_the_runs_nor_with_runs_times_items(name, layers, monkeypatch):
    T, V, numbers = 200, 4_000, 1 << 18
    monkeypatch.setattr(budget, "BUDGET", numbers)
    monkeypatch.setattr(topk, "BLOCK", numbers)
    model = make(MODELS[name].config.model_copy(update={"length": T, "items": V, "layers": layers}))
    model.requires_grad_(False)
    with Largest() as largest:
        found = runs(model, list(range(1, T + 1)))
        effects(model, found, V)
    assert largest.numbers <= numbers  # 200 runs' scores are three times as many


@pytest.mark.parametrize("name", MODELS)
@torch.inference_mode()
def test_every_position_is_what_the_model_says_there(name):
    model, read = MODELS[name], torch.tensor([3, 1, 4, 1, 5])
    whole = model(read[None])
    found = execute.along(model, plan.changed(read, None), attention=True)
    assert torch.equal(found.query, whole.query)
    assert (found.attention is None) == (not model.architecture.attention)
    assert found.attention is None or torch.equal(found.attention, whole.attention)
    assert execute.along(model, plan.changed(read, None)).attention is None
    newest = execute.differentiable(model, plan.changed(read, None)).query
    assert newest.shape == whole.query[:, -1:].shape
    assert torch.allclose(newest, whole.query[:, -1:], atol=2e-5)


@pytest.mark.parametrize("name", MODELS)
@torch.no_grad()
def test_what_is_replaced_is_all_that_changes_and_all_that_is_copied(name):
    model, read = MODELS[name], torch.tensor([[3, 1, 4, 1, 5]])
    before = {of: weights.clone() for of, weights in model.named_parameters()}
    own = model.table() + torch.arange(41)[:, None]
    found, copied = replaced(model, {model.table_name: own}), copy.deepcopy(model)
    copied.table().copy_(own)
    new = scores(found, found(read, newest=True))
    assert torch.allclose(new, scores(copied, copied(read, newest=True)), atol=1e-4)
    assert not torch.allclose(new, scores(model, model(read, newest=True)), atol=1e-2)
    assert not dict(found.named_parameters())[model.table_name].requires_grad
    for of, weights in found.named_parameters():
        shared = weights.data_ptr() == dict(model.named_parameters())[of].data_ptr()
        assert shared == (of != model.table_name)
    assert all(torch.equal(weights, before[of]) for of, weights in model.named_parameters())
