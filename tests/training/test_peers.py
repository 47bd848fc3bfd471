"""Processes that share batches make the steps that one makes of the whole batches."""

import os
import traceback

import numpy as np
import pytest
import torch
from torch import distributed

from fame.data import DataSet, leave_one_out
from fame.training.peers import ALONE, Peers
from fame.training.presets import settings
from fame.training.trainer import begin, train_epoch
from tests.conftest import QUICK

CERTAIN = QUICK | {"dropout": 0.0, "attention_dropout": 0.0, "gate_balance": 0.0, "length": 6, "batch": 64}


def together(folder, work, size: int = 2) -> list:
    """What each of some processes that know each other gives."""
    children = []
    for rank in range(size):
        child = os.fork()
        if not child:
            code = 1
            try:
                distributed.init_process_group("gloo", f"file://{folder}/meeting", rank=rank, world_size=size)
                torch.save(work(Peers(rank, size)), folder / f"{rank}.pt")
                distributed.barrier()
                code = 0
            except BaseException:
                traceback.print_exc()
            os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * size
    return [torch.load(folder / f"{rank}.pt") for rank in range(size)]


def epoch(cinema: DataSet, peers: Peers, **chosen: object) -> tuple[float, dict]:
    wanted, train = settings(**CERTAIN | chosen), leave_one_out(cinema.histories).train
    learner = begin(wanted, train, cinema.catalog, torch.device("cpu"))
    found = train_epoch(learner, train, wanted, 1, peers=peers)
    return found.loss, found.gate, dict(learner.model.state_dict())


def test_two_processes_learn_from_their_shares_what_one_learns_from_the_whole(cinema, tmp_path):
    both = together(tmp_path, lambda peers: epoch(cinema, peers))
    loss, gate, weights = epoch(cinema, ALONE)
    for found, shares, own in both:
        assert found == pytest.approx(loss, rel=1e-4)
        assert shares == pytest.approx(gate, abs=1e-4)
        assert all(torch.allclose(own[name].float(), weights[name].float(), atol=2e-3) for name in weights)
    assert all(torch.equal(both[0][2][name], both[1][2][name]) for name in weights)


def test_with_a_sampled_softmax_the_rows_that_either_read_are_stepped_in_both(cinema, tmp_path):
    sampled = {"loss": "sampled", "negatives": 20}
    one, other = together(tmp_path, lambda peers: epoch(cinema, peers, **sampled))
    assert all(torch.equal(one[2][name], other[2][name]) for name in one[2])
    assert one[0] == pytest.approx(epoch(cinema, ALONE, **sampled)[0], rel=0.05)


def test_gradients_of_rows_are_averaged_over_the_positions_of_all(tmp_path):
    def work(peers: Peers) -> list:
        rows = torch.tensor([[1, 4], [2, 4, 5][:2]][peers.rank])
        return list(peers.average_rows(rows, [torch.full((2, 3), 4.0 * (1 + peers.rank))], [1, 3][peers.rank]))

    for rows, (gradient,) in together(tmp_path, work):
        assert rows.tolist() == [1, 2, 4]
        assert gradient[:, 0].tolist() == [1.0, 6.0, 7.0]


def test_a_batch_is_shared_without_rest_and_nobody_is_left_without_a_row():
    for n in range(1, 8):
        shares = [Peers(rank, 3).share(np.arange(n)) for rank in range(3)]
        assert sorted(row for rows, counts in shares if counts for row in rows) == list(range(n))
        assert all(len(rows) for rows, _ in shares)
