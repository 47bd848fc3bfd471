"""A name says what it is of, wherever it is met."""

import ast
from collections import Counter
from collections.abc import Iterator

import pytest

from fame.home import PROJECT

MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for place in ("fame", "app") for path in
           sorted((PROJECT / place).rglob("*.py"))}  # fmt: skip


def documented() -> Iterator[tuple[str, str]]:
    """Place and first words of every docstring."""
    for path, module in MODULES.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(PROJECT)}:{getattr(node, 'lineno', 1)}", ast.get_docstring(node) or ""


def test_no_two_classes_have_one_name():
    names = Counter(node.name for module in MODULES.values() for node in module.body if isinstance(node, ast.ClassDef))
    assert [name for name, times in names.items() if times > 1] == []


def test_a_docstring_can_be_read_without_the_one_before():
    assert [where for where, text in documented() if text.startswith(("The same ", "All of them"))] == []


@pytest.mark.parametrize("name", ["FILE", "ADVICE", "LEVEL", "MOST", "FEWEST", "TOP", "KNOWN", "DEFAULT"])
def test_a_constant_that_is_imported_says_whose_it_is(name):
    taken = [
        f"{path.relative_to(PROJECT)}:{node.lineno}"
        for path, module in MODULES.items()
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names)
    ]
    assert taken == []
