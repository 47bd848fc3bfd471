"""Interventions equal doing it by hand."""

import json

import numpy as np
import pytest
import torch

from fame.data import leave_one_out
from fame.explain.facets.experts import ALIKE_BITS, Experts, read_by_experts
from fame.explain.facets.neighbours import neighbours
from fame.explain.facets.population import population
from fame.explain.facets.weights import divergence, entropy, facet_spread
from fame.explain.families.anatomy import fit
from fame.explain.families.knockout import knock_out_families
from fame.explain.knockout import knockout
from fame.explain.records import Knockout
from fame.model import Intervention, build
from fame.ranking.recommend import HistoryError, recommend, take_apart

HISTORY = [3, 9, 27, 41, 8]


def scores(model, history):
    with torch.inference_mode():
        output = model(torch.tensor([history]))
        return output.query[0, -1] @ model.table().T + model.bias()


def test_leaving_a_facet_out_takes_its_part_from_every_score(trained):
    model = trained.model
    target = int(recommend(model, HISTORY, 1).items[0])
    found = knockout(model, HISTORY, target)
    everything = take_apart(model, HISTORY, range(1, 81))
    unseen = np.setdiff1d(np.arange(1, 81), HISTORY) - 1
    assert found.rank == 1
    for h in range(4):
        left = everything.score - everything.contributions[:, h]
        assert found.facet_rank[h] == 1 + (left[unseen] > left[target - 1] + 1e-6).sum()
        effect = everything.score[target - 1] - np.logaddexp.reduce(everything.score)
        effect -= left[target - 1] - np.logaddexp.reduce(left)
        assert np.isclose(found.facet_effect[h], effect, atol=1e-4)
        top = set(unseen[np.argsort(-everything.score[unseen])[:10]])
        assert found.facet_kept[h] == len(top & set(unseen[np.argsort(-left[unseen])[:10]]))


def test_removing_an_item_equals_running_without_it(trained, trained_sasrec):
    for model in (trained.model, trained_sasrec.model):
        target = 50
        found = knockout(model, HISTORY, target)
        whole = scores(model, HISTORY)
        for t in range(len(HISTORY)):
            left = scores(model, HISTORY[:t] + HISTORY[t + 1 :])
            effect = whole[1:].log_softmax(0)[target - 1] - left[1:].log_softmax(0)[target - 1]
            assert np.isclose(found.item_effect[t], float(effect), atol=1e-5)
            rivals = [v for v in range(1, 81) if v not in HISTORY]
            assert found.item_rank[t] == 1 + sum(float(left[v]) > float(left[target]) + 1e-6 for v in rivals)


def test_one_item_alone_is_compared_with_no_history(trained):
    found = knockout(trained.model, [3], 50)
    with torch.inference_mode():
        nobody = trained.model(torch.zeros(1, 1, dtype=torch.long))
    left = nobody.at_last(nobody.query)[0] @ trained.model.table()[1:].T + trained.model.bias()[1:]
    effect = found.log_probability - left.log_softmax(0)[49]
    assert np.isclose(found.item_effect, float(effect), atol=1e-5)


def test_one_item_alone_cannot_be_removed_where_nothing_would_be_left(trained):
    found = knockout(build(trained.model.config.model_copy(update={"begin": False})).eval(), [3], 50)
    assert np.isnan(found.item_effect).all()
    again = Knockout.from_json(json.loads(json.dumps(found.as_json())))
    for name, value in vars(found).items():
        assert np.array_equal(value, getattr(again, name), equal_nan=True), name


def test_leaving_a_facet_out_of_a_mixture_leaves_the_others(trained_mixture):
    """By hand: the remaining gate, brought back to sum 1, over the softmaxes of the facets."""
    model, target = trained_mixture.model, 50
    found = knockout(model, HISTORY, target)
    everything = take_apart(model, HISTORY, range(1, 81))
    parts = everything.responsibilities * everything.probability[:, None]  # g_h p_h(v)
    unseen = np.setdiff1d(np.arange(1, 81), HISTORY) - 1
    assert np.isclose(found.log_probability, np.log(everything.probability[target - 1]), atol=1e-5)
    for h in range(4):
        left = np.delete(parts, h, 1).sum(1) / np.delete(everything.gate[-1], h).sum()
        assert np.isclose(left.sum(), 1, atol=1e-4)
        assert np.isclose(found.facet_effect[h], found.log_probability - np.log(left[target - 1]), atol=1e-4)
        assert found.facet_rank[h] == 1 + (left[unseen] > left[target - 1] * (1 + 1e-5)).sum()
    for t in range(len(HISTORY)):
        without = take_apart(model, HISTORY[:t] + HISTORY[t + 1 :], [target])
        assert np.isclose(found.item_effect[t], found.log_probability - without.score[0], atol=1e-4)


