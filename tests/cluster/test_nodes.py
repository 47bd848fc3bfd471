"""What cannot be worked on is said in one sentence."""

import socket
from dataclasses import replace

import pytest

from fame.cluster.connection import connected, unreached
from fame.cluster.installed import ClusterError
from fame.cluster.nodes import Machine, ask_all, need_alike, this_machine


def test_machines_that_run_the_same_may_work_together(address):
    with connected(address) as workers:
        asked = ask_all()
        assert len(asked) == 2
        assert set(asked.values()) == {this_machine()}
        assert workers == 2


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"python": "3.12.1"}, r"machine 10\.0\.0\.2:1 of the cluster runs Python 3\.12\.1, and this one 3\.11\.7"),
        ({"code": "another"}, r"machine 10\.0\.0\.2:1 of the cluster has another version of `fame`"),
        (None, r"machine 10\.0\.0\.2:1 of the cluster `fame` cannot be imported"),
    ],
)
def test_a_machine_that_runs_something_else_is_refused(other, sentence):
    own = Machine("3.11.7", "this")
    with pytest.raises(ClusterError, match=sentence):
        need_alike(own, {"10.0.0.1:1": own, "10.0.0.2:1": None if other is None else replace(own, **other)})


def test_no_worker_begins_where_a_machine_runs_another_python(address, monkeypatch):
    monkeypatch.setattr("fame.cluster.connection.this_machine", lambda: replace(this_machine(), python="3.12.1"))
    with pytest.raises(ClusterError, match=r"runs Python 3\.11\.\d+, and this one 3\.12\.1"), connected(address):
        raise AssertionError


def test_what_ray_says_of_another_python_is_passed_on_in_a_sentence():
    said = unreached("head:6379", RuntimeError("Version mismatch: The cluster was started with:\n    Python: 3.12.1\n"))
    assert "another Python" in said
    assert "3.12.1" in said
    assert "\n" not in said


def test_where_nobody_listens_it_is_said_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ClusterError, match=f"No cluster answers at '127.0.0.1:{port}'"), connected(f"127.0.0.1:{port}"):
        raise AssertionError
    with pytest.raises(ClusterError, match="give HOST:PORT"), connected("nowhere"):
        raise AssertionError


def test_more_workers_than_cores_are_refused(address):
    with pytest.raises(ClusterError, match="has 2 cores, too few for 3 workers"), connected(address, 3):
        raise AssertionError
