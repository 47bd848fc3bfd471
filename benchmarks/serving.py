"""The time of an answer in a large catalog, and of starting: `python -m benchmarks.serving [--items 1000000]`.

The model is an untrained FAME of the default shape: time does not depend on what the weights are. The bare product is
`query @ table.T`, which every exact ranking by a sum has to make; the calls are timed in turn, round after round. The
mixture of softmaxes has the same weights under the other head.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from benchmarks import report
from fame.checkpoint.store import build_empty, load
from fame.data import read
from fame.explain.families.anatomy import fit, split
from fame.explain.families.evidence import evidence
from fame.heads.item_side import item_side
from fame.heads.mixture import Mixture
from fame.heads.sum import Sum
from fame.heads.topk import top_k
from fame.home import PROJECT
from fame.model import Faceted, Output, build
from fame.ranking.recommend import recommend
from fame.training.presets import settings

K = 20
SEED = 1
IMPORTS = "from fame.checkpoint.store import load; from fame.ranking.recommend import recommend"


def main() -> None:
    """Measure, keep, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--starts", type=int, default=7)
    chosen = parser.parse_args()
    torch.manual_seed(SEED)
    model = build(settings().config(chosen.items)).eval().requires_grad_(False)  # as a loaded one
    assert isinstance(model, Faceted)
    with torch.inference_mode():
        answers = {str(batch): answer(model, batch, chosen.rounds) for batch in (1, 32)}
    found = {"items": chosen.items, "seed": SEED, "ms": answers, "start": start(chosen.starts)}
    found["told"] = told(chosen.rounds)
    report.keep("serving", found)
    report.publish("serving", tables(found))


