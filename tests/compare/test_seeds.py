"""What is chance between two trainings is told as chance; a model explains as itself and as no other."""

import dataclasses

import pytest

from fame.compare.explanations import explained_alike
from fame.compare.seeds import of_another_seed, siblings
from tests.model.conftest import make


def test_a_model_explains_as_itself_and_not_as_another(trained, cinema):
    itself = explained_alike(trained.model, trained.model, (cinema, cinema))
    assert itself is not None
    assert itself.correlation == pytest.approx(1)
    other = explained_alike(trained.model, make(trained.model.config), (cinema, cinema))
    assert other is not None
    assert other.low <= other.correlation <= other.high < 0.9


def with_settings(description, name, **changed):
    card = description.card | {"settings": description.card["settings"] | changed}
    return dataclasses.replace(description, name=name, card=card)


def test_only_the_seed_may_differ(trained):
    mine = trained.description
    seed = mine.card["settings"]["seed"]
    again, wider = with_settings(mine, "again", seed=seed + 1), with_settings(mine, "wider", seed=seed + 1, width=99)
    same, bare = with_settings(mine, "same"), dataclasses.replace(mine, name="bare", card={})
    assert of_another_seed(mine, again)
    assert siblings(mine, [wider, same, again, bare]) == [again]
