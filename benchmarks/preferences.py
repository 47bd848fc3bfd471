"""Do experts stand for preferences? `python -m benchmarks.preferences [--seeds 1 2]`.

A cinema whose viewers like two values of every family, and follow one of them at a time, is made for every seed, and
every model is trained on it anew. Then, at the end of every test history, what a facet's router says is asked which of
the two its viewer follows. What has been measured is kept in results/preferences.json; `--again` measures it anew.
"""

import argparse
import sys
import tempfile
from dataclasses import asdict
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import report
from fame.data import DataSet, Events, planted
from fame.data.attributes import attributes
from fame.data.batches import batches, pad
from fame.data.preferences import Preferences, preferences
from fame.explain.meaning.records import DISCOVERY_RATE
from fame.explain.meaning.specialists import attention_apart, specialists
from fame.explain.trust.preferences import Separation, preference_told, separation
from fame.model import Faceted, Model
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

CINEMA = {"preferences": 2, "users": 2500, "items": 300, "values": 8}
MODELS: dict[str, dict[str, Any]] = {
    "FAME, preset default": {},
    "FAME, a mixture of softmaxes": {"head": "mixture"},
    "FAME as published": {"preset": "published"},
}
CELLS = 8_192  # history positions run at a time


def main() -> None:
    """Make, train, mark, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--again", action="store_true", help="measure what was measured before, too")
    chosen = parser.parse_args()
    found = report.stored("preferences")
    for seed in chosen.seeds:
        with tempfile.TemporaryDirectory() as folder:
            data = planted.make(Path(folder) / "data", planted.options(**CINEMA, seed=seed))
            truth = preferences(data)
            found.setdefault("history", {})[str(seed)] = observers(truth)
            for model in chosen.models:
                known = found.setdefault("models", {}).setdefault(model, {})
                if chosen.again or str(seed) not in known:
                    print(f"seed {seed}: {model}", file=sys.stderr)
                    known[str(seed)] = mark(data, truth, MODELS[model], seed, Path(folder) / model)
                    report.keep("preferences", found)
    report.publish("preferences", text(found))


def observers(truth: Preferences) -> dict[str, Any]:
    """What the history alone tells: right answers of the oracle, of the more frequent value and of the latest."""
    right = {"cases": 0, "oracle": 0.0, "frequent": 0.0, "recent": 0.0}
    for row, a in zip(*np.nonzero(truth.active >= 0), strict=True):
        seen = truth.families[a].codes[truth.events.histories[row], 0]
        times = np.array([(seen == value).sum() for value in truth.liked[row, a]])
        last = np.array([np.flatnonzero(seen == value).max(initial=-1) for value in truth.liked[row, a]])
        right["cases"] += 1
        for name, guess in (("oracle", truth.believed[row, a]), ("frequent", times), ("recent", last)):
            best = guess == guess.max()
            right[name] += float(best[truth.active[row, a]] / best.sum())
    return right


def mark(data: DataSet, truth: Preferences, changes: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
    """Train a model and mark its routers."""
    trained = train(Run.start(folder, settings(**changes, seed=seed), data), data)
    model = trained.model.eval()
    assert isinstance(model, Faceted)
    router, facets, seen = read(model, truth.events)
    last = truth.events.histories.items[truth.events.histories.offsets[1:] - 1]
    families = [attributes(data.catalog, family.family) for family in truth.families]
    apart = attention_apart(model, truth.events, seed)
    _, enriched, by_chance = specialists(router, last, families, apart, seed)
    pairs = place(model, truth, router, seed)
    return {
        "matched": not model.config.families,
        "families": {
            family.family: measure(truth, a, router[:, h], facets[:, h], seen[:, h], separate, seed)
            for a, (family, (h, separate)) in enumerate(zip(families, pairs, strict=True))
        },
        "enriched": enriched,
        "enriched_by_chance": by_chance,
        "apart": float(apart.sum() / np.count_nonzero(apart)),
        "NDCG@10": trained.description.card["metrics"]["test"]["NDCG@10"],
        "epoch": trained.description.card["epoch"],
    }


@torch.inference_mode()
def read(model: Faceted, events: Events) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the target is predicted: router (n, H, N), facets (n, H, K), and the last item's sub-embeddings."""
    n, config = len(events.targets), model.config
    router = np.zeros((n, config.heads, config.experts))
    facets, seen = np.zeros((2, n, config.heads, config.facet_width))
    for rows in batches(np.minimum(events.histories.lengths, config.length), CELLS):
        items = torch.from_numpy(pad(events.histories, rows, config.length))
        output = model(items)
        router[rows], facets[rows] = output.at_last(output.router), output.at_last(output.facets)
        seen[rows] = model.sub_embeddings(model.table()[items[:, -1]])
    return router, facets, seen


