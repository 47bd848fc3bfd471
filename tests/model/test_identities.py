"""The three identities that everything shown is built on."""

import torch

from tests.model.conftest import SASREC, make


def test_the_score_is_one_dot_product(fame, items):
    output = fame(items)
    by_facet = torch.einsum("bthk,vhk->bthv", output.facets, fame.sub_embeddings(fame.table()))  # P^(h)(v), eq 8
    weighed = torch.einsum("bth,bthv->btv", output.gate, by_facet)  # eq 11
    assert torch.allclose(output.query @ fame.table().T, weighed, atol=1e-5)


def test_facet_parts_add_up_to_the_score(fame, items):
    output = fame(items)
    queries = fame.facet_queries(output.gate[..., None] * output.facets)
    assert torch.allclose(queries.sum(-2), output.query, atol=1e-5)
    parts = torch.einsum("bthd,vd->btvh", queries, fame.table())
    assert torch.allclose(parts.sum(-1), output.query @ fame.table().T, atol=1e-5)
    assert parts.std() > 0.01


def test_effective_attention_times_values_is_the_heads_output(fame, items):
    """`sum_j (sum_n beta_n alpha_n,j) V_j` is the mixed output that the last layer adds to its residual."""
    seen = {}
    layer = fame.expert_attention
    layer.value.register_forward_hook(lambda module, args, out: seen.update(v=out))
    layer.register_forward_hook(lambda module, args, out: seen.update(read=out[0]))
    output = fame(items)
    mixed = torch.einsum("bthn,bthnk->bthk", output.router, seen["read"])
    v = seen["v"].unflatten(-1, (fame.config.heads, fame.config.facet_width))
    again = torch.einsum("bhts,bshk->bthk", output.effective_attention(), v)
    real = output.keep
    assert torch.allclose(mixed[real], again[real], atol=1e-5)


def test_weights_are_distributions(fame, items):
    output = fame(items)
    real = output.keep
    assert torch.allclose(output.gate.sum(-1)[real], torch.ones(int(real.sum())))
    assert torch.allclose(output.router.sum(-1)[real], torch.ones(int(real.sum()), fame.config.heads))
    rows = output.attention.permute(0, 3, 1, 2, 4)[real]
    assert torch.allclose(rows.sum(-1), torch.ones(rows.shape[:-1]))


def test_the_bias_is_centred_over_the_catalog(model):
    assert model.bias()[1:].mean().abs() < 1e-6


def test_sasrec_has_no_facets(items):
    output = make(SASREC)(items)
    assert output.facets.shape[2] == output.gate.shape[2] == output.router.shape[2] == 0
    assert output.attention.shape == (3, 3, 1, 7, 7)  # the begin token and six items
