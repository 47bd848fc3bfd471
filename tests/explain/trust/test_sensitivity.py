"""Max-sensitivity equals moving the embeddings by hand, and is nought where nothing of them is used."""

import copy
from dataclasses import replace

import numpy as np
import torch

from fame.explain.past.baselines import recency
from fame.explain.past.methods import attribute
from fame.explain.question import Question
from fame.explain.trust.sensitivity import MOVED_BY, sensitivity
from tests.model.conftest import FAME, make

HISTORY, TARGET = [5, 9, 2, 31, 9, 22, 14], 17


def occlusion(question):
    return attribute(question, "occlusion-remove")


def test_it_is_the_furthest_move_over_the_length():
    question = Question.of(make(FAME), HISTORY, TARGET)
    found = sensitivity([question], occlusion, draws=3, seed=4)
    read, values = question.read.unique(), occlusion(question).values
    table = question.model.table().detach()
    near = MOVED_BY * float(table[1:].std())
    torch.manual_seed(4)
    furthest = 0.0
    for move in torch.empty(3, len(read), table.shape[1]).uniform_(-near, near):
        changed = copy.deepcopy(question.model)
        changed.table().detach()[read] += move
        again = occlusion(replace(question, model=changed)).values
        furthest = max(furthest, float(np.linalg.norm(again - values) / np.linalg.norm(values)))
    assert np.isclose(found, furthest, rtol=1e-4)
    assert 0 < found < 1


def test_what_looks_at_no_embedding_does_not_move_and_nothing_is_changed():
    model = make(FAME)
    before = model.table().clone()
    questions = [Question.of(model, HISTORY, TARGET), Question.of(model, HISTORY[:3], TARGET)]
    assert sensitivity(questions, recency) == 0
    assert sensitivity(questions, occlusion) == sensitivity(questions, occlusion) > 0
    assert torch.equal(model.table(), before)