def test_families_are_knocked_out_of_what_a_mixture_expects(trained_mixture, cinema):
    model, anatomy = trained_mixture.model, fit(trained_mixture.model, cinema.catalog)
    read, targets = torch.tensor([HISTORY]), torch.tensor([[50, 7]])
    found = knock_out_families(model, anatomy, read, targets, draws=3)
    assert np.allclose(found.log_probability[0], take_apart(model, HISTORY, [50, 7]).score, atol=1e-5)
    drawn = torch.randint(1, 81, (3, len(HISTORY)), generator=torch.Generator().manual_seed(0))
    shift = (anatomy.components(drawn[1:2]) - anatomy.components(read))[:, :, 2]
    without = take_apart(model, HISTORY, [50, 7], Intervention(shift=shift))
    assert np.allclose(found.log_probability[0] - found.effect[0, :, 2, 1], without.score, atol=1e-4)


@pytest.mark.parametrize(("history", "target", "named"), [([], 5, "empty"), ([5, 6], 5, "already in the history")])
def test_what_cannot_be_asked_is_said(trained, history, target, named):
    with pytest.raises(HistoryError, match=named):
        knockout(trained.model, history, target)


def test_spread_is_the_deviation_of_a_facets_parts(trained):
    model = trained.model
    everything = take_apart(model, HISTORY, range(1, 81))
    found = facet_spread(model, HISTORY)
    assert np.allclose(found, everything.contributions.std(0), atol=1e-5)


def test_divergence_by_hand():
    rows = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])
    found = divergence(rows)
    assert torch.allclose(found.diagonal(), torch.zeros(3))
    assert torch.allclose(found, found.T)
    assert torch.isclose(found[0, 1], torch.tensor(1.0))  # nothing in common: one bit
    assert torch.isclose(found[0, 2], torch.tensor(0.3112781))


def test_entropy_is_between_one_taking_all_and_uniform():
    assert torch.allclose(entropy(torch.tensor([[1.0, 0.0], [0.5, 0.5]])), torch.tensor([0.0, 1.0]))
    assert entropy(torch.ones(3, 1)).tolist() == [0, 0, 0]


def test_the_population_is_what_each_user_gets(trained, cinema):
    events = leave_one_out(cinema.histories).test
    everyone = population(trained.model, events)
    for row in range(0, len(events.targets), 17):
        answer = recommend(trained.model, events.histories[row].tolist(), 1)
        assert np.allclose(everyone.gate[row], answer.gate[-1], atol=1e-5)
        assert np.allclose(everyone.router[row], answer.router[-1], atol=1e-5)
        assert everyone.last_item[row] == events.histories[row][-1]


def test_neighbours_are_the_nearest_by_cosine(trained):
    found = neighbours(trained.model, 7, 5)
    assert list(found) == ["all facets", *trained.model.config.facets]
    vectors = trained.model.sub_embeddings(trained.model.table()[1:])[:, 2]
    likeness = torch.cosine_similarity(vectors, vectors[6], dim=1)
    likeness[6] = -2
    assert found["director"].tolist() == (likeness.topk(5).indices + 1).tolist()


def test_experts_are_compared_by_what_they_read(trained):
    found = read_by_experts(trained.model, HISTORY)
    assert found.attention.shape == (4, 2, 5, 5)
    assert np.allclose(found.attention[:, :, 3].sum(-1) + found.start[:, :, 3], 1, atol=1e-5)
    assert np.allclose(found.reads(2, 3).sum(1), 1, atol=1e-5)
    assert np.allclose(found.attention[:, :, 3, 4], 0)  # nothing later is read
    pair = found.pairs(1, 4)[0]
    a, b = torch.from_numpy(found.reads(1, 4))
    assert (pair.a, pair.b) == (0, 1)
    assert np.isclose(pair.bits, float(divergence(torch.stack([a, b]))[0, 1]), atol=1e-6)
    first = (np.repeat(of[:, :1], 2, 1) for of in (found.attention, found.start))
    twins = Experts(found.gate, found.router, *first)
    assert twins.pairs(1, 4)[-1].bits < ALIKE_BITS
