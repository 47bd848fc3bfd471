"""A RecBole checkpoint, once translated, scores as RecBole does; the forward passes here are RecBole 1.2.1's."""

import importlib.util

import pytest
import torch
from torch import nn
from torch.nn.functional import gelu, layer_norm, linear

from fame.checkpoint.store import load
from fame.home import PROJECT
from fame.ranking.recommend import take_apart

HISTORIES = ([3], [3, 9, 12], [5, 4, 3, 2, 1, 7, 8])
LENGTH, D, H, INNER, EPSILON, HIDDEN = 6, 16, 2, 20, 1e-12, 24


@pytest.fixture(scope="module")
def script():
    """Not a package: it runs in another environment."""
    spec = importlib.util.spec_from_file_location("from_recbole", PROJECT / "scripts" / "from_recbole.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def drawn(*shapes):
    """Weights that are all far from zero."""
    return [0.5 * torch.randn(shape) for shape in shapes]


def sasrec(items):
    """Its weights by RecBole's names, and its query."""
    torch.manual_seed(1)
    state = {"item_embedding.weight": torch.randn(items + 1, D) * 0.02}
    state["position_embedding.weight"] = torch.randn(LENGTH, D) * 0.02
    shapes = {"LayerNorm": (D,)}
    for layer in range(2):
        shapes |= {
            f"trm_encoder.layer.{layer}.multi_head_attention.{n}": (D, D) for n in ("query", "key", "value", "dense")
        }
        shapes |= {f"trm_encoder.layer.{layer}.{n}.LayerNorm": (D,) for n in ("multi_head_attention", "feed_forward")}
        shapes[f"trm_encoder.layer.{layer}.feed_forward.dense_1"] = (INNER, D)
        shapes[f"trm_encoder.layer.{layer}.feed_forward.dense_2"] = (D, INNER)
    for name, shape in shapes.items():
        state[f"{name}.weight"], state[f"{name}.bias"] = drawn(shape, shape[:1])

    def at(name):
        return state[f"{name}.weight"], state[f"{name}.bias"]

    def query(history):
        T = len(history)
        x = state["item_embedding.weight"][history] + state["position_embedding.weight"][:T]
        x = layer_norm(x, (D,), *at("LayerNorm"), EPSILON)
        mask = torch.full((T, T), -10_000.0).triu(1)
        for layer in range(2):
            name = f"trm_encoder.layer.{layer}"
            q, k, v = (
                linear(x, *at(f"{name}.multi_head_attention.{n}")).view(T, H, D // H).transpose(0, 1)
                for n in ("query", "key", "value")
            )
            read = ((q @ k.mT / (D // H) ** 0.5 + mask).softmax(-1) @ v).transpose(0, 1).reshape(T, D)
            read = linear(read, *at(f"{name}.multi_head_attention.dense"))
            x = layer_norm(read + x, (D,), *at(f"{name}.multi_head_attention.LayerNorm"), EPSILON)
            inner = linear(gelu(linear(x, *at(f"{name}.feed_forward.dense_1"))), *at(f"{name}.feed_forward.dense_2"))
            x = layer_norm(inner + x, (D,), *at(f"{name}.feed_forward.LayerNorm"), EPSILON)
        return x[-1]

    settings = {"n_layers": 2, "n_heads": H, "inner_size": INNER, "layer_norm_eps": EPSILON, "hidden_act": "gelu"}
    return settings | {"hidden_dropout_prob": 0.5, "attn_dropout_prob": 0.5}, state, query


def gru4rec(items):
    """Its weights by RecBole's names, and its query."""
    torch.manual_seed(2)
    embedding = torch.randn(items + 1, D)
    gru, dense = nn.GRU(D, HIDDEN, 2, bias=False, batch_first=True), nn.Linear(HIDDEN, D)
    state = {"item_embedding.weight": embedding}
    state |= {f"gru_layers.{name}": value for name, value in gru.state_dict().items()}
    state |= {f"dense.{name}": value for name, value in dense.state_dict().items()}

    def query(history):
        return dense(gru(embedding[history][None])[0][0, -1])

    return {"num_layers": 2, "hidden_size": HIDDEN, "dropout_prob": 0.3}, state, query


@pytest.mark.parametrize(("name", "made"), [("SASRec", sasrec), ("GRU4Rec", gru4rec)])
@torch.no_grad()
def test_scores_are_recboles(script, trained_sasrec, tmp_path, name, made):
    beside = trained_sasrec.description.folder
    ids = list(trained_sasrec.ids)
    tokens = ["[PAD]", *reversed(ids)]  # RecBole numbers items as they come
    settings, state, query = made(len(ids))
    settings |= {"MAX_ITEM_LIST_LENGTH": LENGTH, "seed": 7}
    config, tensors = script.TRANSLATIONS[name](settings, state)
    script.write(tmp_path / "model", beside, config, tensors, tokens, settings)
    found = load(tmp_path / "model")
    assert found.ids == trained_sasrec.ids
    for history in HISTORIES:
        theirs = [len(ids) + 1 - item for item in history][-LENGTH:]
        scores = (state["item_embedding.weight"] @ query(theirs))[1:].flip(0)
        ours = take_apart(found.model, history, range(1, len(ids) + 1))
        assert torch.allclose(torch.from_numpy(ours.score).float(), scores, atol=1e-4)


def test_what_recbole_does_not_know_is_named(script, trained_sasrec, tmp_path):
    settings, state, _ = gru4rec(3)
    config, tensors = script.gru4rec(settings | {"MAX_ITEM_LIST_LENGTH": LENGTH}, state)
    with pytest.raises(SystemExit, match="RecBole does not know 80 of the 80 items"):
        script.write(tmp_path / "m", trained_sasrec.description.folder, config, tensors, ["[PAD]", "a"], settings)
    with pytest.raises(SystemExit, match="only gelu"):
        script.sasrec({"hidden_act": "relu"}, state)
