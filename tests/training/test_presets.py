"""Settings: presets are whole, a wrong one is named before any work."""

import pytest

from fame.architectures import trained_here
from fame.training.presets import PRESETS, SettingsError, settings


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"widht": 64}, "There is no setting 'widht'; the settings are model, seed"),
        ({"width": -1}, "width: Input should be greater than or equal to 2"),
        ({"width": "many"}, "width: Input should be a valid integer"),
        ({"dropout": "1.0"}, "dropout: Input should be less than 1"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"heads": 5}, "width 64 must be a multiple of heads 5"),
        ({"model": "sasrec", "experts": 4}, "sasrec has no use for experts"),
        ({"model": "sasrec", "head": "mixture"}, "sasrec has no use for head"),
        ({"head": "product"}, "head: There is no head 'product'; there are sum, mixture"),
        ({"model": "bert"}, "model: There is no model 'bert' to train; choose one of fame, sasrec, gru4rec"),
        ({"preset": "huge"}, "There is no preset 'huge'; choose one of default, best, small, published"),
    ],
)
def test_wrong_settings_are_named(chosen, named):
    with pytest.raises(SettingsError) as error:
        settings(**chosen)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_every_preset_is_one_of_every_architecture(cinema):
    for name in PRESETS:
        for model in trained_here():
            config = settings(name, model=model.name).config(len(cinema.catalog))
            assert config.architecture == model.name
            assert config.experts == (PRESETS[name].experts if model.facets else 1)


def test_published_is_the_papers_model():
    published = PRESETS["published"]
    assert not published.popularity
    assert published.gate_balance == 0
    assert (published.positions, published.begin) == ("absolute", False)
