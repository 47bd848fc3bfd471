"""Settings: presets are whole, a wrong one is named before any work."""

import pytest

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
        ({"model": "sasrec", "experts": 4}, "sasrec has neither facets nor experts"),
        ({"model": "sasrec", "head": "mixture"}, "sasrec has no facets to mix: leave out head"),
        ({"head": "product"}, "head: There is no head 'product'; there are sum, mixture"),
        ({"model": "bert"}, "model: Input should be 'fame' or 'sasrec'"),
        ({"preset": "huge"}, "There is no preset 'huge'; choose one of default, best, small, published"),
    ],
)
def test_wrong_settings_are_named(chosen, named):
    with pytest.raises(SettingsError) as error:
        settings(**chosen)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_every_preset_is_fame_and_sasrec(cinema):
    for name in PRESETS:
        for model in ("fame", "sasrec"):
            config = settings(name, model=model).config(len(cinema.catalog))
            assert config.architecture == model
            assert config.experts == (PRESETS[name].experts if model == "fame" else 1)


def test_published_is_the_papers_model():
    published = PRESETS["published"]
    assert not published.popularity
    assert published.gate_balance == 0
    assert (published.positions, published.begin) == ("absolute", False)
