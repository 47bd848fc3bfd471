"""A mixture of softmaxes, ranked block by block, against computing every facet's softmax."""

import json

import numpy as np
import pytest
import torch

from fame.data import leave_one_out
from fame.heads import mixture, products, topk
from fame.heads.item_side import item_side
from fame.heads.mixture import Mixture
from fame.heads.registry import scores
from fame.model import Edit, Intervention, build
from fame.ranking.evaluation import ranks
from fame.ranking.recommend import recommend, take_apart
from fame.ranking.recommendation import Recommendation
from tests.model.conftest import VARIANTS, make

MIXTURE = {"head": "mixture"}
ITEMS = torch.tensor([[0, 0, 5, 9, 2, 31], [4, 4, 8, 15, 16, 23], [0, 0, 0, 0, 0, 40]])


@pytest.fixture(params=["fame", "fame-slice"])
def model(request):
    return make(VARIANTS[request.param].model_copy(update=MIXTURE)).requires_grad_(False)


def joint(model, output) -> torch.Tensor:
    """`g_h softmax_v(<F_h, W_f^(h) x_v> + b_v)` of all items, (B, V, H)."""
    facets, gate = output.at_last(output.facets).double(), output.at_last(output.gate).double()
    logits = torch.einsum("bhk,vhk->bvh", facets, model.sub_embeddings(model.table()[1:]).double())
    return gate[:, None] * (logits + model.bias()[1:, None].double()).softmax(1)


@pytest.fixture(params=[(part, whole, few) for part, whole in ((1, 1), (77, 50), (10**6, 10**6)) for few in (0, 3)])
def block(request, monkeypatch) -> None:
    """Blocks of one item, of some in some, and of all; products K wide, and D wide."""
    monkeypatch.setattr(products, "BLOCK", request.param[0])
    monkeypatch.setattr(topk, "BLOCK", request.param[1])
    monkeypatch.setattr(mixture, "FEW", request.param[2])


@pytest.mark.usefixtures("block")
def test_responsibilities_and_probabilities_are_those_of_the_formula(model):
    output = model(ITEMS)
    p = joint(model, output)
    by = Mixture(model, output, item_side(model))
    everything = torch.arange(1, 41).expand(3, 40)
    assert torch.allclose(by.scores().double(), p.sum(2).log(), atol=1e-4)
    assert torch.allclose(by.at(everything), by.scores(), atol=1e-4)
    assert torch.allclose(by.scores().exp().sum(1), torch.ones(3), atol=1e-5)
    found = by.shares(everything).double()
    assert torch.allclose(found, p / p.sum(2, keepdim=True), atol=1e-4)
    assert found.std(1).max() > 0.1  # not the gate over again


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("k", [1, 7, 36])
def test_the_best_are_those_of_a_plain_ranking(model, k):
    with torch.no_grad():
        model.table()[20:24] = model.table()[7]  # ties, in several blocks
        model.bias.weight[20:24] = model.bias.weight[7]
    output = model(ITEMS)
    exclude = torch.tensor([[1, 40, 0, 0], [4, 8, 15, 16], [9, 9, 9, 21]])
    found = Mixture(model, output, item_side(model)).top_k(k, exclude)
    p = joint(model, output).sum(2).log()
    for row in range(3):
        allowed = [v for v in range(1, 41) if v not in exclude[row]]
        best = sorted((p[row, v - 1].item() for v in allowed), reverse=True)[:k]
        assert np.allclose(found.scores[row].tolist(), best, atol=1e-4)
        assert np.allclose(p[row, found.items[row] - 1].tolist(), best, atol=1e-4)
        assert len(set(found.items[row].tolist())) == k
        assert not set(found.items[row].tolist()) & set(exclude[row].tolist())


def test_one_facet_alone_is_the_sum_head():
    one = VARIANTS["fame"].model_copy(update={"heads": 1, "facets": ("all",)})
    plain, mixed = make(one), make(one.model_copy(update=MIXTURE))
    with torch.inference_mode():
        expected = scores(plain, plain(ITEMS)).log_softmax(1)
        assert torch.allclose(scores(mixed, mixed(ITEMS)), expected, atol=1e-4)


@torch.inference_mode()
def test_a_facet_left_out_leaves_a_mixture_of_the_others(model):
    off = Intervention(gate=Edit(scale=torch.tensor([1.0, 0.0, 1.0])))
    p = joint(model, model(ITEMS))[..., [0, 2]]
    gate = model(ITEMS)
    left = gate.at_last(gate.gate)[:, [0, 2]].sum(1).double()
    found = scores(model, model(ITEMS, off))
    assert torch.allclose(found.double(), (p.sum(2) / left[:, None]).log(), atol=1e-4)
    nothing = scores(model, model(ITEMS, Intervention(gate=Edit(scale=torch.zeros(3)))))
    assert torch.allclose(nothing, model.bias()[1:].log_softmax(0).expand(3, -1), atol=1e-5)


@pytest.mark.usefixtures("block")
@torch.inference_mode()
def test_a_change_of_the_weights_is_seen(model):
    before = scores(model, model(ITEMS))
    for weight in (model.item_facets.weight, model.embedding.item.weight, model.bias.weight):
        if weight is not None:
            weight *= 1.5
            after = scores(model, model(ITEMS))
            assert torch.allclose(after.double(), joint(model, model(ITEMS)).sum(2).log(), atol=1e-4)
    assert not torch.allclose(before, after, atol=0.01)


def test_an_answer_says_whose_its_probability_is(trained_mixture):
    model, history = trained_mixture.model, [3, 9, 27]
    answer = recommend(model, history, 5)
    p = joint(model, model(torch.tensor([history])))[0, answer.items - 1].numpy()
    assert np.allclose(answer.responsibilities, p / p.sum(1, keepdims=True), atol=1e-5)
    assert np.allclose(answer.probability, p.sum(1), atol=1e-6)
    assert np.allclose(answer.score, np.log(answer.probability), atol=1e-5)
    assert answer.first(2).responsibilities.shape == (2, 4)
    everything = take_apart(model, history, range(1, 81))
    assert np.isclose(everything.probability.sum(), 1, atol=1e-5)
    assert np.allclose(everything.contributions.mean(0), 0, atol=1e-5)


def test_answers_stored_before_there_were_mixtures_are_read(trained):
    content = recommend(trained.model, [3, 9], 3).as_json()
    assert content.pop("responsibilities") is None
    assert Recommendation.from_json(json.loads(json.dumps(content))).responsibilities is None


def test_ranks_are_those_of_the_probability(trained_mixture, cinema):
    test, model = leave_one_out(cinema.histories).test, trained_mixture.model
    found = ranks(model, test)
    for row in range(0, len(test.targets), 7):
        history, target = test.histories[row], int(test.targets[row])
        everything = take_apart(model, history.tolist(), range(1, 81)).probability
        rivals = [v for v in range(1, 81) if v not in history and v != target]
        assert found[row] == 1 + sum(everything[v - 1] >= everything[target - 1] for v in rivals)


def test_without_a_head_a_config_is_of_a_sum(trained):
    stored = trained.model.config.model_dump()
    del stored["head"]
    assert type(trained.model.config).model_validate(stored) == trained.model.config
    assert build(trained.model.config).config.head == "sum"
