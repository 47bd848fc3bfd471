"""Experts with prototypes: what they share with the published ones, and that they read what is their own."""

import math

import pytest
import torch
from torch.nn.functional import normalize

from fame.model import Config, Edit, Intervention, build
from fame.model.beliefs import JOIN, Beliefs
from tests.model.conftest import ABSOLUTE, FAME, make

PROTOTYPE = FAME.model_copy(update={"experts_form": "prototype"})


@pytest.mark.parametrize("places", [{}, ABSOLUTE])
def test_where_experts_are_alike_the_layer_is_the_published_one(items, places):
    """Equal prototypes add the same to every attention logit, at the begin token too; evidence weighs nothing."""
    published = make(FAME.model_copy(update=places))
    model = build(PROTOTYPE.model_copy(update=places)).eval()
    model.load_state_dict(published.state_dict(), strict=False)
    with torch.no_grad():
        model.prototypes.weight.copy_(model.prototypes.weight[:, :1])
        model.prototypes.begin.fill_(-math.log(FAME.experts))
        model.beliefs.weight.zero_()
    one, other = published(items), model(items)
    for name in ("query", "facets", "gate", "router", "attention"):
        assert torch.allclose(getattr(one, name), getattr(other, name), atol=1e-6), name


def test_a_config_from_before_prototypes_is_of_the_published_form():
    stored = {name: value for name, value in FAME.model_dump().items() if name != "experts_form"}
    assert build(Config.model_validate(stored)).prototypes is None


def test_every_item_belongs_to_the_facets_experts_in_shares(items):
    model = make(PROTOTYPE)
    shares = model.prototypes.belongs(model.sub_embeddings(model.table()[1:])).exp()
    assert shares.shape == (40, 3, 4)
    assert torch.allclose(shares.sum(-1), torch.ones(40, 3))


@pytest.fixture
def parted():
    """Expert 0 of every facet owns item 7, expert 1 items 3 and 12; all that attention itself prefers is taken out."""
    model = make(PROTOTYPE)
    with torch.no_grad():
        parts = normalize(model.sub_embeddings(model.table()[[7, 3]]), dim=-1)  # (2, H, K)
        model.embedding.item.weight[12] = model.embedding.item.weight[3]
        model.prototypes.weight[:, :2] = parts.transpose(0, 1)
        model.prototypes.weight[:, 2:] = -parts.transpose(0, 1)
        model.expert_attention.query.weight.zero_()
        model.expert_attention.router.zero_()
        model.expert_attention.attention.distance_bias.zero_()
        model.prototypes.begin.fill_(-2.0)
        model.beliefs.weight.fill_(1.0)
    return model


def test_an_expert_reads_its_own_items_and_is_routed_to_where_they_are_followed(parted):
    output = parted(torch.tensor([[7, 3, 12]]))
    own, others = output.attention[0, :, 0, -1], output.attention[0, :, 1, -1]  # (H, S), begin token first
    assert (own[:, 1] > own[:, 2]).all()
    assert (others[:, 2:] > others[:, 1:2]).all()
    assert (output.router[0, -1, :, 1] > output.router[0, -1, :, 0]).all()
    other = parted(torch.tensor([[3, 7, 7, 7]]))
    assert (other.router[0, -1, :, 0] > other.router[0, -1, :, 1]).all()


def test_of_as_many_items_the_latest_are_routed_by(parted):
    for history, expert in (([7, 3, 7, 3], 1), ([3, 7, 3, 7], 0)):
        router = parted(torch.tensor([history])).router[0, -1, :, :2]
        assert (router.argmax(1) == expert).all()


def test_a_shifted_item_belongs_where_it_is_shifted_to(parted):
    """So integrated gradients and what replaces a family in the history reach what experts read, and the router."""
    x = parted.table()
    history = torch.tensor([[7, 3, 12]])
    shift = torch.zeros(1, 3, 24)
    shift[0, 1] = x[7] - x[3]
    moved, plain = parted(history, Intervention(shift=shift)), parted(torch.tensor([[7, 7, 12]]))
    assert torch.allclose(moved.query, plain.query, atol=1e-5)
    assert torch.allclose(moved.router, plain.router, atol=1e-6)


def test_a_masked_item_is_nobodys_evidence(parted):
    keep = torch.tensor([[True, False, True]])
    without, other = (parted(torch.tensor([[7, item, 12]]), Intervention(keep=keep)) for item in (3, 25))
    assert torch.allclose(without.at_last(without.router), other.at_last(other.router), atol=1e-6)
    assert (without.attention[0, :, :, -1, 2] == 0).all()


