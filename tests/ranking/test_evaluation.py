"""Ranks of held-out items, against ranking them one by one."""

import numpy as np
import torch

from fame.data import leave_one_out
from fame.ranking.evaluation import popularity_ranks, rank_all, ranks
from fame.runs import budget


def test_ranks_equal_ranking_one_user_at_a_time(trained, cinema):
    test = leave_one_out(cinema.histories).test
    found = ranks(trained.model, test)
    model = trained.model
    for row in range(0, len(test.targets), 7):
        history, target = test.histories[row], int(test.targets[row])
        with torch.inference_mode():
            output = model(torch.tensor([history[-model.config.length :].tolist()]))
            scores = output.query[0, -1] @ model.table().T + model.bias()
        rivals = [v for v in range(1, 81) if v not in history and v != target]
        assert found[row] == 1 + sum(scores[v] >= scores[target] for v in rivals)


def test_the_size_of_a_batch_changes_no_rank(trained, cinema, monkeypatch):
    test = leave_one_out(cinema.histories).test
    found = ranks(trained.model, test)
    monkeypatch.setattr(budget, "BUDGET", 1)
    one_by_one = ranks(trained.model, test)
    assert np.array_equal(found, one_by_one)
    assert found.dtype == one_by_one.dtype == np.int64


def test_a_model_that_scores_all_alike_looks_bad(cinema):
    test = leave_one_out(cinema.histories).test
    rows = [np.arange(len(test.targets))]
    unseen = 80 - np.array([len(set(test.histories[u].tolist())) for u in range(len(test.targets))])
    alike = rank_all(lambda batch: torch.zeros(len(batch), 80), test, rows)
    assert np.array_equal(alike, unseen)
    broken = rank_all(lambda batch: torch.full((len(batch), 80), float("nan")), test, rows)
    assert (broken >= unseen).all()


def test_popularity_counts_training_only(cinema):
    split = leave_one_out(cinema.histories)
    counts = np.bincount(split.train.items, minlength=86)
    found = popularity_ranks(split.train, split.test, 85)  # nobody took the last five, which are items all the same
    for row in range(0, len(found), 11):
        history, target = split.test.histories[row], int(split.test.targets[row])
        rivals = [v for v in range(1, 86) if v not in history and v != target]
        assert found[row] == 1 + sum(counts[v] >= counts[target] for v in rivals)
