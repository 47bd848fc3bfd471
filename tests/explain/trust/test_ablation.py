"""What the ranking is without a part is what running the model without it gives, user by user."""

import numpy as np
import pytest
import torch

from fame.data import leave_one_out
from fame.explain.trust.ablation import AblationError, ablation, block_ranks, dealt
from fame.model import build
from fame.ranking.evaluation import counted, ranks
from fame.ranking.metrics import means, per_user


@pytest.fixture(scope="module")
def events(cinema):
    return leave_one_out(cinema.histories).test


@pytest.mark.parametrize("kind", ["trained", "trained_mixture"])
def test_its_own_ranking_is_that_of_evaluation_and_without_a_facet_that_of_the_trace(kind, request, events, traced):
    model = request.getfixturevalue(kind).model
    found = ablation(model, events)
    assert found.own.mean == pytest.approx(means(ranks(model, counted(events)))["NDCG@10"], rel=1e-5)
    assert found.own.low < found.own.mean < found.own.high
    if kind == "trained":
        told = traced.ask("SELECT rank_without_facet FROM events WHERE counted", ())["rank_without_facet"]
        without = per_user(np.stack(told))["NDCG@10"].mean(0) - found.own.mean
        assert [one.mean for one in found.without] == pytest.approx(without, abs=1e-6)
    for one in (found.gate.uniform, found.gate.shuffled, found.router.uniform, *found.without):
        assert one.low <= one.mean <= one.high


def test_where_all_weights_are_alike_nothing_changes_with_uniform_ones_or_with_another_user_s(trained, events):
    model = build(trained.model.config)
    model.load_state_dict(trained.model.state_dict())
    with torch.no_grad():
        model.gate.weight.zero_()
        model.gate.bias.zero_()
    found = block_ranks(model.eval(), counted(events), np.random.default_rng(0))
    assert (found["gate uniform"] == found["own"]).all()
    assert (found["gate shuffled"] == found["own"]).all()
    assert (found["without 0"] != found["own"]).any()


def test_everybody_gets_the_weights_of_somebody_else():
    for n in (1, 2, 3, 50):
        partner = dealt(n, np.random.default_rng(n))
        assert sorted(partner) == list(range(n))
        assert n == 1 or (partner != np.arange(n)).all()


def test_what_has_no_parts_or_nobody_to_rank_is_said(trained, trained_sasrec, events):
    with pytest.raises(AblationError, match="has no gate, no routers and no facets"):
        ablation(trained_sasrec.model, events)
    with pytest.raises(AblationError, match="No user of this data set"):
        ablation(trained.model, events.only(np.arange(0)))
