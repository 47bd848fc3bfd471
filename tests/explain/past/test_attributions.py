"""Attributions are complete, fair and equal to doing it by hand; each method says what it cannot do."""

import json

import numpy as np
import pytest
import torch
from captum.attr import LayerIntegratedGradients

from fame.explain.knockout import runs
from fame.explain.past.attention import rollout
from fame.explain.past.gradients import integrated_gradients, value
from fame.explain.past.kinds import METHODS
from fame.explain.past.methods import attribute
from fame.explain.past.occlusion import greedy, occlusion
from fame.explain.past.records import Attribution, most_first
from fame.explain.past.shapley import coalitions, history_shapley, shapley
from fame.explain.question import Question, QuestionError
from fame.heads.registry import scores
from fame.model import Intervention, build
from fame.runs.ways import WAYS
from tests.model.conftest import FAME, SASREC, VARIANTS, make

MODELS = VARIANTS | {"mixture": FAME.model_copy(update={"head": "mixture"})}
HISTORY = [5, 9, 2, 31, 9]
TARGET, RIVAL = 17, 4


@pytest.fixture(params=MODELS)
def model(request):
    return make(MODELS[request.param])


@torch.inference_mode()
def by_hand(model, items, rival=None, keep=None):
    change = None if keep is None else Intervention(keep=torch.tensor([keep]))
    found = scores(model, model(torch.tensor([items]), change))[0].log_softmax(0)
    return float(found[TARGET - 1] - (0 if rival is None else found[rival - 1]))


@pytest.mark.parametrize("rival", [None, RIVAL])
def test_occlusion_equals_running_again_by_hand(model, rival):
    question = Question.of(model, HISTORY, TARGET, rival)
    removed, masked = (occlusion(question, way).values for way in WAYS)
    whole = by_hand(model, HISTORY, rival)
    for t in range(len(HISTORY)):
        without = HISTORY[:t] + HISTORY[t + 1 :]
        assert np.isclose(removed[t], whole - by_hand(model, without, rival), atol=1e-4)
        keep = [at != t for at in range(len(HISTORY))]
        assert np.isclose(masked[t], whole - by_hand(model, HISTORY, rival, keep), atol=1e-4)


@pytest.mark.parametrize("rival", [None, RIVAL])
def test_occlusion_of_runs_at_hand_runs_nothing(model, rival):
    question, at_hand = Question.of(model, HISTORY, TARGET, rival), runs(model, HISTORY)
    expected = attribute(question, "occlusion-remove")
    ran: list[int] = []
    handle = model.register_forward_hook(lambda *_: ran.append(1))
    found = attribute(question, "occlusion-remove", at_hand=at_hand)
    handle.remove()
    assert not ran
    assert np.allclose(found.values, expected.values, atol=1e-5)
    assert (found.method, found.baseline, found.rival) == (expected.method, expected.baseline, rival)


def test_greedy_takes_what_hurts_most_and_then_looks_again(model):
    found = greedy(Question.of(model, HISTORY, TARGET))
    left, before = list(range(len(HISTORY))), by_hand(model, HISTORY)
    for place, position in enumerate(found.order[:-1]):
        after = {t: by_hand(model, [HISTORY[at] for at in left if at != t]) for t in left}
        assert after[position] <= min(after.values()) + 1e-5, place
        assert np.isclose(found.values[position], before - after[position], atol=1e-4)
        left.remove(position)
        before = after[position]
    assert abs(found.completeness_gap) < 1e-4
    short = greedy(Question.of(model, HISTORY, TARGET), most=2)
    assert short.order[:2].tolist() == found.order[:2].tolist()
    assert sorted(short.order) == list(range(len(HISTORY)))


def test_greedy_takes_one_item_that_is_left_as_it_stands(model):
    found = greedy(Question.of(model, HISTORY, TARGET), most=len(HISTORY) - 1)
    assert sorted(found.order) == list(range(len(HISTORY)))
    assert np.allclose(found.values, greedy(Question.of(model, HISTORY, TARGET)).values, atol=1e-5)


