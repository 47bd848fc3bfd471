import pytest
import torch

from fame.model import Config, Model, build

FAME = Config(
    architecture="fame",
    items=40,
    length=12,
    width=24,
    layers=2,
    heads=3,
    experts=4,
    positions="relative",
    begin=True,
    dropout=0.2,
    attention_dropout=0.1,
    facet_dropout=0.2,
    residual="projection",
    item_facets="learned",
    popularity=True,
    facets=("genre", "people", "era"),
)
SASREC = FAME.model_copy(update={"architecture": "sasrec", "experts": 1, "facets": ()})
ABSOLUTE = {"positions": "absolute", "begin": False}
VARIANTS = {
    "fame": FAME,
    "fame-absolute": FAME.model_copy(update=ABSOLUTE),
    "fame-slice": FAME.model_copy(
        update={"residual": "slice", "item_facets": "slice", "layers": 1, "popularity": False}
    ),
    "fame-prototype": FAME.model_copy(update={"experts_form": "prototype"}),
    "fame-prototype-some": FAME.model_copy(update={"experts_form": "prototype", "ownerless": ("people",)}),
    "fame-prototype-slice": FAME.model_copy(
        update={"experts_form": "prototype", "residual": "slice", "item_facets": "slice"} | ABSOLUTE
    ),
    "sasrec": SASREC,
    "sasrec-absolute": SASREC.model_copy(update=ABSOLUTE),
}


def make(config: Config) -> Model:
    """A model whose weights are all far from zero, so that nothing holds by accident."""
    torch.manual_seed(3)
    model = build(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter += 0.3 * torch.randn_like(parameter)
        model.table()[0] = 0
    return model


@pytest.fixture(params=VARIANTS)
def model(request: pytest.FixtureRequest) -> Model:
    return make(VARIANTS[request.param])


@pytest.fixture(params=[name for name in VARIANTS if name.startswith("fame")])
def fame(request: pytest.FixtureRequest) -> Model:
    return make(VARIANTS[request.param])


@pytest.fixture
def items() -> torch.Tensor:
    """Three histories of different lengths, padded on the left."""
    return torch.tensor([[0, 0, 5, 9, 2, 31], [4, 4, 8, 15, 16, 23], [0, 0, 0, 0, 0, 40]])
