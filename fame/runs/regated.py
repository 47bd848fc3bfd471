"""What was read once, with other gate weights: a gate reaches the score alone, so that nothing is read again."""

from dataclasses import replace

import torch

from fame.model import Edit, Faceted, Output


@torch.inference_mode()
def regated(model: Faceted, output: Output, edit: Edit) -> Output:
    """Histories as they were read, after an edit of their gates, as a run with that intervention would put it out."""
    gate = edit(output.gate)
    return replace(output, gate=gate, query=model.facet_queries(gate[..., None] * output.facets).sum(-2))