def answer(model: Faceted, batch: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each call."""
    histories = torch.randint(1, model.config.items + 1, (batch, model.config.length))
    output, side = model(histories), item_side(model)
    query = output.at_last(output.query)
    mixture = build_empty(model.config.model_copy(update={"head": "mixture"})).eval().requires_grad_(False)
    mixture.load_state_dict(model.state_dict(), assign=True)
    assert isinstance(mixture, Faceted)
    facets = model.facet_queries(output.at_last(output.gate[..., None] * output.facets))

    def ranked(normalise: bool) -> Tensor:
        found = top_k(query, side.table, side.bias, K, histories, normalise)
        return Sum(model, output, side).parts(found.items)

    def mixed() -> Tensor:
        by = Mixture(mixture, output, item_side(mixture))
        return by.shares(by.top_k(K, histories).items)

    ready = torch.empty(batch, len(side.table))
    calls: dict[str, Callable[[], object]] = {
        "bare product": lambda: query @ side.table.T,
        "bare product, into memory that is there": lambda: torch.mm(query, side.table.T, out=ready),
        "top 20 with parts": lambda: ranked(False),
        "top 20 with parts and probabilities": lambda: ranked(True),
        "every facet's scores first, then top 20": lambda: (facets @ side.table.T).sum(1).topk(K),
        "mixture head: top 20 with responsibilities": mixed,
    }
    if batch == 1:
        history = histories[0].tolist()
        calls["a whole answer, from its history on"] = lambda: recommend(model, history, K)
        calls["mixture head: a whole answer"] = lambda: recommend(mixture, history, K)
    exact(model, output, histories)
    exact_mixture(mixture, output, histories)
    return in_turn(calls, rounds)


def told(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of what is told about the twenty items of an answer after 10 and 50, by a model that ships."""
    data = read(PROJECT / "data" / "planted-cinema")
    model = load(PROJECT / "pretrained" / "planted-cinema-fame").model
    anatomy = fit(model, data.catalog)
    calls: dict[str, Callable[[], object]] = {}
    for length in (10, 50):
        history = list(range(1, length + 1))
        items = recommend(model, history, K).items.tolist()
        with torch.inference_mode():
            output, shown = model(torch.tensor([history])), torch.tensor([items])
        calls |= {
            f"{length}: an answer": partial(recommend, model, history, K),
            f"{length}: the anatomy of its {K} items": partial(split, model, anatomy, output, shown),
            f"{length}: the evidence for the driver of one": partial(evidence, model, anatomy, history, items[:1]),
            f"{length}: the evidence for the drivers of all {K}": partial(evidence, model, anatomy, history, items),
        }
    return in_turn(calls, rounds)


def exact(model: Faceted, output: Output, histories: Tensor) -> None:
    """That what is timed is right: the items are those of a plain ranking, and their parts add up."""
    side, query = item_side(model), output.at_last(output.query)
    scores = query @ side.table.T + side.bias
    allowed = scores.scatter(1, histories, -torch.inf)
    allowed[:, 0] = -torch.inf
    found = top_k(query, side.table, side.bias, K, histories, normalise=False)
    torch.testing.assert_close(found.scores, allowed.topk(K).values, rtol=1e-4, atol=1e-5)
    parts = Sum(model, output, side).parts(found.items).sum(2) + (query @ side.average)[:, None]
    torch.testing.assert_close(parts + side.bias[found.items], found.scores, rtol=1e-4, atol=1e-4)


def exact_mixture(model: Faceted, output: Output, histories: Tensor) -> None:
    """Check a mixture's ranking against the log-probabilities of all items, computed facet by facet."""
    side, gate = item_side(model), output.at_last(output.gate)
    queries = model.facet_queries(output.at_last(output.facets))  # (B, H, D)
    joint = [
        gate[:, h, None].log() + (queries[:, h] @ side.table[1:].T + side.bias[1:]).log_softmax(1)
        for h in range(model.config.heads)
    ]
    scores = torch.stack(joint).logsumexp(0)
    by = Mixture(model, output, side)
    found = by.top_k(K, histories)
    torch.testing.assert_close(
        found.scores, scores.scatter(1, histories - 1, -torch.inf).topk(K).values, rtol=1e-4, atol=1e-4
    )
    wanted = torch.stack([part.gather(1, found.items - 1) for part in joint], 2) - found.scores[..., None]
    torch.testing.assert_close(by.shares(found.items), wanted.exp(), rtol=1e-3, atol=1e-4)


def in_turn(calls: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds; one call of each goes before, untimed."""
    for call in calls.values():
        call()
    milliseconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            milliseconds[name].append(1000 * (time.perf_counter() - started))
    return milliseconds


def start(times: int) -> dict[str, list[float]]:
    """Seconds, each in a new process: importing torch, then what answers need, then opening a model that ships."""
    program = (
        "import time; a = time.perf_counter(); import torch; b = time.perf_counter();"
        f"{IMPORTS}; from pathlib import Path; c = time.perf_counter();"
        "load(Path('pretrained/movielens-100k-fame')); print(b - a, c - b, time.perf_counter() - c)"
    )
    found = []
    for _ in range(times + 1):  # the first brings the files from the disk
        run = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
        found.append([float(number) for number in run.stdout.split()])
    names = ("import torch", "then import fame, to answer with", "then load a pretrained model")
    return {name: list(seconds) for name, seconds in zip(names, zip(*found[1:], strict=True), strict=True)}


def tables(found: dict[str, Any]) -> str:
    """Answers, then the start."""
    rows = []
    for batch, calls in found["ms"].items():
        bare = statistics.median(calls["bare product"])
        for name, times in calls.items():
            median = statistics.median(times)
            rows.append([batch, name, f"{median:.1f}", f"{min(times):.1f}", f"{median / bare:.2f} ×", len(times)])
    start = [
        [name, f"{statistics.median(times):.2f}", f"{max(times):.2f}", len(times)]
        for name, times in found["start"].items()
    ]
    return (
        f"{found['items']:,} items, width 64, four facets, seed {found['seed']}. {report.on()}\n\n"
        + report.table(["histories", "what", "median ms", "lowest", "bare product = 1", "n"], rows)
        + "\n\n"
        + report.table(["start", "median s", "highest", "n"], start)
        + "\n\n"
        + report.table(
            ["planted-cinema-fame, items of the history: what", "median ms", "lowest", "n"],
            [
                [name, f"{statistics.median(times):.1f}", f"{min(times):.1f}", len(times)]
                for name, times in found["told"].items()
            ],
        )
    )


if __name__ == "__main__":
    main()
