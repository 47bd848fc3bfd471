"""FAME and its baseline SASRec: config, layers, typed output, interventions. Imports nothing else of `fame` but errors.

Axes have one letter everywhere: B batch, T position, H head (= facet), N expert, V item, D width, K = D / H.
"""

from fame.model.config import Config
from fame.model.fame import FAME
from fame.model.first_exp import settle
from fame.model.intervention import Edit, Intervention
from fame.model.output import Output
from fame.model.sasrec import SASRec

settle()  # before anything of `fame` runs in threads

Model = FAME | SASRec


def build(config: Config) -> Model:
    """The untrained model that `config` describes; its weights are drawn from torch's global generator."""
    return FAME(config) if config.architecture == "fame" else SASRec(config)


__all__ = ["FAME", "Config", "Edit", "Intervention", "Model", "Output", "SASRec", "build"]
