"""Folders and files are one writer's whole, whoever else writes them, looks at them or is killed."""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

from fame.files import FolderError, write_json
from fame.folders import BusyFolderError, TakenError, alone, clear, new_folder, read_whole, recover, whole_folder
from tests.writers import AT_ONCE, content


def many(way, folder, count):
    """What came of so many writers at once, most of them killed."""
    command = [sys.executable, "-m", "tests.writers", way, str(folder), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["killed"]) > count / 5
    assert all(len(writer) == 1 and writer != ["incomplete"] for writer in found["seen"])
    return found


def test_a_folder_that_hundreds_replace_at_once_and_are_killed_is_always_one_writers_whole(tmp_path):
    found = many("replace", tmp_path, 200)
    assert content(tmp_path / "all") == {"199"}  # who wrote last, when all others were gone
    assert found["refused"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["all"]


def test_of_those_who_make_a_new_folder_at_once_only_one_is_told_that_it_did(tmp_path):
    found = many("create", tmp_path, 200)
    assert len(found["refused"]) > 10
    for made in range(200 // AT_ONCE):
        told = [str(writer) for writer in found["told"] if writer // AT_ONCE == made]
        there = content(tmp_path / str(made)) if (tmp_path / str(made)).exists() else set()
        assert len(told) <= 1  # one that was killed may have finished
        assert len(there) <= 1
        assert set(told) <= there
    clear(tmp_path)
    assert not list(tmp_path.glob("*.tmp"))


def test_a_new_folder_takes_the_place_of_nothing_and_of_an_empty_one_only(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("empty", "none"):
        with new_folder(tmp_path / name) as new:
            (new / "a").write_text("first")
        with pytest.raises(TakenError, match="exists already"), new_folder(tmp_path / name):
            raise AssertionError("was begun")
        assert (tmp_path / name / "a").read_text() == "first"


def test_what_came_into_being_while_a_new_folder_was_made_stays(tmp_path):
    def make():
        with new_folder(tmp_path / "f") as new:
            (new / "a").write_text("mine")
            (tmp_path / "f").mkdir()
            (tmp_path / "f" / "a").write_text("theirs")

    with pytest.raises(TakenError, match="exists already"):
        make()
    assert (tmp_path / "f" / "a").read_text() == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_who_makes_a_folder_that_another_is_making_is_told(tmp_path):
    with new_folder(tmp_path / "f") as new:
        (new / "a").write_text("first")
        with pytest.raises(BusyFolderError, match="is being written by another process"), new_folder(tmp_path / "f"):
            raise AssertionError("was begun")
    assert (tmp_path / "f" / "a").read_text() == "first"


def test_a_reader_waits_for_a_living_writer_and_puts_back_what_a_dead_one_left(tmp_path):
    folder, old = tmp_path / "f", tmp_path / "f.old"
    old.mkdir()
    (old / "a").write_text("old")
    begun = threading.Event()

    def writer():
        with alone(folder):
            begun.set()
            time.sleep(0.3)
            folder.mkdir()
            (folder / "a").write_text("new")

    thread = threading.Thread(target=writer)
    thread.start()
    begun.wait()
    assert read_whole(folder, (folder / "a").read_text) == "new"
    thread.join()
    folder.rename(old)
    recover(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_leftovers_are_cleared_by_the_next_writer_but_for_those_of_the_living(tmp_path):
    dead, other, file = tmp_path / "f.0123abcd.tmp", tmp_path / "g.0123abcd.tmp", tmp_path / "h.json.0123abcd.tmp"
    mine = tmp_path / "notes.tmp"  # whatever a person may call a folder
    for path in (dead, other, mine):
        path.mkdir()
    file.write_text("half")
    with alone(tmp_path / "g"), whole_folder(tmp_path / "f"):
        assert not dead.exists()
        assert other.exists()
        assert file.exists()  # may be another's who writes it this instant
    os.utime(file, (0, 0))
    with whole_folder(tmp_path / "f"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "notes.tmp"]


def test_files_that_many_write_at_once_are_one_writers(tmp_path):
    path, failed = tmp_path / "status.json", []

    def write(number):
        try:
            for _ in range(20):
                write_json(path, {"who": [number] * 500})
                assert len(set(json.loads(path.read_text())["who"])) == 1
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [path.name for path in tmp_path.iterdir()] == ["status.json"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    for way in (whole_folder, new_folder):
        with pytest.raises(FolderError, match=r"file/f could not be written"), way(tmp_path / "file" / "f"):
            raise AssertionError("was begun")
    with pytest.raises(FolderError, match="could not be written"):
        write_json(tmp_path / "file" / "a.json", {})
