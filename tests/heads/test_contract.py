"""What every head promises, whatever the model: asked of all that are registered, and of one that is defined here."""

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fame.heads import products, topk
from fame.heads.item_side import item_side
from fame.heads.kinds import HEAD_KINDS, HeadError, head_class, kind_of
from fame.heads.registry import head
from fame.heads.sampled import Sample
from fame.model import Config, Edit, Intervention, Model, build
from fame.ranking.recommend import take_apart
from tests.heads.strongest import KIND
from tests.model.conftest import FAME, SASREC

HEADS = [*HEAD_KINDS, KIND.name]
WIDTH = 12
histories = torch.tensor([[0, 0, 5, 9, 2], [4, 4, 8, 15, 16], [0, 0, 0, 0, 20]])
pytestmark = pytest.mark.usefixtures("strongest")


@pytest.fixture(params=HEADS)
def name(request) -> str:
    return request.param


def untrained(name: str, seed: int, heads: int, items: int = 40, **change: object) -> Model:
    """With weights far from zero, in double precision, so that what is compared differs by rounding alone."""
    facets = tuple(f"facet {h}" for h in range(heads))
    shape = {"width": WIDTH, "heads": heads, "facets": facets, "experts": 2, "items": items, "head": name, **change}
    torch.manual_seed(seed)
    model = build(Config.model_validate(FAME.model_dump() | shape)).eval().double().requires_grad_(False)
    for parameter in model.parameters():
        parameter += 0.4 * torch.randn_like(parameter)
    model.table()[0] = 0
    return model


models = {
    "seed": st.integers(0, 1000),
    "heads": st.sampled_from([1, 2, 3, 4]),
    "item_facets": st.sampled_from(["learned", "slice"]),
    "begin": st.booleans(),
    "popularity": st.booleans(),
    "layers": st.sampled_from([1, 2]),
}
random_models = given(change=st.fixed_dictionaries(models))
few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[(4, 7), (10**6, 10**6)], ids=["in blocks", "at once"])
def blocks(request, monkeypatch) -> None:
    monkeypatch.setattr(products, "BLOCK", request.param[0])
    monkeypatch.setattr(topk, "BLOCK", request.param[1])


@pytest.mark.usefixtures("blocks")
@few
@random_models
def test_scores_are_those_of_chosen_items_and_log_p_sums_to_one(name, change):
    model = untrained(name, **change)
    by, everything = head(model, model(histories)), torch.arange(1, 41).expand(3, -1)
    scores = by.scores()
    assert torch.allclose(by.at(everything), scores)
    assert torch.allclose(torch.cat([block for _, block in by.blocks()], 1), scores)
    assert torch.allclose(by.log_normaliser(), scores.logsumexp(1))
    assert torch.allclose(by.log_p(everything).exp().sum(1), torch.ones(3).double())
    assert torch.allclose(by.log_p(everything), scores.log_softmax(1))


@pytest.mark.usefixtures("blocks")
@few
@random_models
def test_the_first_k_are_those_of_the_sorted_scores(name, change):
    model = untrained(name, **change)
    by, seen = head(model, model(histories)), torch.tensor([[2, 5, 9], [4, 8, 15], [20, 0, 0]])
    scores, found = by.scores(), by.top_k(8, seen)
    for row in range(3):
        left = [v for v in range(1, 41) if v not in seen[row]]
        assert found.items[row].tolist() == sorted(left, key=lambda v: -scores[row, v - 1])[:8]
    assert torch.allclose(found.scores, scores.gather(1, found.items - 1))
    assert torch.allclose(found.log_normaliser, scores.logsumexp(1))


@few
@random_models
def test_parts_or_shares_add_up_as_the_head_says(name, change):
    model = untrained(name, **change)
    by, everything = head(model, model(histories)), torch.arange(1, 41).expand(3, -1)
    parts, shares = by.parts(everything), by.shares(everything)
    assert torch.allclose(parts.mean(1), torch.zeros(3, change["heads"]).double())  # against the average item
    if HEAD_KINDS[name].additive:
        assert shares is None
        whole = by.reference()[:, None] + by.side.bias[everything] + parts.sum(2)
        assert torch.allclose(whole, by.at(everything))
    else:
        assert torch.allclose(shares.sum(2), torch.ones(3, 40).double())
        assert (shares >= 0).all()
        assert not by.reference().any()


@few
@random_models
def test_the_slope_is_what_an_item_gains_by_a_step_of_its_embedding(name, change):
    """Of what it scores by, but what probabilities are divided by: two twins of an item, moved a little either way."""
    model = untrained(name, **change)
    step = 1e-5 * torch.randn(WIDTH, dtype=torch.float64)
    model.table()[8:10] = model.table()[7] + torch.stack([step, -step])
    model.bias.weight[8:10] = model.bias.weight[7]
    by = head(model, model(histories))
    item, further, nearer = (torch.tensor([[index]] * 3) for index in (7, 8, 9))
    assert torch.allclose(by.at(further) - by.at(nearer), by.slope(item) @ (2 * step), rtol=1e-3, atol=1e-9)