def test_an_expert_that_nobody_is_routed_to_is_not_missed(parted, items):
    """Its evidence is far below the others', so leaving it out, with its weight to the others, changes nothing."""
    with torch.no_grad():
        parted.beliefs.weight.fill_(60.0)
    plain = parted(items[:1])
    unread = plain.router[0, -1].argmin(-1)  # (H,)
    scale = torch.ones(3, 4).scatter(1, unread[:, None], 0.0)
    assert (plain.router[0, -1].amin(-1) < 1e-9).all()
    without = parted(items[:1], Intervention(router=Edit(scale=scale, renormalise=True)))
    assert torch.allclose(plain.query[0, -1], without.query[0, -1], atol=1e-5)


def test_prototypes_learn_through_what_experts_read(items):
    model = make(PROTOTYPE).train()
    model(items).query.square().sum().backward()
    assert model.prototypes.weight.grad.abs().sum() > 0
    assert torch.isfinite(model.prototypes.weight.grad).all()
    assert model.beliefs.weight.grad.abs().sum() > 0


def test_training_filters_as_everything_else_does(items):
    """Compiled, position by position, where everything else takes all histories a step further at a time."""
    for heads, experts in ((3, 4), (1, 4), (3, 1)):
        beliefs = Beliefs(heads, experts)
        own = (3 * torch.randn(len(items), heads, experts, 6)).log_softmax(2)
        beliefs.share.copy_(torch.rand(heads, experts).softmax(1))
        found = beliefs.train()(own, items > 0)  # moves the shares
        for one, other in zip(found, beliefs.eval()(own, items > 0), strict=True):
            assert torch.allclose(one, other, atol=1e-6)


def test_where_experts_own_nothing_the_facet_is_the_published_one(items):
    """Its experts read as they do beside facets whose experts own items, and nothing is added to its router."""
    model, published = make(PROTOTYPE.model_copy(update={"ownerless": ("people",)})), make(FAME)
    published.load_state_dict({name: model.state_dict()[name] for name in published.state_dict()})
    one, other = published(items), model(items)
    apart = (one.router - other.router).abs().amax((0, 1, 3))
    assert apart[1] == 0
    assert (apart[[0, 2]] > 1e-3).all()
    assert torch.equal(one.attention[:, 1], other.attention[:, 1])
    assert other.drives.shape[2] == 2
    parts = model.sub_embeddings(model.table()[1:])
    assert model.shares(parts).shape == (40, 2, 4)


def test_where_no_facets_experts_own_items_the_model_is_the_published_one(items):
    model = make(PROTOTYPE.model_copy(update={"ownerless": FAME.facets}))
    assert set(model.state_dict()) == set(make(FAME).state_dict())
    assert torch.equal(model(items).query, make(FAME)(items).query)


def test_whose_items_histories_hold_is_a_running_mean_of_training_alone(parted):
    history = torch.tensor([[0, 7, 7, 3]])
    before = parted.beliefs.share.clone()
    parted(history)
    assert torch.equal(parted.beliefs.share, before)
    for _ in range(300):
        parted.train()(history)
    own = parted.shares(parted.sub_embeddings(parted.table()[[7, 7, 3]])).mean(0)
    assert torch.allclose(parted.beliefs.share, own, atol=1e-2)


@pytest.mark.parametrize("at_once", [1, 7, JOIN + 5, 1000])
@torch.inference_mode()
def test_a_history_without_each_item_is_filtered_as_one_by_itself(parted, at_once):
    """Runs join the pass where they begin to differ, whether or not all of them may be held."""
    read = torch.randint(1, 41, (1, 2 * JOIN + 9))
    beside = parted.beside(parted.embedding.seen(read), read)
    own = beside.unflatten(2, (PROTOTYPE.heads, -1)).permute(0, 2, 3, 1)
    first = own.shape[3] - read.shape[1]
    position = torch.arange(own.shape[3])
    each = (position >= first) & (position != position[first:, None])
    expected, found = parted.beliefs(own, each, newest=True), parted.beliefs.without_each(own, first, at_once)
    for one, other in zip(expected, found, strict=True):
        assert one.shape == other.shape
        assert torch.allclose(one, other, atol=1e-6)
    assert found[0].std(0).max() > 1e-3


@pytest.mark.parametrize(("experts", "heads"), [(1, 3), (4, 1)])
def test_one_expert_or_one_facet_is_always_the_one(items, experts, heads):
    facets = tuple(f"f{h}" for h in range(heads))
    output = make(PROTOTYPE.model_copy(update={"experts": experts, "heads": heads, "facets": facets}))(items)
    assert torch.allclose(output.router.sum(-1), torch.ones(3, 7, heads))
    assert torch.allclose(output.drives.sum(-1), torch.ones(3, 7))
    assert torch.isfinite(output.query).all()


def test_what_prototypes_learned_can_be_unlearned():
    model = make(PROTOTYPE)
    parts = {part for _, parts in model.stages() for part in parts}
    named = {key for part in parts for key in (f"{part}.{inner}" for inner in model.get_submodule(part).state_dict())}
    assert named == set(model.state_dict())
