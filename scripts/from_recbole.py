"""A SASRec or GRU4Rec trained by RecBole -> a model folder that the app and `python -m fame` open.

    PYTHON scripts/from_recbole.py CHECKPOINT.pth --beside MODEL --out runs/NAME/best

PYTHON is that of RecBole's own environment, with safetensors installed (`pip install recbole safetensors`). A
checkpoint is a pickle, which runs whatever is in it, so that it is opened where it was made and never by this project.
Run it where the checkpoint's data path is right. MODEL is the folder of any model that was trained here on the same
data, one epoch is enough: it says which data set that is, and in which order its items stand. RecBole must know every
one of them.
"""

import argparse
import hashlib
import json
import math
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

Tensors = dict[str, Tensor]


def main() -> None:
    """Read, translate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--beside", type=Path, required=True, help="folder of a model of the same data")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    chosen = parser.parse_args()
    name, settings, tokens, state = read(chosen.checkpoint)
    if name not in TRANSLATIONS:
        sys.exit(f"{chosen.checkpoint} holds a {name}; {' and '.join(TRANSLATIONS)} can be translated.")
    config, tensors = TRANSLATIONS[name](settings, state)
    write(chosen.out, chosen.beside, config, tensors, tokens, settings)
    print(f"{name} in {chosen.out}")


def read(checkpoint: Path) -> tuple[str, Any, list[str], Tensors]:
    """What RecBole keeps: the model's name, its settings, the item ids by index, padding first, and its weights."""
    from recbole.data import create_dataset

    found = torch.load(checkpoint, map_location="cpu", weights_only=False)
    settings = found["config"]
    dataset = create_dataset(settings)
    tokens = [str(token) for token in dataset.field2id_token[dataset.iid_field]]
    return settings["model"], settings, tokens, found["state_dict"]


def common(settings: Any, state: Tensors) -> dict[str, Any]:
    """What both architectures have in `config.json`."""
    return {
        "length": int(settings["MAX_ITEM_LIST_LENGTH"]),
        "width": state["item_embedding.weight"].shape[1],
        "heads": 1,
        "experts": 1,
        "positions": "none",
        "begin": False,
        "attention_dropout": 0.0,
        "facet_dropout": 0.0,
        "residual": "slice",
        "item_facets": "slice",
        "popularity": False,
        "head": "sum",
        "facets": [],
        "families": [],
    }


def sasrec(settings: Any, state: Tensors) -> tuple[dict[str, Any], Tensors]:
    """RecBole's SASRec: post-LN blocks, absolute positions counted from the oldest item, LayerNorm on what is read."""
    if settings["hidden_act"] != "gelu":
        sys.exit(f"The checkpoint's hidden_act is {settings['hidden_act']}; only gelu can be translated.")
    layers = int(settings["n_layers"])
    config = common(settings, state) | {
        "architecture": "sasrec",
        "layers": layers,
        "heads": int(settings["n_heads"]),
        "positions": "absolute",
        "dropout": float(settings["hidden_dropout_prob"]),
        "attention_dropout": float(settings["attn_dropout_prob"]),
        "hidden": int(settings["inner_size"]),
        "epsilon": float(settings["layer_norm_eps"]),
    }
    tensors = {"table": state["item_embedding.weight"], "embedding.position.weight": state["position_embedding.weight"]}
    tensors |= both(state, "LayerNorm", "embedding.norm")
    for layer in range(layers):
        theirs, ours = f"trm_encoder.layer.{layer}", f"blocks.{layer}"
        attention = f"{theirs}.multi_head_attention"
        for kind in ("weight", "bias"):
            parts = [state[f"{attention}.{part}.{kind}"] for part in ("query", "key", "value")]
            tensors[f"{ours}.qkv.{kind}"] = torch.cat(parts)
        tensors |= both(state, f"{attention}.dense", f"{ours}.out")
        tensors |= both(state, f"{attention}.LayerNorm", f"{ours}.norm")
        for part, to in (("dense_1", "inner"), ("dense_2", "outer"), ("LayerNorm", "norm")):
            tensors |= both(state, f"{theirs}.feed_forward.{part}", f"{ours}.feed_forward.{to}")
    return config, tensors


def gru4rec(settings: Any, state: Tensors) -> tuple[dict[str, Any], Tensors]:
    """RecBole's GRU4Rec: a recurrence without biases, and a projection of its state."""
    hidden = int(settings["hidden_size"])
    config = common(settings, state) | {
        "architecture": "recbole_gru4rec",
        "layers": int(settings["num_layers"]),
        "dropout": float(settings["dropout_prob"]),
        "hidden": hidden,
    }
    tensors = {"table": state["item_embedding.weight"], **both(state, "dense", "out")}
    for layer in range(config["layers"]):
        for way in ("ih", "hh"):
            tensors[f"gru.weight_{way}_l{layer}"] = state[f"gru_layers.weight_{way}_l{layer}"]
            tensors[f"gru.bias_{way}_l{layer}"] = torch.zeros(3 * hidden)
    return config, tensors


def both(state: Tensors, theirs: str, ours: str) -> Tensors:
    """Weight and bias of a layer, under our name."""
    return {f"{ours}.{kind}": state[f"{theirs}.{kind}"] for kind in ("weight", "bias")}


TRANSLATIONS = {"SASRec": sasrec, "GRU4Rec": gru4rec}


def write(out: Path, beside: Path, config: dict[str, Any], tensors: Tensors, tokens: list[str], settings: Any) -> None:
    """The four files of a model folder, its items in the order of the data set."""
    of_data = json.loads((beside / "config.json").read_text(encoding="utf-8"))
    ids = json.loads((beside / "items.json").read_text(encoding="utf-8"))
    place = {token: index for index, token in enumerate(tokens)}
    if missing := [item for item in ids if item not in place]:
        sys.exit(f"RecBole does not know {len(missing)} of the {len(ids)} items, such as {missing[0]!r}.")
    if strange := set(tokens[1:]) - set(ids):
        sys.exit(f"{len(strange)} of RecBole's items are not in the data set, such as {min(strange)!r}.")
    table = tensors.pop("table")[[0, *(place[item] for item in ids)]].clone()
    table[0] = 0
    tensors |= {"embedding.item.weight": table, "bias.weight": torch.zeros(len(ids) + 1)}
    out.mkdir(parents=True)
    save_file(
        {name: tensor.float().contiguous().clone() for name, tensor in tensors.items()}, out / "model.safetensors"
    )
    (out / "items.json").write_text(json.dumps(ids, ensure_ascii=False), encoding="utf-8")
    whole = {
        "format": of_data["format"],
        **config,
        "items": len(ids),
        "dataset": of_data["dataset"],
        "dataset_fingerprint": of_data["dataset_fingerprint"],
        "sha256": {
            name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in ("model.safetensors", "items.json")
        },
    }
    text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
    whole["fingerprint"] = hashlib.sha256(text.encode()).hexdigest()
    card = {
        "command": f"python {' '.join(sys.argv)}",
        "seed": int(settings["seed"]),
        "parameters": sum(math.prod(tensor.shape) for tensor in tensors.values()),
        "metrics": {},
        "versions": {"torch": torch.__version__},
    }
    for name, content in (("config.json", whole), ("card.json", card)):
        (out / name).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
