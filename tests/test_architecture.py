"""The map of the house is true: what it names is there, and its pictures are of the imports as they are."""

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
