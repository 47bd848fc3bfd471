"""The map of the house is true: what it names is there, and its pictures are of the imports as they are."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fame.home import PROJECT

PAGE = PROJECT / "docs" / "architecture.md"


def test_what_it_names_is_there():
    named = set(re.findall(r"`((?:fame|app|pages)/[\w/.]+|pyproject\.toml)`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 15
    missing = [name for name in named if "NAME" not in name and not (PROJECT / name).exists()]
    assert not missing


def test_every_package_has_its_line():
    text = PAGE.read_text(encoding="utf-8")
    packages = {path.parent.name for path in (PROJECT / "fame").glob("*/__init__.py")}
    assert {name for name in packages if f"| `{name}" not in text} <= {"explain"}


@pytest.mark.parametrize("package", ["fame", "app"])
def test_its_picture_is_of_the_imports_as_they_are(package):
    drawn = Path(sys.executable).parent / "import-linter"
    done = subprocess.run([drawn, "drawgraph", package], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert (PROJECT / "docs" / f"{package}.dot").read_text(encoding="utf-8") == done.stdout, "run make pictures"


def test_only_the_cluster_needs_ray():
    """Which the app's requirements do not have."""
    paths = [path for top in ("fame", "app", "pages") for path in (PROJECT / top).rglob("*.py")]
    needing = [path for path in paths if re.search(r"^\s*(import|from) ray\b", path.read_text(encoding="utf-8"), re.M)]
    assert {path.parent for path in needing} == {PROJECT / "fame" / "cluster"}


def test_a_model_is_run_in_one_room():
    """Where one budget says how much is held at a time. Training, which runs it on its own batches, is another."""
    rooms = tuple(str(PROJECT / "fame" / name) for name in ("model", "runs", "training"))
    paths = [path for top in ("fame", "app", "pages") for path in (PROJECT / top).rglob("*.py")]
    alone = [
        f"{path.relative_to(PROJECT)}:{call.lineno}"
        for path in paths if not str(path).startswith(rooms)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(call, ast.Call)
        if runs_or_copies(call.func)
    ]  # fmt: skip
    assert alone == []


def runs_or_copies(called: ast.expr) -> bool:
    """Whether a call is of something named a model, of what only a model has, or copies what may be one."""
    if isinstance(called, ast.Attribute):
        own = {"model", "forward", "finish", "deepcopy"}
        layers = called.attr == "attention_by_layer" and getattr(called.value, "id", "").endswith("model")
        return layers or (called.attr in own and getattr(called.value, "id", "") != "resources")
    return isinstance(called, ast.Name) and called.id in {"model", "deepcopy"}


@pytest.mark.parametrize(("used", "home"), [("cache_", "app/resources/"), ("session_state", "app/state")])
def test_what_outlives_a_rerun_has_one_place(used, home):
    """Of all visitors in one, of a visitor's session in the other."""
    paths = [path for top in ("app", "pages") for path in (PROJECT / top).rglob("*.py")]
    asking = {
        path.relative_to(PROJECT).as_posix()
        for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr.startswith(used) and getattr(node.value, "id", "") == "st"
    }  # fmt: skip
    assert asking
    assert not [path for path in asking if not path.startswith(home)]
