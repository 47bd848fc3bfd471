"""MovieLens-100K from the wheel that carries it; the wheel here is made by the test."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from fame.data import DataError, movielens, read

INTER = (
    "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    "196\t242\t3\t881250949\n196\t302\t4\t881250940\n22\t377\t1\t878887116\n"
)
ITEM = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "242\tKolya\t1996\tComedy\n"
    "302\tEmpire Strikes Back, The\t1980\tAction Sci-Fi Children's\n"
    "377\tunkonwn\tunkonwn\tunknown\n"
    "1412\tLand Before Time III: The Time of the Great Giving (1995)\tV\tAnimation\n"
    "543\tMisérables, Les\t1995\tunknown\n"
    "7\tTin Drum, The (Blechtrommel, Die)\t1979\tDrama\n"
)


@pytest.fixture
def wheel(tmp_path, monkeypatch) -> Path:
    path = tmp_path / "recbole-1.2.1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("recbole/dataset_example/ml-100k/ml-100k.inter", INTER)
        archive.writestr("recbole/dataset_example/ml-100k/ml-100k.item", ITEM)
    monkeypatch.setattr(movielens, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_films_have_titles_genres_and_decades(wheel, tmp_path):
    data = movielens.from_wheel(wheel, tmp_path / "d")
    catalog = data.catalog
    assert catalog.titles == (
        "Kolya (1996)",
        "The Empire Strikes Back (1980)",
        "Unknown film",
        "Land Before Time III: The Time of the Great Giving (1995)",
        "Les Misérables (1995)",
        "Tin Drum, The (Blechtrommel, Die) (1979)",  # as in the data that the shipped models know
    )
    assert catalog.values("genre", 2) == ("Action", "Sci-Fi", "Children's")
    assert catalog.values("genre", 3) == catalog.values("era", 3) == catalog.values("genre", 5) == ()
    assert catalog.values("era", 4) == ("1990s",)
    assert [catalog.id(i) for i in data.histories[0]] == ["302", "242"]
    assert read(tmp_path / "d").fingerprint == data.fingerprint


def test_another_file_is_not_read(wheel, tmp_path):
    with wheel.open("ab") as file:
        file.write(b"x")
    with pytest.raises(DataError, match="not the published file"):
        movielens.from_wheel(wheel, tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_without_a_network_the_way_out_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(DataError, match=r"could not be downloaded .* planted-cinema works without it"):
        movielens.fetch(tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_what_is_there_is_not_fetched_again(wheel, tmp_path, monkeypatch):
    first = movielens.from_wheel(wheel, tmp_path / "d")
    monkeypatch.setattr(movielens, "download", lambda folder: pytest.fail("fetched again"))
    assert movielens.fetch(tmp_path / "d").fingerprint == first.fingerprint