@pytest.mark.parametrize("rival", [None, RIVAL])
def test_what_is_complete_adds_up(model, rival):
    question = Question.of(model, HISTORY, TARGET, rival)
    fair = history_shapley(question)
    empty = by_hand(model, HISTORY, rival, [False] * len(HISTORY))
    assert np.isclose(fair.values.sum(), by_hand(model, HISTORY, rival) - empty, atol=1e-4)
    assert abs(fair.completeness_gap) < 1e-4
    straight = integrated_gradients(question, steps=300)
    assert abs(straight.completeness_gap) < 0.05
    assert np.isclose(straight.values.sum() - straight.completeness_gap, by_hand(model, HISTORY, rival) - with_mean(
        model, rival), atol=1e-3)  # fmt: skip


@torch.inference_mode()
def with_mean(model, rival):
    table = model.table()
    shift = table[1:].mean(0) - table[torch.tensor([HISTORY])]
    found = scores(model, model(torch.tensor([HISTORY]), Intervention(shift=shift)))[0].log_softmax(0)
    return float(found[TARGET - 1] - (0 if rival is None else found[rival - 1]))


def test_the_gradient_is_that_of_what_ranking_says(model):
    question = Question.of(model, HISTORY, TARGET, RIVAL)
    here = torch.zeros(1, len(HISTORY), model.config.width)
    assert np.isclose(float(value(question, here).detach()), by_hand(model, HISTORY, RIVAL), atol=1e-4)


@pytest.mark.parametrize("name", ["fame", "sasrec-absolute", "mixture"])
def test_integrated_gradients_are_captums_layer_attribution(name):
    """Captum's baseline is an item: one that was given the mean embedding."""
    model, mean = make(MODELS[name]), 40
    with torch.no_grad():
        table = model.table()
        table[mean] = table[1:mean].mean(0)
    ours = integrated_gradients(Question.of(model, HISTORY, TARGET), steps=20)
    question = Question.of(model, HISTORY, TARGET)

    def log_probability(items):
        output = model(items)
        rows = torch.nn.functional.linear(output.at_last(output.query), table[1:], model.bias()[1:])
        if name == "mixture":
            queries = model.facet_queries(output.at_last(output.facets))
            rows = torch.einsum("bhd,vd->bhv", queries, table[1:]) + model.bias()[1:]
            rows = (rows.softmax(-1) * output.at_last(output.gate)[..., None]).sum(1).log()
        return rows.log_softmax(-1)[:, TARGET - 1]

    layer = LayerIntegratedGradients(log_probability, model.embedding.item)
    read = question.read[None]
    theirs = layer.attribute(read, baselines=torch.full_like(read, mean), n_steps=20)
    assert np.allclose(ours.values, theirs.sum(-1)[0].detach(), atol=1e-4)


def test_shapley_is_fair():
    """By hand: a glove game, where two of the left hand and one of the right make one pair."""
    worth = np.array([bool(m & 4) and bool(m & 3) for m in range(8)], dtype=float)
    assert np.allclose(shapley(worth), [1 / 6, 1 / 6, 4 / 6])
    assert coalitions(2).tolist() == [[False, False], [True, False], [False, True], [True, True]]


def without_order(model):
    """Nothing tells the model where an item stands: no relative terms, and one layer, so that all items read the past
    at the last position only."""
    attention = model.blocks[0].attention if model.config.architecture == "sasrec" else model.expert_attention.attention
    with torch.no_grad():
        attention.distance_bias.zero_()
        attention.distance_key.zero_()
    return model


@pytest.mark.parametrize("config", [FAME, SASREC])
def test_copies_of_an_item_share_alike_where_order_is_not_known(config):
    model = without_order(make(config.model_copy(update={"layers": 1})))
    twice, other, newest = history_shapley(Question.of(model, [7, 7, 9], TARGET)).values
    assert np.isclose(twice, other, atol=1e-4)
    assert not np.isclose(twice, newest, atol=1e-2)


def test_an_item_that_nobody_reads_gets_nothing():
    """Values of nought: an item then moves nothing but at its own place, which is the newest's alone to speak from."""
    model = make(SASREC.model_copy(update={"layers": 1}))
    with torch.no_grad():
        model.blocks[0].qkv.weight[2 * 24 :] = 0
    question = Question.of(model, HISTORY, TARGET)
    for method in ("occlusion-remove", "occlusion-mask", "integrated-gradients", "gradient-x-input"):
        assert np.allclose(attribute(question, method).values[:-1], 0, atol=1e-5), method
    assert abs(attribute(question, "occlusion-mask").values[-1]) > 0.1


