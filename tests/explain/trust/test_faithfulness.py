"""Measures of truth equal doing it by hand, tell a true explanation from an untrue one, and stay with the model."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import layer_norm

from fame.data import leave_one_out
from fame.explain.past.baselines import recency
from fame.explain.past.kinds import BASELINES, METHODS
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.explain.trust.deletion import expected_first, measure
from fame.explain.trust.faithfulness import ask, differences, ignores, judge, mark, truest, verdict
from fame.explain.trust.randomisation import correlation_by_stage, stages
from fame.explain.trust.records.explanations import IGNORES, MEASURES, NO_BETTER, TRUER, UNTESTED, is_truer
from fame.heads.registry import scores
from fame.model import Intervention, build
from fame.runs.ways import WAYS
from tests.model.conftest import FAME, SASREC, VARIANTS, make

HISTORY, TARGET = [5, 9, 2, 31, 9, 22, 14], 17


def at(name):
    return MEASURES.index(name)


@torch.inference_mode()
def outcome(model, positions, way):
    """Probability and rank of the target by hand, with only these positions."""
    if way == "remove":
        output = model(torch.tensor([[HISTORY[t] for t in positions] or [0]]))
    else:
        keep = torch.tensor([[t in positions for t in range(len(HISTORY))]])
        output = model(torch.tensor([HISTORY]), Intervention(keep=keep))
    found = scores(model, output)[0]
    rivals = [v - 1 for v in range(1, 41) if v not in HISTORY]
    return float(found.softmax(0)[TARGET - 1]), 1 + int((found[rivals] > found[TARGET - 1]).sum())


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("way", WAYS)
def test_measures_by_hand(name, way):
    model, order = make(VARIANTS[name]), np.array([3, 0, 6, 1, 5, 2, 4])
    found = measure(Question.of(model, HISTORY, TARGET), order, way)
    p, _ = outcome(model, range(7), way)
    without = [outcome(model, [t for t in range(7) if t not in order[:K]], way) for K in range(8)]
    only = [outcome(model, set(order[:K].tolist()), way)[0] for K in range(1, 6)]
    for K in range(1, 6):
        gone, rank = without[K]
        assert np.isclose(found[at(f"DEL@{K}")], gone / p, rtol=1e-3)
        assert np.isclose(found[at(f"INS@{K}")], only[K - 1] / p, rtol=1e-3)
        assert np.isclose(found[at(f"CDCG@{K}")], 1 / np.log2(1 + rank))
        assert found[at(f"POS@10,{K}")] == (rank <= 10)
    assert np.isclose(found[at("comprehensiveness")], np.mean([p - one[0] for one in without[1:6]]), atol=1e-5)
    assert np.isclose(found[at("sufficiency")], np.mean([p - one for one in only]), atol=1e-5)
    assert np.isclose(found[at("area")], np.trapezoid([one[0] / p for one in without], dx=1 / 7), rtol=1e-3)


def test_a_long_history_is_deleted_in_steps_but_measured_at_the_same_cuts():
    model = make(FAME.model_copy(update={"length": 60}))
    history = np.random.default_rng(0).integers(18, 41, 50).tolist()
    question = Question.of(model, history, TARGET)
    order = np.random.default_rng(1).permutation(50)
    found = measure(question, order, "remove")

    def left(m):
        with torch.inference_mode():
            kept = [v for t, v in enumerate(history) if t not in order[:m]]
            return float(scores(model, model(torch.tensor([kept or [0]])))[0].softmax(0)[TARGET - 1])

    curve = [left(m) / left(0) for m in range(51)]
    for K in range(1, 6):
        assert np.isclose(found[at(f"DEL@{K}")], curve[K], rtol=1e-3)
    assert np.isclose(found[at("area")], np.trapezoid(curve, dx=1 / 50), rtol=0.1)
    assert not np.isclose(found[at("area")], 1, rtol=0.1)


def test_a_random_first_is_the_mean_over_all():
    question = Question.of(make(FAME), HISTORY, TARGET)
    each = [measure(question, np.roll(np.arange(7), -t), "remove")[at("DEL@1")] for t in range(7)]
    assert np.isclose(expected_first(question), np.mean(each), rtol=1e-4)


def one_item_matters():
    """Everybody is the same vector but item 7, and what is read of it, and of nothing else, points to the target."""
    model = build(SASREC.model_copy(update={"layers": 1, "popularity": False})).eval().requires_grad_(False)
    torch.manual_seed(0)
    anybody, seven, towards = torch.linalg.qr(torch.randn(24, 24))[0][:3]
    model.table()[1:] = anybody
    model.table()[7] = seven
    model.table()[TARGET] = towards
    plain, heard = (layer_norm(x, (24,)) for x in (anybody, seven))
    heard = heard - heard @ plain / (plain @ plain) * plain
    block = model.blocks[0]
    block.qkv.weight.zero_()
    block.qkv.bias.zero_()
    block.qkv.weight[48:] = 9 * torch.outer(towards, heard / heard.square().sum())
    block.out.weight.copy_(torch.eye(24))
    block.out.bias.zero_()
    model.embedding.begin.copy_(anybody)
    return model


def test_the_one_item_that_matters_is_named_and_deleting_it_tells():
    model = one_item_matters()
    for place in range(4):  # not the newest, which is read in another way
        history = [3, 12, 20, 31]
        history.insert(place, 7)
        question = Question.of(model, history, TARGET)
        own = {}
        for method in ("occlusion-remove", "occlusion-mask", "greedy", "shapley"):
            order = attribute(question, method).order
            assert order[0] == place, method
            own[method] = measure(question, order, "remove")
        latest = measure(question, recency(question).order, "remove")
        assert own["occlusion-remove"][at("DEL@1")] < 0.6 < latest[at("DEL@1")]
        assert own["occlusion-remove"][at("area")] < latest[at("area")]
        assert own["occlusion-remove"][at("comprehensiveness")] > latest[at("comprehensiveness")]


@pytest.mark.parametrize("config", [FAME, SASREC])
def test_randomisation_goes_from_the_output_down(config):
    model = make(config)
    names, before = [], model
    original = [parameter.clone() for parameter in model.parameters()]
    for name, changed in stages(model):
        parts = {n for (n, a), b in zip(changed.named_parameters(), before.parameters(), strict=True)
                 if not torch.equal(a, b)}  # fmt: skip
        assert parts, name
        names.append(name)
        before = changed
    assert names[-1] == "embedding"
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), original, strict=True))
    fresh = next(iter([changed for _, changed in stages(model)][-1:]))
    assert not any(torch.equal(a, b) for a, b in zip(fresh.parameters(), original, strict=True) if b.requires_grad)


def test_what_ignores_the_model_is_found_out_and_occlusion_is_not():
    model = make(FAME)
    histories = [[5, 9, 2, 31, 8, 22, 14], [1, 3, 5, 7, 9, 11], [33, 12, 8, 40, 2, 19, 4, 30]]
    questions = [Question.of(model, history, TARGET) for history in histories]
    assert set(correlation_by_stage(model, questions, recency).values()) == {1.0}
    left = list(
        correlation_by_stage(model, questions, lambda question: attribute(question, "occlusion-remove")).values()
    )
    assert left[-1] < 0.5
    assert verdict(model, questions, "recency", [], 1).verdict == IGNORES
    assert verdict(model, questions, "occlusion-remove", [], 1).verdict == UNTESTED


def test_what_is_turned_round_ignores_the_model_too():
    """Recency of the model that is asked first, and its reverse of every other."""
    model = make(FAME)
    questions = [Question.of(model, history, TARGET) for history in ([5, 9, 2, 31, 8, 22, 14], [1, 3, 5, 7, 9, 11])]

    def turned(question):
        found = recency(question)
        return found if question.model is model else replace(found, values=-found.values)

    left = correlation_by_stage(model, questions, turned)
    assert set(left.values()) == {-1.0}
    assert ignores(left)
    assert not ignores({"score": -1.0, "embedding": -0.2})
    assert not ignores({})


def test_the_truest_method_is_judged_on_users_that_it_was_not_chosen_on():
    """Of 8 methods that are noise around recency, the best on one half is no better than recency on the other."""
    methods = (*METHODS[:2], *METHODS[4:])
    area, gains = at("area"), []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = np.repeat(rng.normal(0.5, 0.1, (40, 1, 1, 1)), len(methods), 1) * np.ones((2, len(MEASURES)))
        found += rng.normal(0, 0.1, (40, len(methods), 1, 1))
        fit = [m for m, method in enumerate(methods) if method not in BASELINES]
        best = truest(found, methods, fit, seed)
        if best is None:
            continue
        assert best.chosen_on == best.judged.users == 20
        gains.append(best.judged.to_recency[area].mean)
        on_all = [differences(found[:, m, 0] - found[:, methods.index("recency"), 0], 0)[area].mean for m in fit]
        assert min(on_all) < 0
    assert len(gains) > 5
    assert abs(np.mean(gains)) < 3 * 0.15 / (20 * len(gains)) ** 0.5


def test_the_truest_method_is_the_one_with_the_least_area():
    methods, rng = ("occlusion-remove", "attention", *BASELINES), np.random.default_rng(0)
    found = 0.5 + rng.normal(0, 0.01, (30, 4, 2, len(MEASURES)))
    found[:, 0] -= 0.2
    found[:, 1] -= 0.1
    best = truest(found, methods, [0, 1], 0)
    assert best.method == "occlusion-remove"
    assert best.judged.to_recency[at("area")].mean == pytest.approx(-0.2, abs=0.02)
    assert truest(found + np.array([0.3, 0.3, 0, 0])[:, None, None], methods, [0, 1], 0) is None
    assert truest(found[:1], methods, [0, 1], 0) is None
    found[:, 0] = np.nan  # of no history
    assert truest(found, methods, [0, 1], 0).method == "attention"


def test_constant_attributions_count_as_unlike():
    model = make(FAME)
    flat = [Question.of(model, HISTORY, TARGET)]

    def constant(question):
        return replace(recency(question), values=np.ones(7))

    assert set(correlation_by_stage(model, flat, constant).values()) == {0.0}


def test_differences_are_of_users_and_know_their_noise():
    rng = np.random.default_rng(0)
    paired = np.stack([rng.normal(-1, 0.1, 50), rng.normal(0, 1, 50)], 1)
    sure, unsure = differences(paired, 0)
    assert sure.low < paired[:, 0].mean() < sure.high < 0
    assert unsure.low < 0 < unsure.high
    assert np.isclose(unsure.high - unsure.low, 4 / 50**0.5, rtol=0.3)
    assert is_truer("DEL@1", sure)
    assert not is_truer("INS@1", sure)
    assert not is_truer("DEL@1", unsure)
    assert np.allclose(list(vars(differences(paired[:1], 0)[0]).values()), paired[0, 0])


FEW = ("occlusion-remove", "shapley", "attention")


def test_methods_are_marked_user_by_user(trained, cinema):
    model = trained.model
    found = judge(model, cinema, users=12, seed=3, methods=FEW)
    assert found == judge(model, cinema, users=12, seed=3, methods=FEW)
    questions = ask(model, cinema, 12, 3)
    assert found.users == len(questions) == 12
    drawn = {tuple(question.read.tolist()) for question in questions}
    events = leave_one_out(cinema.histories).test
    assert drawn <= {tuple(events.histories[row][-12:].tolist()) for row in range(len(events.targets))}
    each = mark(questions, ("occlusion-remove", "recency"), 3)
    for w, way in enumerate(WAYS):
        row = found.row("occlusion-remove", way)
        assert np.allclose(row.mean, each[:, 0, w].mean(0))
        assert np.allclose([one.mean for one in row.to_recency], (each[:, 0, w] - each[:, 1, w]).mean(0))
        assert {row.method for row in found.rows} == {*FEW, "recency", "random"}
    short = [question for question in questions if question.length <= 10]
    exact = found.row("shapley", "remove")
    assert (exact.users if exact else 0) == len(short)
    groups = [row for row in found.rows if (row.method, row.way) == ("recency", "mask")]
    assert sum(row.users for row in groups if row.group != "all") == 12
    assert groups[0].to_recency == ()
    assert [one.method for one in found.verdicts] == list(FEW)
    assert {one.verdict for one in found.verdicts} <= {TRUER, NO_BETTER, IGNORES} | ({UNTESTED} if not short else set())


def test_a_method_is_truer_where_its_area_is_smaller_beyond_noise():
    """Occlusion on the model in which one item matters, whose place is not the newest."""
    model = one_item_matters()
    rng = np.random.default_rng(1)
    others = [v for v in range(1, 41) if v not in (7, TARGET)]
    questions = []
    for _ in range(12):
        history = rng.choice(others, 5, replace=False).tolist()
        history.insert(int(rng.integers(4)), 7)
        questions.append(Question.of(model, history, TARGET))
    found = mark(questions, ("occlusion-remove", "recency"), 0)
    against = differences(found[:, 0, 0] - found[:, 1, 0], 0)[at("area")]
    assert is_truer("area", against)
