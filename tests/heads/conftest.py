import pytest

from fame.heads.kinds import KINDS
from tests.heads.strongest import KIND


@pytest.fixture
def strongest(monkeypatch: pytest.MonkeyPatch) -> str:
    """A third head, known by its record alone."""
    monkeypatch.setitem(KINDS, KIND.name, KIND)
    return KIND.name
