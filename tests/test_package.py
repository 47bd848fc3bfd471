"""What is installed is whole."""

import tomllib

import pytest

from fame.home import PROJECT

SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


@pytest.mark.parametrize("package", ["fame", "app"])
def test_files_that_are_no_modules_are_installed_with_those_that_read_them(package):
    place = PROJECT / package
    kept = {path for path in place.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    installed = {path for pattern in SETTINGS["package-data"][package] for path in place.glob(pattern)}
    assert kept == installed
