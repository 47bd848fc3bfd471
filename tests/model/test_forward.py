"""Padding, causality, and the experts against the plainest way to write them."""

import math
from itertools import product

import pytest
import torch
from pydantic import ValidationError

from fame.model import Config, Intervention
from tests.model.conftest import FAME, make


def test_padding_changes_nothing(model, items):
    together = model(items)
    for row, history in enumerate(items):
        alone = model(history[history > 0][None])
        n = alone.query.shape[1]  # with the begin token, which stands right before the oldest item
        assert torch.allclose(together.query[row, -n:], alone.query[0], atol=1e-5)
        assert torch.allclose(together.gate[row, -n:], alone.gate[0], atol=1e-5)
        assert torch.allclose(together.router[row, -n:], alone.router[0], atol=1e-5)


def test_a_later_item_changes_no_earlier_output(model):
    history = torch.tensor([[7, 3, 12, 30, 2, 9]])
    whole = model(history)
    for n in range(1, 6):
        short = model(history[:, :n]).query
        assert torch.allclose(short, whole.query[:, : short.shape[1]], atol=1e-5)
    changed = history.clone()
    changed[0, -1] = 25
    again = model(changed)
    assert torch.allclose(again.query[:, :-1], whole.query[:, :-1], atol=1e-6)
    assert not torch.allclose(again.query[:, -1], whole.query[:, -1], atol=1e-2)


def test_an_earlier_item_and_its_place_matter(model):
    first, swapped, other = (model(torch.tensor([h])).query[0, -1] for h in ([7, 3, 12], [3, 7, 12], [8, 3, 12]))
    assert not torch.allclose(first, swapped, atol=1e-3)
    assert not torch.allclose(first, other, atol=1e-3)


def logit(attention, h, q, k, distance):
    """Of a query and a key so many positions before it: `(q . k + q . r[distance]) / sqrt(K) + b[distance]`."""
    if attention.distance_key is None:
        return q @ k / math.sqrt(len(q))
    r, b = attention.distance_key[h, distance], attention.distance_bias[h, distance]
    return (q @ k + q @ r) / math.sqrt(len(q)) + b


def owned(fame, h, item):
    """`log a_n(v) = log softmax_n(cos(W_f^(h) x_v, c_n) / .2)`, with prototypes; the begin token is everybody's."""
    if h not in fame.config.owning:
        return torch.zeros(fame.config.experts)
    o = fame.config.owning.index(h)
    if not item:
        return fame.prototypes.begin[o].expand(fame.config.experts)
    part, prototypes = fame.sub_embeddings(fame.table()[item])[h], fame.prototypes.weight[o]
    return (prototypes @ part / (prototypes.norm(dim=1) * part.norm()) / 0.2).log_softmax(0)


def told(beliefs, own):
    """The forward algorithm, pair by pair; `own` (H, items, N) are `log a` -> log follows (H, N), and drives (H,)."""
    a, (H, T, N) = own.detach().exp(), own.shape
    pairs = [[[float(n != m) / (N * (N - 1)) for m in range(N)] for n in range(N)] for _ in range(H)]
    often, drove = [[0.3] * N for _ in range(H)], [1 / H] * H

    def ahead(h):
        """Of the expert n now and m before: it stays, it is the one before again, or any by how often."""
        return [
            [
                0.8 * pairs[h][n][m]
                + 0.2 * (0.7 * pairs[h][m][n] + 0.3 * often[h][n] / sum(often[h]) * sum(pairs[h][m]))
                for m in range(N)
            ]
            for n in range(N)
        ]

    def driving():
        return [0.8 * drove[h] + sum(0.2 / (H - 1) * drove[g] for g in range(H) if g != h) for h in range(H)]

    for t in range(T):
        then, moved = [ahead(h) for h in range(H)], driving()
        fits = [
            0.95 * moved[h] * sum(sum(then[h][n]) * a[h, t, n] / beliefs.share[h, n] for n in range(N))
            for h in range(H)
        ]
        total = sum(fits) + 0.05
        for h in range(H):
            by = fits[h] / total
            hit = sum(sum(then[h][n]) * a[h, t, n] for n in range(N))
            for n, m in product(range(N), range(N)):
                pairs[h][n][m] = (1 - by) * pairs[h][n][m] + by * then[h][n][m] * a[h, t, n] / hit
            often[h] = [often[h][n] + by * a[h, t, n] for n in range(N)]
            drove[h] = (fits[h] + 0.05 * moved[h]) / total
    follows = torch.tensor([[float(sum(row)) for row in ahead(h)] for h in range(H)])
    return beliefs.weight[:, None] * follows.log(), torch.tensor([float(one) for one in driving()])


