"""History -> state: the contract, the architectures, layers, typed output, interventions.

Axes have one letter everywhere: B batch, T position, H head (= facet), N expert, V item, D width, K = D / H.
"""

import pkgutil

from fame.architectures import architecture
from fame.model.config import Config
from fame.model.contract import Faceted, Model
from fame.model.first_exp import settle
from fame.model.intervention import Edit, Intervention
from fame.model.output import Output

settle()  # before anything of `fame` runs in threads


def build(config: Config) -> Model:
    """The untrained model that `config` describes; its weights are drawn from torch's global generator."""
    found: Model = pkgutil.resolve_name(architecture(config.architecture).implementation)(config)
    return found


__all__ = ["Config", "Edit", "Faceted", "Intervention", "Model", "Output", "build"]