def test_where_nobody_is_heard_every_share_is_nothing():
    model = make(FAME)
    with torch.no_grad():
        model.item_facets.weight.zero_()  # popularity alone is left of a score
    question = Question.of(model, HISTORY, TARGET)
    for method in ("occlusion-remove", "occlusion-mask", "greedy", "shapley", "integrated-gradients"):
        assert np.allclose(attribute(question, method).values, 0, atol=1e-5), method


def test_attention_is_the_row_of_the_newest_position(model):
    question = Question.of(model, HISTORY, TARGET)
    found = attribute(question, "attention")
    assert found.heads.shape == (3, len(HISTORY))
    assert np.allclose(found.heads.mean(0), found.values)
    left = 1 - found.heads.sum(1)
    assert (np.abs(left) < 1e-5).all() or (model.config.begin and (left > 0).all())


def test_rollout_by_hand():
    model = make(SASREC.model_copy(update={"begin": False}))
    read = torch.tensor([HISTORY])
    with torch.inference_mode():
        x, _ = model.embedding(read)
        mask = torch.full((5, 5), -torch.inf).triu(1)
        x, first = model.blocks[0](x, mask)
        _, second = model.blocks[1](x, mask)
    mixed = [(each[0, :, 0].mean(0) + torch.eye(5)) / 2 for each in (first, second)]
    assert np.allclose(rollout(Question.of(model, HISTORY, TARGET)).values, (mixed[1] @ mixed[0])[-1], atol=1e-5)
    fame = rollout(Question.of(make(VARIANTS["fame-absolute"]), HISTORY, TARGET)).values
    assert np.isclose(fame.sum(), 1, atol=1e-5)  # no begin token: all that is read are items


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_for_every_model(model, method):
    question = Question.of(model, [33, *HISTORY * 2], TARGET) if method != "shapley" else Question.of(
        model, HISTORY, TARGET)  # fmt: skip
    found = attribute(question, method, seed=4)
    assert found.values.shape == (question.length,)
    assert np.isfinite(found.values).all()
    assert sorted(found.order) == list(range(question.length))
    if method != "greedy":
        assert (np.diff(found.values[found.order]) <= 0).all()
    again = attribute(question, method, seed=4)
    assert np.array_equal(found.values, again.values)
    stored = Attribution.from_json(json.loads(json.dumps(found.as_json(), allow_nan=False)))
    for name, part in vars(found).items():
        assert np.array_equal(part, getattr(stored, name)), name


def test_only_what_is_read_is_weighed():
    model = make(FAME)
    long = [*range(20, 30), 1, 2, 3, 4]  # 14 items, of which the model reads 12
    for method in ("occlusion-remove", "recency", "rollout"):
        found = attribute(Question.of(model, long, TARGET), method)
        assert found.history.tolist() == long[-12:]
        assert found.order.max() == 11


def test_of_equal_values_the_newest_comes_first():
    assert most_first(np.array([1.0, 3.0, 1.0, 3.0])).tolist() == [3, 1, 2, 0]


@pytest.mark.parametrize(
    ("history", "target", "rival", "said"),
    [
        ([], 5, None, "has no items"),
        ([3], 5, None, "has one item"),
        ([3, 5], 5, None, "The target is already in the history"),
        ([3, 4], 5, 4, "The rival is already in the history"),
        ([3, 4], 5, 5, "The rival is the target itself"),
        ([3, 4], 41, None, "The target 41 is not in the catalog"),
    ],
)
def test_what_cannot_be_asked_is_said(history, target, rival, said):
    with pytest.raises(QuestionError, match=said):
        Question.of(build(FAME).eval(), history, target, rival)


def test_a_method_that_cannot_be_used_says_so():
    question = Question.of(build(FAME).eval(), list(range(1, 12)), 30)
    with pytest.raises(QuestionError, match="up to 10 items, not 11"):
        attribute(question, "shapley")
    with pytest.raises(QuestionError, match="There is no method 'lime'; choose one of occlusion-remove"):
        attribute(question, "lime")
