"""What the README shows is run."""

import re

import pytest

from fame.home import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_its_code_runs_and_ends_in_an_answer(block, monkeypatch, capsys):
    monkeypatch.chdir(PROJECT)
    exec(compile(block, "README.md", "exec"), {})
    assert capsys.readouterr().out.splitlines()[-1].startswith(("due to", "with one facet alone"))


def test_what_it_points_at_is_there():
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", README) + re.findall(r'src(?:set)?="([^"]+)"', README):
        assert (PROJECT / path).exists(), path


def test_its_commands_exist():
    from typer.testing import CliRunner

    from fame.cli import app

    for line in re.findall(r"^    python -m fame (.*)$", README, re.MULTILINE):
        words = re.match(r"((?:data|verify) \w+|\w+)", line)
        assert words
        options = re.findall(r"--[a-z]+", line.split("#")[0])
        shown = CliRunner().invoke(app, [*words[1].split(), "--help"], env={"COLUMNS": "200"}).stdout
        assert all(option in shown for option in options), line