def test_experts_equal_a_loop_over_experts(fame, items):
    """Equations 14-17, head by head, expert by expert, position by position, without any batching."""
    seen = {}
    layer, config = fame.expert_attention, fame.config
    layer.register_forward_hook(lambda module, args, out: seen.update(x=args[0], read=out[0]))
    output = fame(items)
    router = output.router
    H, N, K, D = config.heads, config.experts, config.facet_width, config.width
    w_q = layer.query.weight.view(H, N, K, D)
    w_k, w_v = layer.key.weight.view(H, K, D), layer.value.weight.view(H, K, D)
    placed = torch.cat([items.new_zeros(len(items), config.begin), items], 1)
    for b, back in [(0, 3), (0, 1), (1, 2), (2, 1)]:
        x, t = seen["x"][b], router.shape[1] - back
        real = [j for j in range(t + 1) if output.keep[b, j]]
        for h in range(H):
            reads = []
            own = torch.stack([owned(fame, h, int(placed[b, j])) for j in real])  # (positions, N)
            for n in range(N):
                q = w_q[h, n] @ x[t]
                logits = torch.stack([logit(layer.attention, h, q, w_k[h] @ x[j], t - j) for j in real]) + own[:, n]
                weights = logits.softmax(0)
                reads.append(sum(weight * (w_v[h] @ x[j]) for weight, j in zip(weights, real, strict=True)))
            assert torch.allclose(seen["read"][b, t, h], torch.stack(reads), atol=1e-5)
            beta = torch.cat(reads) @ layer.router[h]
            if h in (owning := config.owning):
                read = [[owned(fame, g, int(placed[b, j])) for j in real if placed[b, j]] for g in owning]
                evidence, drives = told(fame.beliefs, torch.stack([torch.stack(one) for one in read]))
                beta = beta + evidence[owning.index(h)]
                assert torch.allclose(output.drives[b, t], drives, atol=1e-5)
            assert torch.allclose(router[b, t, h], beta.softmax(0), atol=1e-5)


def test_the_begin_token_stands_right_before_the_oldest_item(items):
    """So it is read at the same distance whatever the padding, and predicts for somebody without a history."""
    model = make(FAME)
    output = model(items)
    assert torch.equal(output.keep.sum(1), (items > 0).sum(1) + 1)
    starts = output.keep.int().argmax(1)
    first = output.query[torch.arange(3), starts]
    nobody = model(torch.zeros(1, 4, dtype=torch.long))
    assert torch.allclose(first, nobody.at_last(nobody.query).expand_as(first), atol=1e-5)


def test_order_is_known_by_distance_alone():
    """With relative positions and no begin token, a history's place in the window means nothing to what follows."""
    model = make(FAME.model_copy(update={"begin": False, "layers": 1, "length": 4}))
    longer = model(torch.tensor([[7, 3, 12, 30]]), Intervention(keep=torch.tensor([[False, False, True, True]])))
    assert torch.allclose(longer.query[0, -1], model(torch.tensor([[12, 30]])).query[0, -1], atol=1e-5)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"heads": 5}, "not a multiple"),
        ({"facets": ("genre", "genre", "era")}, "different names"),
        ({"facets": ()}, "one a head"),
        ({"width": 0}, "width"),
        ({"residual": "none"}, "residual"),
        ({"architecture": "sasrec", "facets": ()}, "experts must be 1"),
        ({"architecture": "sasrec", "facets": (), "experts": 1, "head": "mixture"}, "head must be sum"),
        ({"architecture": "sasrec", "facets": (), "experts": 1, "experts_form": "prototype"}, "must be published"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_impossible_architecture_is_refused(change, named):
    with pytest.raises(ValidationError, match=named):
        Config.model_validate(FAME.model_dump() | change)


def test_facet_dropout_leaves_facets_out_in_training_only(fame, items):
    fame.train()
    for repetition in range(20):
        torch.manual_seed(repetition)
        gate = fame(items).gate
        assert torch.allclose(gate.sum(-1), torch.ones(gate.shape[:-1]))  # so one facet at least is left
        assert (gate == 0).any()
    fame.eval()
    assert (fame(items).gate > 0).all()


def test_whoever_took_nothing_is_predicted_for_from_the_begin_token_alone(model):
    if not model.config.begin:
        pytest.skip("such a model reads one item at least")
    nothing = model(torch.zeros(1, 0, dtype=torch.long))
    padded = model(torch.zeros(1, 3, dtype=torch.long))
    assert torch.allclose(nothing.at_last(nothing.query), padded.at_last(padded.query), atol=1e-6)
