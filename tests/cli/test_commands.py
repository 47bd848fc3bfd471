"""The commands as a person runs them: exit code and the two streams; real processes where they are killed."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from fame.cli import main
from fame.data import read

QUICK = ["--set", "width=16", "--set", "length=12", "--set", "batch=512", "--set", "experts=2"]


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def fame(*arguments: object, **environment: str) -> Done:
    """Run a command as `python -m fame` does, in this process: importing torch anew would take most of the time."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        patch.object(sys, "argv", ["fame", *map(str, arguments)]),
        patch.dict(os.environ, environment),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def answer(done: Done) -> dict:
    """The one JSON object on stdout of a command that went well."""
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


def sentence(done: Done) -> str:
    """What a command that was refused says."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


@pytest.fixture(scope="module")
def run(cinema_folder, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "run"
    done = fame("train", "--data", cinema_folder, "--out", folder, *QUICK, "--set", "epochs=2", "--json")
    assert set(answer(done)["metrics"]["test"]) >= {"HR@10", "NDCG@10"}
    return folder


def test_a_real_process_ends_with_the_code_and_the_sentence(tmp_path):
    command = [sys.executable, "-m", "fame", "evaluate", "--model", str(tmp_path), "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "config.json is missing" in sentence(Done(done.returncode, done.stdout, done.stderr))


def test_help_of_every_command():
    for command in ("data fetch", "data make", "data import", "train", "evaluate", "recommend", "explain", "map"):
        done = fame(*command.split(), "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


def test_evaluate_reproduces_the_card(run, cinema_folder):
    found = answer(fame("evaluate", "--model", run / "best", "--data", cinema_folder, "--json"))
    card = json.loads((run / "best" / "card.json").read_text())["metrics"]
    assert {name: found[name] for name in card["test"]} == card["test"]
    assert found["users"] == card["users"]
    assert found["filtered"] is True
    validation = answer(
        fame("evaluate", "--model", run / "best", "--data", cinema_folder, "--split", "validation", "--json")
    )
    assert {name: validation[name] for name in card["validation"]} == card["validation"]


def test_recommend_has_the_shape_that_others_rely_on(run, cinema_folder):
    found = answer(
        fame("recommend", "--model", run / "best", "--history", "f5,f9", "-k", 7, "--data", cinema_folder, "--json")
    )
    assert set(found) == {"model", "history", "facets", "gate", "router", "items"}
    assert found["model"]["name"] == "run"
    assert found["history"] == ["f5", "f9"]
    assert list(found["gate"]) == list(found["router"]) == found["facets"]
    assert np.isclose(sum(found["gate"].values()), 1)
    assert all(len(weights) == 2 and np.isclose(sum(weights), 1) for weights in found["router"].values())
    assert [item["rank"] for item in found["items"]] == list(range(1, 8))
    catalog = read(cinema_folder).catalog
    for item in found["items"]:
        parts = item["reference"] + item["bias"] + sum(item["contributions"].values())
        assert abs(parts - item["score"]) < 1e-4
        assert item["title"] == catalog.title(catalog.index(item["item_id"]))
        assert item["responsibilities"] is None
        assert list(item["anatomy"]) == ["genre", "era", "director", "rest"]
        assert abs(item["reference"] + item["bias"] + sum(item["anatomy"].values()) - item["score"]) < 1e-4
        driver = item["driver"]
        assert driver is None or (item["anatomy"][driver["name"]] > 0 and driver["evidence"]["effect"] > 0)


def test_a_mixture_says_whose_each_probability_is(cinema_folder, tmp_path):
    model = tmp_path / "run" / "best"
    short = ["--set", "epochs=1", "--set", "head=mixture"]
    assert fame("train", "--data", cinema_folder, "--out", model.parent, *QUICK, *short).returncode == 0
    asked = ["recommend", "--model", model, "--history", "f5,f9", "-k", 3, "--data", cinema_folder]
    found = answer(fame(*asked, "--json"))
    for item in found["items"]:
        assert list(item["responsibilities"]) == found["facets"]
        assert np.isclose(sum(item["responsibilities"].values()), 1)
        assert np.isclose(np.exp(item["score"]), item["probability"])
    first = found["items"][0]["responsibilities"]["genre"]
    assert f"genre {first:.0%}" in fame(*asked).stdout.splitlines()[0]


def test_without_its_data_ids_stand_in_for_titles(run, tmp_path):
    done = fame("recommend", "--model", run / "best", "--history", "f5", "--json", FAME_HOME=str(tmp_path))
    if done.returncode == 0:  # no data set of that name beside the code
        assert all(item["title"] == item["item_id"] for item in answer(done)["items"])
        assert "ids stand in for titles" in done.stderr
    else:  # the one that ships has the same name and is another one
        assert "was trained on 'planted-cinema' with fingerprint" in sentence(done)


@pytest.mark.parametrize(
    ("history", "named"),
    [
        ("", "The history is empty"),
        (" , ", "The history is empty"),
        ("f5,nonsense", "There is no item 'nonsense' among the 80"),
        ("<script>alert(1)</script>", "There is no item '<script>alert(1)</script>'"),
        ('f5,"open', "no list of ids"),
        ("[red]f5[/red]", "'[red]f5[/red]'"),
    ],
)
def test_a_bad_history_is_named(run, cinema_folder, history, named):
    done = fame("recommend", "--model", run / "best", "--history", history, "--data", cinema_folder)
    assert named in sentence(done)


def test_long_and_repeated_histories_are_read(run, cinema_folder):
    long = ",".join(f"f{n}" for n in range(1, 41))
    done = fame("recommend", "--model", run / "best", "--history", long, "--data", cinema_folder, "--json")
    assert len(answer(done)["history"]) == 40
    assert "reads the newest 12 of 40" in done.stderr
    answer(fame("recommend", "--model", run / "best", "--history", "f5,f5", "--data", cinema_folder, "--json"))


def test_wrong_places_are_named(run, cinema_folder, tmp_path):
    other = tmp_path / "other"
    answer(
        fame("data", "make", "planted-cinema", "--users", 50, "--items", 80, "--length", 8, "--out", other, "--json")
    )
    assert "There is no model folder" in sentence(
        fame("evaluate", "--model", tmp_path / "none", "--data", cinema_folder)
    )
    assert "There is no data set" in sentence(fame("evaluate", "--model", run / "best", "--data", tmp_path / "none"))
    assert "was trained on" in sentence(fame("evaluate", "--model", run / "best", "--data", other))
    assert "exists already" in sentence(fame("data", "make", "planted-cinema", "--out", other))
    assert "exists already; add --resume" in sentence(fame("train", "--data", cinema_folder, "--out", run))
    assert "There is no run in" in sentence(fame("train", "--data", cinema_folder, "--out", tmp_path / "x", "--resume"))
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (["--seed", "7"], "with seed 1, not 7"),
        (["--model", "sasrec"], "with model fame, not sasrec"),
        (["--set", "model=sasrec"], "with model fame, not sasrec"),
        (["--set", "width=32"], "with width 16, not 32"),
        (["--set", "anchor=genre"], "with anchor genre,era,director, not genre"),
        (["--preset", "default"], "with length 12, not 50"),
        (["--preset", "small", *QUICK], "with epochs 2, not 15"),
        (["--model", "bert"], "fame, sasrec, gru4rec"),
        (["--set", "widht=3"], "There is no setting 'widht'"),
        (["--seed", "1", "--set", "seed=2"], "seed is given twice, as 1 and as 2"),
    ],
)
def test_a_run_is_not_resumed_with_other_settings(run, cinema_folder, extra, named):
    before = (run / "status.json").read_text()
    assert named in sentence(fame("train", "--data", cinema_folder, "--out", run, "--resume", *extra))
    assert (run / "status.json").read_text() == before


@pytest.mark.parametrize(
    "extra",
    [[], ["--seed", "1", "--model", "fame"], QUICK, ["--set", "width=16"], ["--set", "anchor=auto"]],
)
def test_a_run_is_resumed_with_its_own_settings_named_or_not(run, cinema_folder, extra):
    done = fame("train", "--data", cinema_folder, "--out", run, "--resume", *extra)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (["--set", "widht=3"], "There is no setting 'widht'"),
        (["--set", "width"], "is not key=value"),
        (["--set", "width=0"], "width: Input should be greater than or equal to 2"),
        (["--preset", "huge"], "There is no preset 'huge'"),
        (["--model", "bert"], "fame, sasrec, gru4rec"),
    ],
)
def test_wrong_settings_are_named_before_any_work(cinema_folder, tmp_path, extra, named):
    assert named in sentence(fame("train", "--data", cinema_folder, "--out", tmp_path / "run", *extra))
    assert not (tmp_path / "run").exists()


def start_and_stop(chosen: list[str], run: Path, how: signal.Signals, after: float) -> subprocess.CompletedProcess[str]:
    """Start or resume a run and send it a signal so many seconds after it has saved an epoch."""
    last = run / "last" / "progress.json"
    before = last.stat().st_mtime_ns if last.exists() else 0
    process = subprocess.Popen(
        [sys.executable, "-m", "fame", "train", *chosen, "--out", str(run), *(["--resume"] if before else [])],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background shell had it ignored
    )
    waited = time.monotonic()
    while not last.exists() or last.stat().st_mtime_ns == before:
        assert process.poll() is None
        assert time.monotonic() - waited < 60
        time.sleep(0.002)
    time.sleep(after)
    process.send_signal(how)
    _, said = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, "", said)


LONG = ["--preset", "small", *QUICK, "--set", "epochs=14", "--set", "patience=14"]


@pytest.mark.parametrize("loss", ["full", "sampled"])
def test_a_stopped_run_goes_on_to_the_same_end(cinema_folder, tmp_path, loss):
    """Ctrl-C, and the plug pulled again and again: not a bit differs in the end."""
    chosen = ["--data", str(cinema_folder), *LONG, "--set", f"loss={loss}", "--set", "negatives=20"]
    for how, after in ((signal.SIGINT, 0.0), (signal.SIGKILL, 0.0), (signal.SIGKILL, 0.013), (signal.SIGKILL, 0.21)):
        stopped = start_and_stop(chosen, tmp_path / "cut", how, after)
        if how == signal.SIGINT:
            assert stopped.returncode == 130, stopped.stderr
            assert json.loads((tmp_path / "cut" / "status.json").read_text())["status"] == "stopped"
        assert len((tmp_path / "cut" / "metrics.jsonl").read_text().splitlines()) < 14
    # Each in a process of its own, as the stopped ones: how many threads a library uses is the whole process's affair.
    for rest in (("cut", "--resume"), ("whole",)):
        command = [sys.executable, "-m", "fame", "train", *chosen, "--out", str(tmp_path / rest[0]), *rest[1:]]
        subprocess.run(command, check=True, capture_output=True)
    for file in ("best/model.safetensors", "last/model.safetensors", "last/optimizer.safetensors"):
        assert (tmp_path / "cut" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_a_full_disk_is_a_sentence_and_loses_nothing(cinema_folder, tmp_path):
    """No file may grow beyond 4 KiB: writing breaks off in the middle, as it does where a disk is full."""
    run, chosen = tmp_path / "run", ["--data", str(cinema_folder), *LONG]
    start_and_stop(chosen, run, signal.SIGKILL, 0.0)
    kept = {path: path.read_bytes() for path in run.glob("*/*") if path.parent.name in ("best", "last")}
    resumed = subprocess.run(
        [sys.executable, "-m", "fame", "train", *chosen, "--out", str(run), "--resume"],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        check=False,
    )
    said = sentence(resumed)
    assert "could not be written" in said
    assert "free space" in said
    assert {path: path.read_bytes() for path in kept} == kept
    assert not list(run.glob("*.tmp"))
    assert json.loads((run / "status.json").read_text())["status"] == "failed"
    assert fame("train", *chosen, "--out", run, "--resume").returncode == 0


def test_a_folder_that_cannot_be_written_is_a_sentence(cinema_folder, tmp_path):
    (tmp_path / "file").write_text("no folder")
    said = sentence(fame("train", "--data", cinema_folder, "--out", tmp_path / "file" / "run", *LONG))
    assert "could not be written" in said


@pytest.mark.parametrize(
    ("name", "named"), [("gpu", "choose auto, cpu, cuda"), ("cuda:99", "finds no GPU"), ("meta", "choose auto")]
)
def test_a_device_that_is_not_there_is_named(cinema_folder, tmp_path, name, named):
    assert named in sentence(fame("train", "--data", cinema_folder, "--out", tmp_path / "r", "--device", name))
    assert not (tmp_path / "r").exists()


def test_import_of_plain_files(tmp_path):
    (tmp_path / "log.csv").write_text(
        'who,what,when,rating\nu1,"a,1",3,5\nu1,b,1,4\n,b,2,1\nu2,b,soon,3\nu2,,4,2\nu2,"a,1",1,1\nu1,b,1,4\nu2,c,2,\n'
    )
    (tmp_path / "items.csv").write_text(
        'item_id,title,genre,year\n"a,1","<b>A</b>",Drama|War,1999\nb,=B(),,1999\nz,Z,Drama,\n'
    )
    mapping = "user=who,item=what,time=when"
    found = answer(
        fame(
            "data",
            "import",
            tmp_path / "log.csv",
            "--items",
            tmp_path / "items.csv",
            "--map",
            mapping,
            "--out",
            tmp_path / "d",
            "--json",
        )
    )
    assert found["rows"] == 8
    assert {drop["reason"]: drop["rows"] for drop in found["dropped"]} == {
        "no user": 1,
        "no item": 1,
        "no time": 1,
        "repeated": 1,
    }
    assert (found["users"], found["items"], found["interactions"], found["untitled"]) == (2, 3, 4, 1)
    data = read(tmp_path / "d")
    assert data.catalog.ids == ("a,1", "b", "c")
    assert data.catalog.titles == ("<b>A</b>", "=B()", "c")
    assert data.catalog.values("genre", 1) == ("Drama", "War")
    assert data.catalog.values("year", 2) == ("1999",)
    assert [data.catalog.id(i) for i in data.histories[0]] == ["b", "a,1"]


def test_import_of_parquet_and_recbole(tmp_path):
    table = pd.DataFrame({"user_id": [1, 1, 2], "item_id": [7, 8, 7], "timestamp": [1.5, 2.5, 3.5]})
    table.to_parquet(tmp_path / "log.parquet")
    about = pd.DataFrame({"item_id": [8, 7], "title": ["eight", "seven"], "tags": [["x", "y"], None]})
    about.to_parquet(tmp_path / "about.parquet")
    found = answer(
        fame(
            "data",
            "import",
            tmp_path / "log.parquet",
            "--items",
            tmp_path / "about.parquet",
            "--out",
            tmp_path / "p",
            "--json",
        )
    )
    assert [(family["name"], family["coverage"]) for family in found["families"]] == [("tags", 0.5)]
    assert read(tmp_path / "p").catalog.titles == ("seven", "eight")

    (tmp_path / "x.inter").write_text("user_id:token\titem_id:token\ttimestamp:float\nu\ta\t2\nu\tb\t1\n")
    (tmp_path / "x.item").write_text("item_id:token\ttitle:token\tclass:token_seq\na\tA film\tWar Drama\nb\tB\t\n")
    answer(fame("data", "import", tmp_path / "x.inter", tmp_path / "x.item", "--out", tmp_path / "r", "--json"))
    data = read(tmp_path / "r")
    assert data.catalog.title(data.catalog.index("a")) == "A film"
    assert data.catalog.values("class", data.catalog.index("a")) == ("War", "Drama")
    assert data.catalog.values("class", data.catalog.index("b")) == ()


BAD = {
    "no such file": (None, b"", "There is no file"),
    "empty": ("log.csv", b"", "log.csv is empty"),
    "only a header": ("log.csv", b"user_id,item_id,timestamp\n", "has no rows"),
    "a missing column": ("log.csv", b"user_id,item_id\nu,a\n", "no column looks like the time"),
    "not UTF-8": ("log.csv", b"user_id,item_id,timestamp\nu,a,1\nu,\xff,2\n", "line 3, byte 3 is 0xff"),
    "no numbers for times": ("log.csv", b"user_id,item_id,timestamp\nu,a,monday\n", "the time is 'monday' in row 1"),
    "no users": ("log.csv", b"user_id,item_id,timestamp\n,a,1\n", "the user is empty in every row"),
    "a ragged row": ("log.csv", b"user_id,item_id,timestamp\nu,a,1\nu,a,1,4,5\n", "line 3"),
    "half a Parquet file": ("log.parquet", b"PAR1\x00\x00", "cannot be read"),
    "a truncated gzip": ("log.csv.gz", b"\x1f\x8b\x08\x00\x00", "cannot be read"),
    "an atomic file without types": ("x.inter", b"user_id\titem_id\nu\ta\n", "has no type"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_named_and_leaves_nothing(tmp_path, case):
    name, content, named = BAD[case]
    if name:
        (tmp_path / name).write_bytes(content)
    said = sentence(fame("data", "import", tmp_path / (name or "none.csv"), "--out", tmp_path / "d"))
    assert named in said
    assert not (tmp_path / "d").exists()
    assert not (tmp_path / "d.tmp").exists()


def test_map_is_stored_with_the_model(run, cinema_folder):
    found = answer(fame("map", "--model", run / "best", "--data", cinema_folder, "--json"))
    assert set(found["spaces"]) == {"all facets", "genre", "era", "director", "free 1"}
    assert (run / "best" / "maps" / "maps.json").exists()
    answer(fame("evaluate", "--model", run / "best", "--data", cinema_folder, "--json"))
