"""A model from elsewhere is recommended by and explained as if it had been trained here, as far as it can be run."""

import numpy as np
import pytest
import torch

from fame.data import leave_one_out
from fame.explain.families.anatomy import fit
from fame.explain.families.knockout import knock_out_families
from fame.explain.past.claim import claim
from fame.explain.past.counterfactual import fewest_additions, fewest_removals
from fame.explain.past.kinds import usable
from fame.explain.past.methods import attribute
from fame.explain.question import Question, QuestionError
from fame.explain.trust.randomisation import stages
from fame.model import Intervention
from fame.model.adapter import Adapted, AdapterError
from fame.ranking.evaluation import ranks
from fame.ranking.recommend import recommend

HISTORY, TARGET = [3, 9, 12, 30, 7], 40


@pytest.fixture(scope="module")
def own(trained_sasrec):
    return trained_sasrec.model


@pytest.fixture(scope="module")
def adapted(own):
    """The same model, of which nothing is known but its queries, as arrays."""

    @torch.inference_mode()
    def encode(history):
        output = own(torch.tensor([history]), newest=True)
        return output.query[0, 0].numpy()

    return Adapted(encode, own.table().numpy(), own.bias(), length=own.config.length)


@pytest.fixture(scope="module")
def decayed(own):
    """One that reads embeddings: the later an item, the more it counts."""

    def encode(vectors):
        return (vectors * 0.8 ** torch.arange(len(vectors)).flip(0)[:, None]).sum(0).tanh()

    return Adapted(encode, own.table(), of_embeddings=True)


def test_it_recommends_and_ranks_as_the_model_does(own, adapted, cinema):
    ours, theirs = recommend(own, HISTORY, 10), recommend(adapted, HISTORY, 10)
    assert ours.items.tolist() == theirs.items.tolist()
    assert np.allclose(ours.score, theirs.score, atol=1e-5)
    assert np.allclose(ours.probability, theirs.probability, atol=1e-6)
    events = leave_one_out(cinema.histories).test
    events = events.only(np.arange(len(events.targets)) < 20)
    assert ranks(own, events).tolist() == ranks(adapted, events).tolist()


def test_what_runs_it_again_explains_it_as_it_explains_the_model(own, adapted):
    ours, theirs = (Question.of(model, HISTORY, TARGET) for model in (own, adapted))
    removed, again = (attribute(question, "occlusion-remove") for question in (ours, theirs))
    assert np.allclose(removed.values, again.values, atol=1e-4)
    one_by_one, again = (attribute(question, "greedy") for question in (ours, theirs))
    assert one_by_one.order.tolist() == again.order.tolist()
    some = one_by_one.order[:-1]  # the last to go leaves nothing, for which the model has a begin token
    assert np.allclose(one_by_one.values[some], again.values[some], atol=1e-4)
    claims = [claim(question, attribute(question, "occlusion-remove")) for question in (ours, theirs)]
    assert (claims[0].items, claims[0].rank_without) == (claims[1].items, claims[1].rank_without)
    assert fewest_removals(own, HISTORY) == fewest_removals(adapted, HISTORY)
    assert fewest_additions(own, HISTORY, TARGET) == fewest_additions(adapted, HISTORY, TARGET)
    found = attribute(theirs, "shapley")
    assert abs(found.completeness_gap) < 1e-4


def test_its_table_is_taken_apart_like_any(own, adapted, cinema):
    ours, theirs = fit(own, cinema.catalog), fit(adapted, cinema.catalog)
    assert ours.families == theirs.families
    assert ours.explained == pytest.approx(theirs.explained, abs=1e-6)


def test_what_needs_its_inside_is_refused_in_a_sentence(adapted, cinema):
    question = Question.of(adapted, HISTORY, TARGET)
    for method in ("attention", "rollout", "integrated-gradients", "gradient-x-input"):
        assert method not in usable(adapted.architecture)
        with pytest.raises(QuestionError, match=r"choose another method\.$"):
            attribute(question, method)
    with pytest.raises(AdapterError, match="of_embeddings=True"):
        knock_out_families(adapted, fit(adapted, cinema.catalog), torch.tensor([HISTORY]), torch.tensor([[TARGET]]))
    assert not list(stages(adapted))


def test_where_it_reads_embeddings_gradients_and_knock_outs_are_there(decayed, cinema):
    question = Question.of(decayed, HISTORY, TARGET)
    assert abs(attribute(question, "integrated-gradients").completeness_gap) < 0.01
    assert np.isfinite(attribute(question, "gradient-x-input").values).all()
    found = knock_out_families(decayed, fit(decayed, cinema.catalog), torch.tensor([HISTORY]), torch.tensor([[TARGET]]))
    assert found.effect.abs().max() > 0


def test_it_keeps_the_contract(adapted):
    padded = adapted(torch.tensor([[0, 0, *HISTORY]]))
    whole = adapted(torch.tensor([HISTORY]))
    assert torch.allclose(padded.query[:, 2:], whole.query, atol=1e-6)
    newest = adapted(torch.tensor([HISTORY]), newest=True)
    assert torch.allclose(newest.query[:, 0], whole.at_last(whole.query), atol=1e-6)
    masked = adapted(torch.tensor([HISTORY]), Intervention(keep=torch.tensor([[True, False, True, True, True]])))
    left_out = adapted(torch.tensor([[3, 12, 30, 7]]))
    assert torch.allclose(masked.at_last(masked.query), left_out.at_last(left_out.query), atol=1e-6)


def test_histories_can_be_given_together(own):
    sums = own.table()
    one = Adapted(lambda history: sums[history].sum(0), sums)
    many = Adapted(lambda some: torch.stack([sums[history].sum(0) for history in some]), sums, batched=True)
    items = torch.tensor([[0, 3, 9], [4, 5, 6]])
    assert torch.allclose(one(items).query, many(items).query)
    assert not one(torch.tensor([[0, 0]]), newest=True).query.any()


@pytest.mark.parametrize(
    ("encode", "table", "bias", "named"),
    [
        (lambda history: torch.zeros(4), torch.zeros(9), None, "The table has shape"),
        (lambda history: torch.zeros(4), torch.zeros(9, 4), torch.zeros(8), "The bias has shape"),
        (lambda history: torch.zeros(3), torch.zeros(9, 4), None, r"shapes \[\(3,\)\]"),
    ],
)
def test_what_does_not_fit_is_named(encode, table, bias, named):
    with pytest.raises(AdapterError, match=named):
        recommend(Adapted(encode, table, bias), [1, 2])
