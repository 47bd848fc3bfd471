"""Everything that decides what a training run does, and the presets that people choose from."""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fame.errors import InputError
from fame.model import Config


class SettingsError(InputError):
    """A setting is unknown or out of range."""


class Settings(BaseModel):
    """A training run, given the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Literal["fame", "sasrec"] = Field("fame", description="architecture")
    seed: int = Field(1, ge=0, lt=2**31, description="of weights, order and dropout: the same seed gives the same run")
    length: int = Field(100, ge=2, le=1_000, description="longest history that the model reads")
    width: int = Field(64, ge=2, le=1_024, description="width of an item embedding")
    layers: int = Field(2, ge=1, le=16, description="self-attention layers; in FAME the last one holds the facets")
    heads: int = Field(4, ge=1, le=16, description="attention heads; in FAME's last layer each is a facet")
    experts: int = Field(4, ge=1, le=16, description="experts in a facet")
    dropout: float = Field(0.5, ge=0, lt=1, description="on embeddings and on the output of every sublayer")
    residual: Literal["projection", "slice"] = Field("projection", description="of FAME's last layer")
    popularity: bool = Field(True, description="a popularity bias b_v on every item, started at log(1 + count)")
    gate_balance: float = Field(0.5, ge=0, le=100, description="weight of KL(mean gate of a batch || uniform)")
    learning_rate: float = Field(1e-3, gt=0, le=1, description="of AdamW")
    weight_decay: float = Field(0.0, ge=0, le=10, description="of AdamW")
    clip: float = Field(5.0, gt=0, le=1e6, description="largest norm of a step's gradient")
    batch: int = Field(2048, ge=1, le=1_000_000, description="positions of a batch, padding included")
    epochs: int = Field(100, ge=1, le=100_000, description="at most so many passes over the data")
    patience: int = Field(10, ge=1, le=100_000, description="stop after so many epochs without a better NDCG@10")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} must be a multiple of heads {self.heads}")
        if self.model == "sasrec" and (self.experts != 1 or self.gate_balance != 0):
            raise ValueError("sasrec has no gate and no experts: leave out experts and gate_balance")
        return self

    def config(self, items: int) -> Config:
        """The architecture for a catalog of that many items. Facets have no names yet: they are numbered."""
        return Config(
            architecture=self.model,
            items=items,
            length=self.length,
            width=self.width,
            layers=self.layers,
            heads=self.heads,
            experts=self.experts,
            dropout=self.dropout,
            residual=self.residual,
            popularity=self.popularity,
            facets=tuple(f"facet {h + 1}" for h in range(self.heads)) if self.model == "fame" else (),
        )


PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    # FAME as the paper has it: neither a popularity bias nor anything that keeps the gate from collapsing.
    "published": {"popularity": False, "gate_balance": 0.0},
    # For a class or a first try: minutes on a laptop.
    "small": {"width": 32, "heads": 4, "experts": 2, "length": 50, "epochs": 15, "patience": 4},
}


def settings(preset: str = "default", **chosen: Any) -> Settings:
    """A preset with some settings chosen differently; values may be text, as on the command line.

    Raises
    ------
    SettingsError
        One sentence that names the setting and what is allowed.
    """
    if preset not in PRESETS:
        raise SettingsError(f"There is no preset {preset!r}; choose one of {', '.join(PRESETS)}.")
    base = PRESETS[preset] | ({"experts": 1, "gate_balance": 0.0} if chosen.get("model") == "sasrec" else {})
    for name in chosen:
        if name not in Settings.model_fields:
            raise SettingsError(f"There is no setting {name!r}; the settings are {', '.join(Settings.model_fields)}.")
    try:
        return Settings.model_validate(base | chosen)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        message = first["msg"].removeprefix("Value error, ")
        given = f" (given: {first['input']!r})" if first["loc"] else ""
        raise SettingsError(f"{name}: {message}{given}.") from None
