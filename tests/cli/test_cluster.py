"""`--engine ray` where there is no Ray, as in the app's own environment."""

import pytest

from tests.cli.test_commands import fame, sentence

COMMANDS = [("trace", "--model"), ("train", "--out")]


@pytest.mark.parametrize(("command", "to"), COMMANDS)
def test_without_ray_it_is_said_how_to_install_it(command, to, tmp_path, monkeypatch):
    monkeypatch.setattr("fame.cluster.installed.find_spec", lambda name: None)
    said = sentence(fame(command, to, tmp_path / "a", "--data", tmp_path / "b", "--engine", "ray"))
    assert "pip install -r requirements-cluster.txt" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", [("--address", "host:6379"), ("--workers", 2)])
@pytest.mark.parametrize(("command", "to"), COMMANDS)
def test_what_is_about_a_cluster_is_refused_without_one(command, to, option, tmp_path):
    said = sentence(fame(command, to, tmp_path / "a", "--data", tmp_path / "b", *option))
    assert "add --engine ray" in said
    assert not list(tmp_path.iterdir())