@pytest.mark.usefixtures("blocks")
@few
@random_models
def test_a_gradient_of_log_p_is_that_of_finite_differences(name, change):
    """By what is added to the embeddings that are read, as attributions ask for it."""
    model = untrained(name, **change)
    shift = torch.zeros(3, 5, WIDTH, dtype=torch.float64, requires_grad=True)
    direction, items = torch.randn(3, 5, WIDTH, dtype=torch.float64), torch.tensor([[7], [30], [1]])

    def log_p(shift: torch.Tensor) -> torch.Tensor:
        return head(model, model(histories, Intervention(shift=shift), newest=True)).log_p(items).sum()

    (slope,) = torch.autograd.grad(log_p(shift), shift)
    step = 1e-6 * direction
    with torch.inference_mode():
        differences = (log_p(step) - log_p(-step)) / 2e-6
    assert torch.allclose((slope * direction).sum(), differences, rtol=1e-4, atol=1e-6)


@few
@random_models
def test_the_loss_is_minus_the_mean_of_log_p_and_has_its_gradient(name, change):
    model = untrained(name, **change)
    targets = torch.tensor([3, 17, 40])
    shift = torch.zeros(3, 5, WIDTH, dtype=torch.float64, requires_grad=True)
    output = model(histories, Intervention(shift=shift))
    real = torch.nn.functional.one_hot(output.last(), output.keep.shape[1]).bool()
    loss = head_class(model).loss(model, output, real, targets)
    plain = -head(model, output).log_p(targets[:, None]).mean()
    assert torch.allclose(loss, plain, atol=1e-6)
    (found,), (wanted,) = (torch.autograd.grad(value, shift, retain_graph=True) for value in (loss, plain))
    assert torch.allclose(found, wanted, atol=1e-6)


@few
@random_models
def test_sampling_every_item_as_often_is_the_loss_over_the_catalog(name, change):
    """Once, or three times: then each counts a third."""
    model = untrained(name, **change)
    output, targets = model(histories), torch.tensor([3, 17, 40, 1])
    real = torch.zeros_like(output.keep).index_fill(1, torch.tensor([output.keep.shape[1] - 1]), True)
    real[1, -2] = True
    whole = head_class(model).loss(model, output, real, targets)
    for times in (1, 3):
        sample = Sample(model.table(), model.bias(), targets, torch.randperm(40).repeat(times) + 1, 40)
        assert torch.allclose(head_class(model).sampled_loss(model, output, real, sample), whole, atol=1e-6)


@few
@random_models
def test_an_answer_is_told_in_parts_or_in_shares(name, change):
    model = untrained(name, **change).float()
    answer = take_apart(model, [5, 9, 2], range(1, 41))
    assert np.isclose(answer.probability.sum(), 1, atol=1e-5)
    assert (answer.responsibilities is None) == HEAD_KINDS[name].additive == (answer.above(0) is not None)


def test_a_gate_weight_can_go_missing_only_where_the_head_says_so(name):
    """Half of every weight is another prediction where weights count as they are, and the same where they mix."""
    model = untrained(name, seed=1, heads=3)
    half = Intervention(gate=Edit(scale=torch.full((3,), 0.5).double()))
    everything = torch.arange(1, 41).expand(3, -1)
    whole, less = (head(model, model(histories, change)).log_p(everything) for change in (None, half))
    assert torch.allclose(less.exp().sum(1), torch.ones(3).double())
    assert torch.allclose(whole, less) != HEAD_KINDS[name].droppable


def test_what_is_remembered_in_serving_can_be_asked_for_gradients(name):
    model = untrained(name, seed=2, heads=2)
    with torch.inference_mode():
        remembered = item_side(model)
    assert not any(tensor.is_inference() for tensor in vars(remembered).values() if tensor is not None)
    shift = torch.zeros(3, 5, WIDTH, dtype=torch.float64, requires_grad=True)
    head(model, model(histories, Intervention(shift=shift))).log_p(torch.tensor([[7]] * 3)).sum().backward()
    assert shift.grad.any()


def test_a_model_without_facets_has_the_heads_that_need_none(name):
    change = {"head": name}
    if HEAD_KINDS[name].facets:
        with pytest.raises(HeadError, match="needs facets, and the model has none: head must be sum"):
            kind_of(name, facets=False)
        return
    model = build(SASREC.model_copy(update=change)).eval()
    assert head(model, model(histories)).parts(torch.tensor([[1, 2]] * 3)).shape == (3, 2, 0)


def test_a_head_that_there_is_not_is_named():
    with pytest.raises(HeadError, match="There is no head 'product'; there are sum, mixture"):
        kind_of("product")


def test_of_a_model_that_may_train_nothing_is_remembered(name):
    model = untrained(name, seed=3, heads=2).requires_grad_(True)
    before = item_side(model).average.clone()
    model.table().data[1:] += 1  # as a fused optimiser does: no trace of it is left
    assert torch.allclose(item_side(model).average, before + 1)
