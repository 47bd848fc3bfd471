"""History -> state: the contract, the architectures, layers, typed output, interventions.

Axes have one letter everywhere: B batch, T position, H head (= facet), N expert, V item, D width, K = D / H.
"""

import pkgutil

from fame.architectures import ArchitectureError, architecture
from fame.model.config import Config
from fame.model.contract import Faceted, Model
from fame.model.first_exp import settle
from fame.model.intervention import Edit, Intervention
from fame.model.output import Output

settle()  # before anything of `fame` runs in threads


def build(config: Config) -> Model:
    """The untrained model that `config` describes; its weights are drawn from torch's global generator.

    Raises
    ------
    ArchitectureError
        It is of a kind that is given whole.
    """
    kind = architecture(config.architecture)
    if not kind.implementation:
        raise ArchitectureError(f"{kind.title} is given whole: it cannot be built from a configuration.")
    found: Model = pkgutil.resolve_name(kind.implementation)(config)
    return found


__all__ = ["Config", "Edit", "Faceted", "Intervention", "Model", "Output", "build"]
