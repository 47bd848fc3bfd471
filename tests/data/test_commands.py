"""`python -m fame data …` as a person runs it."""

import json

import pytest

from fame.data import movielens, read
from tests.cli.test_commands import answer, fame, sentence

SMALL = ("--users", 20, "--items", 60, "--length", 6)


def test_what_is_there_is_said_to_be_there(tmp_path, monkeypatch):
    folder = tmp_path / "[bold]data" / "movielens-100k"
    answer(fame("data", "make", "planted-cinema", *SMALL, "--out", folder, "--json"))
    about = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps({**about, "name": "movielens-100k"}))
    monkeypatch.setattr(movielens, "download", lambda folder: pytest.fail("fetched again"))
    done = fame("data", "fetch", "movielens-100k", "--to", folder, "--json")
    assert set(answer(done)) == {"name", "fingerprint", "users", "items", "interactions"}
    assert "[bold]data/movielens-100k is there already: 20 users" in done.stderr.replace("\n", "")


def test_another_data_set_is_not_taken_for_it(tmp_path):
    folder = tmp_path / "d"
    answer(fame("data", "make", "planted-cinema", *SMALL, "--out", folder, "--json"))
    assert "holds the data set 'd'" in sentence(fame("data", "fetch", "movielens-100k", "--to", folder))


def test_without_a_network_fetch_ends_with_2_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    said = sentence(fame("data", "fetch", "movielens-100k", FAME_HOME=str(tmp_path / "home")))
    assert "could not be downloaded" in said
    assert "planted-cinema works without it" in said
    assert not list(tmp_path.rglob("*"))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("fetch", "netflix"), "nothing called 'netflix' to fetch, only movielens-100k"),
        (("make", "theatre", "--out", "x"), "nothing called 'theatre' to make, only planted-cinema"),
        (("make", "planted-cinema", "--values", 9, "--out", "x"), "values: Input should be less than or equal to 8"),
        (("make", "planted-cinema", "--seed", -1, "--out", "x"), "seed"),
        (("import", "x.csv", "--map", "user", "--out", "x"), "--map 'user' is not key=column"),
        (("import", "x.csv"), "Missing option '--out'"),
    ],
)
def test_wrong_usage_is_named(tmp_path, monkeypatch, arguments, named):
    monkeypatch.chdir(tmp_path)
    assert named in sentence(fame("data", *arguments))
    assert not list(tmp_path.iterdir())


def test_make_says_what_the_oracle_can_name(tmp_path):
    options = (*SMALL, "--values", 3, "--preferences", 2)
    found = answer(fame("data", "make", "planted-cinema", *options, "--out", tmp_path / "d", "--json"))
    assert set(found) == {"name", "fingerprint", "users", "items", "interactions", "truth"}
    assert set(found["truth"]) == {"events", "chance", "oracle"}
    data = read(tmp_path / "d")
    assert (found["name"], data.name) == ("d", "d")  # a model finds its data by this name
    assert data.details["generator"]["values"] == 3
    assert data.truth["value"].nunique() == 9
    for family in data.catalog.families:
        assert len({data.catalog.values(family.name, i) for i in range(1, 61)}) == 3


def test_the_report_of_an_import_is_a_table_for_people(tmp_path):
    (tmp_path / "log.csv").write_text("user_id,item_id,timestamp\nu,a,1\nu,a,1\nu,,2\n")
    (tmp_path / "items.csv").write_text("item_id,[red]era\na,1950s\n")
    done = fame("data", "import", tmp_path / "log.csv", "--items", tmp_path / "items.csv", "--out", tmp_path / "[b]d")
    assert done.returncode == 0
    assert done.stdout == ""
    for words in ("[b]d", "rows read", "rows dropped: repeated", "items with [red]era", "100%"):
        assert words in done.stderr


def test_an_import_says_of_each_file_what_it_holds(tmp_path):
    (tmp_path / "log.csv").write_text("anna,m1\nbert,m2\nanna,m2\nbert,m1\n")
    (tmp_path / "films.csv").write_bytes("no;name of it\nm1;Amélie\nm2;Heat\n".encode("cp1252"))
    files = (tmp_path / "log.csv", "--items", tmp_path / "films.csv", "--out", tmp_path / "d", "--json")
    told = ("--map", "films.csv:item=no,films.csv:title=name of it", "--encoding", "films.csv=cp1252", "--no-header")
    found = answer(fame("data", "import", *files, *told, "--in-order"))
    assert (found["users"], found["items"], found["untitled"]) == (2, 2, 0)
    assert read(tmp_path / "d").catalog.titles == ("Amélie", "Heat")
