import pytest

from fame.heads.kinds import HEAD_KINDS
from tests.heads.strongest import KIND


@pytest.fixture
def strongest(monkeypatch: pytest.MonkeyPatch) -> str:
    """A third head, known by its record alone."""
    monkeypatch.setitem(HEAD_KINDS, KIND.name, KIND)
    return KIND.name
