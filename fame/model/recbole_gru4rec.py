"""GRU4Rec as RecBole 1.2 has it: what is read goes into the recurrence as it is, without LayerNorm."""

from torch import nn

from fame.model.config import Config
from fame.model.gru4rec import GRU4Rec


class RecBoleGRU4Rec(GRU4Rec):
    """RecBole's SASRec needs no file of its own: `Config.hidden` and `Config.epsilon` say how it differs."""

    def __init__(self, config: Config):
        super().__init__(config)
        self.embedding.norm = nn.Identity()
