"""`compare` prints what is found, makes traces that are missing, and refuses in a sentence what cannot be compared."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from fame.checkpoint.store import load, save
from fame.compare.comparison import compare
from fame.compare.explanations import explained_alike
from fame.compare.sides import Side
from fame.measured import find
from fame.trace.records import TRACE
from tests.cli.test_commands import answer, fame, sentence


@pytest.fixture(scope="module")
def models(trained, trained_sasrec, cinema, tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("models")
    for name, checkpoint in (("mine", trained), ("sasrec", trained_sasrec)):
        save(folder / name, checkpoint.model, cinema, {})
    return folder / "mine", folder / "sasrec"


def test_json_is_the_comparison_and_traces_are_made(models, cinema, cinema_folder) -> None:
    ours, theirs = models
    told = answer(fame("compare", "--model", ours, "--model", theirs, "--data", cinema_folder, "--json"))
    sides = [Side(d, cinema, find(d.folder, TRACE, d.fingerprint)) for d in (load(m).description for m in models)]
    (against,) = told["against"]
    loaded = (load(m).model for m in models)
    found = replace(compare(*sides), explanations=explained_alike(*loaded, (cinema, cinema)))
    assert against == json.loads(json.dumps(found.as_json()))
    assert told["first"] == against["first"]["name"] == "mine"
    assert against["facets"] is None


def test_several_are_compared_with_the_first_in_lines(models, cinema_folder) -> None:
    ours, theirs = models
    done = fame("compare", *("--model", ours, "--model", theirs, "--model", ours), "--data", cinema_folder)
    assert done.returncode == 0
    assert done.stdout.count("NDCG@10") == 2
    assert "97.5%" in done.stdout
    assert "no difference can be told" in done.stdout  # the first against itself
    assert "by chance" in done.stdout


def test_what_cannot_be_compared_is_refused_with_a_sentence(models, cinema_folder) -> None:
    ours, _ = models
    assert "at least twice" in sentence(fame("compare", "--model", ours, "--data", cinema_folder))
    twice = ("compare", "--model", ours, "--model", ours)
    assert "not 3 times" in sentence(fame(*twice, *(("--data", cinema_folder) * 3)))
    assert "There is no data set" in sentence(fame(*twice, "--data", cinema_folder / "none"))