def place(model: Model, truth: Preferences, router: np.ndarray, seed: int) -> list[tuple[int, Separation]]:
    """Each family's facet, and how its router separates the preferences: the tied one, else the one that suits best."""
    from scipy.optimize import linear_sum_assignment

    found: dict[tuple[int, int], Separation] = {}
    for a, family in enumerate(truth.families):
        tied = family.family in model.config.families
        for h in [model.config.facets.index(family.family)] if tied else range(model.config.heads):
            rows = np.flatnonzero(truth.active[:, a] >= 0)
            found[a, h] = separation(router[rows, h], truth.liked[rows, a], truth.active[rows, a], seed)
    worth = np.zeros((len(truth.families), model.config.heads))
    for (a, h), separate in found.items():
        worth[a, h] = separate.router.share
    return [(int(h), found[a, h]) for a, h in zip(*linear_sum_assignment(worth, maximize=True), strict=True)]


def measure(
    truth: Preferences, a: int, router: np.ndarray, facets: np.ndarray, seen: np.ndarray, found: Separation, seed: int
) -> dict[str, Any]:
    """Of one family and its facet."""
    from sklearn.cluster import KMeans

    def share(vectors: np.ndarray, followed: np.ndarray) -> dict[str, Any]:
        rows = np.flatnonzero(followed >= 0)
        return asdict(preference_told(vectors[rows], truth.liked[rows, a], followed[rows], seed))

    N = router.shape[1]
    alike = np.eye(N)[KMeans(N, n_init=4, random_state=seed).fit_predict(seen)]
    entropy = -(router * np.log(router.clip(1e-12))).sum(1) / np.log(N)
    return {
        "active": {**asdict(found), "state": share(facets, truth.active[:, a])},
        "drives": {
            "expert": share(np.eye(N)[router.argmax(1)], truth.drives[:, a]),
            "router": share(np.log(router), truth.drives[:, a]),
        },
        "last item": share(alike, truth.active[:, a]),
        "entropy": float(entropy.mean()),
        "load": np.bincount(router.argmax(1), minlength=N).tolist(),
    }


def text(found: dict[str, Any]) -> str:
    """The table, and what to hold it against."""
    history = list(found["history"].values())
    cases = sum(one["cases"] for one in history)
    oracle, frequent, recent = (sum(one[name] for one in history) / cases for name in ("oracle", "frequent", "recent"))
    rows = [row(model, list(by_seed.values())) for model in MODELS if (by_seed := found["models"].get(model))]
    head = ["model", "seeds", "largest expert", "all weights", "the facet's state", "cluster of the last item"]
    head += ["drives: largest expert", "drives: all weights", "I / H of the largest", "enriched values"]
    options = ", ".join(f"{name} {value}" for name, value in CINEMA.items())
    return (
        f"planted-cinema with {options}; {cases:,} preferences, each of two, in all seeds. Share told right "
        "(in brackets what routers that were dealt to the wrong users tell; ! = not told from that in a family, "
        f"p > .05). From the history alone an oracle tells {oracle:.3f}, the latest of the two values {recent:.3f}, "
        f"the more frequent {frequent:.3f}; chance is .500.\n\n"
        f"{report.table([*head, 'router entropy', 'NDCG@10'], rows)}\n\n"
        "* its facets have no names, so each family got the facet whose router suits it best: at most so much.\n\n"
        f"{report.on()}"
    )


def row(model: str, runs: list[dict[str, Any]]) -> list[str]:
    """Means over seeds and families."""
    parts = [part for run in runs for part in run["families"].values()]

    def share(*path: str) -> str:
        found = [reduce(dict.__getitem__, path, part) for part in parts]
        missed = " !" if any(one["p"] > DISCOVERY_RATE for one in found) else ""
        return f"{mean(found, 'share'):.3f} ({mean(found, 'by_chance'):.3f}){missed}"

    active = [part["active"] for part in parts]
    return [
        model + (" *" if runs[0]["matched"] else ""),
        str(len(runs)),
        share("active", "expert"),
        share("active", "router"),
        share("active", "state"),
        share("last item"),
        share("drives", "expert"),
        share("drives", "router"),
        f"{mean(active, 'information'):.3f} ({mean(active, 'information_by_chance'):.3f})",
        f"{mean(runs, 'enriched'):.0f} ({mean(runs, 'enriched_by_chance'):.1f})",
        f"{mean(parts, 'entropy'):.2f}",
        f"{mean(runs, 'NDCG@10'):.4f}",
    ]


def mean(found: list[dict[str, Any]], name: str) -> float:
    """Of that figure."""
    return float(np.mean([one[name] for one in found]))


if __name__ == "__main__":
    main()
