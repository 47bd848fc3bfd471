"""Do experts stand for preferences? `python -m benchmarks.preferences [--seeds 1 2] [--cinemas small]`.

A cinema whose viewers like two values of every family, and follow one of them at a time, is made for every seed, and
every model is trained on it anew. Then, at the end of every test history, what a facet's router says is asked which of
the two its viewer follows. What has been measured is kept in results/preferences.json; `--again` measures it anew.
`--time` times epochs on the first cinema side by side, on an idle machine.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import reduce
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import report
from benchmarks.experts import agreement, done
from benchmarks.observers import observers
from benchmarks.pace import pace
from fame.data import DataSet, Events, leave_one_out, planted
from fame.data.attributes import Attributes, attributes
from fame.data.batches import batches, pad
from fame.data.preferences import Preferences, preferences
from fame.explain.meaning.ownership import owners
from fame.explain.meaning.records import DISCOVERY_RATE
from fame.explain.meaning.specialists import attention_apart, specialists
from fame.explain.trust.expert_marks import place
from fame.explain.trust.preferences import Separation, preference_told, separation
from fame.model import Faceted
from fame.training.anchoring import plan
from fame.training.presets import settings
from fame.training.run import Run
from fame.training.trainer import train

CINEMAS: dict[str, dict[str, Any]] = {
    "even": {"preferences": 2, "users": 2500, "items": 300, "values": 8},
    "small": {"preferences": 2, "users": 1500, "items": 200, "values": 5, "skew": 0.5, "length": 20, "noise": 0.1},
}
MODELS: dict[str, dict[str, Any]] = {
    "FAME, preset default": {},
    "FAME, 4 experts as published": {"experts": 4, "experts_form": "published"},
    "FAME, a mixture of softmaxes": {"experts": 4, "experts_form": "published", "head": "mixture"},
    "FAME as published": {"preset": "published"},
}
PUBLISHED = "4 experts as published"
TIMED = {
    PUBLISHED: {"experts": 4, "experts_form": "published"},
    "4 experts that own items": {"experts": 4},
    "8 experts as published": {"experts_form": "published"},
    "8 experts that own items (preset default)": {},
}
CELLS = 8_192  # history positions run at a time


def main() -> None:
    """Make, train, mark, keep, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    parser.add_argument("--cinemas", nargs="+", choices=CINEMAS, default=["even"])
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--again", action="store_true", help="measure what was measured before, too")
    parser.add_argument("--time", action="store_true", help="time epochs in place of training")
    parser.add_argument("--rounds", type=int, default=5, help="epochs of each that is timed")
    chosen = parser.parse_args()
    found = report.stored("preferences")
    if chosen.time:
        found["seconds"] = timed(chosen.rounds)
        report.keep("preferences", found)
        chosen.seeds = []
    for cinema, seed in product(chosen.cinemas, chosen.seeds):
        with tempfile.TemporaryDirectory() as folder:
            data = planted.make(Path(folder) / "data", planted.options(**CINEMAS[cinema], seed=seed))
            truth = preferences(data)
            here = found.setdefault("cinemas", {}).setdefault(cinema, {})
            here.setdefault("history", {})[str(seed)] = observers(truth, data.details["generator"], seed)
            report.keep("preferences", found)
            for model in chosen.models:
                known = here.setdefault("models", {}).setdefault(model, {})
                if chosen.again or str(seed) not in known:
                    print(f"{cinema}, seed {seed}: {model}", file=sys.stderr)
                    known[str(seed)] = mark(data, truth, MODELS[model], seed, Path(folder) / model)
                    report.keep("preferences", found)
    parts = [text(cinema, found["cinemas"][cinema]) for cinema in CINEMAS if cinema in found.get("cinemas", {})]
    if "seconds" in found:
        parts.append(epochs(found["seconds"]))
    report.publish("preferences", "\n\n".join([*parts, report.on()]))


def timed(rounds: int) -> dict[str, list[float]]:
    """Seconds of epochs of every form of experts, on the even cinema."""
    with tempfile.TemporaryDirectory() as folder:
        data = planted.make(Path(folder) / "data", planted.options(**CINEMAS["even"], seed=1))
        each = {name: plan(settings(**changes), data.catalog).settings for name, changes in TIMED.items()}
        return pace(each, leave_one_out(data.histories).train, data.catalog, rounds)


def epochs(seconds: dict[str, list[float]]) -> str:
    """The table of what an epoch takes."""
    median = {name: statistics.median(values) for name, values in seconds.items()}
    rows = [
        [name, f"{median[name]:.2f}", len(values), f"{median[name] / median[PUBLISHED]:.2f} ×"]
        for name, values in seconds.items()
    ]
    return report.table(["epochs in turn, even cinema", "s an epoch", "n", PUBLISHED + " = 1"], rows)


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
    pairs = []
    for a, h in enumerate(place(model, truth, router, seed)):
        rows = np.flatnonzero(truth.active[:, a] >= 0)
        pairs.append((h, separation(router[rows, h], truth.liked[rows, a], truth.active[rows, a], seed)))
    return {
        "matched": not model.config.families,
        "families": {
            family.family: measure(truth, a, router[:, h], facets[:, h], seen[:, h], separate, seed)
            for a, (family, (h, separate)) in enumerate(zip(families, pairs, strict=True))
        },
        "enriched": enriched,
        "enriched_by_chance": by_chance,
        "apart": float(apart.sum() / np.count_nonzero(apart)),
        **asdict(done(model, truth.events, sorted({int(h) for h, _ in pairs}), seed)),
        "owners": (own := owners(model)[:, [h for h, _ in pairs]].T.tolist()),  # a family each: every item's expert
        "parted": parted(own, families),
        "NDCG@10": trained.description.card["metrics"]["test"]["NDCG@10"],
        "seconds": trained.description.card["seconds_per_epoch"],
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


def text(cinema: str, found: dict[str, Any]) -> str:
    """The table of one cinema, and what to hold it against."""
    history = list(found["history"].values())
    right = {name: sum(one[name] for one in history) for name in history[0]}
    told_by = {name: right[name] / right["cases"] for name in right if name != "cases"}
    chance = 1 / CINEMAS[cinema]["preferences"]
    rows = [
        row(model, by_seed, chance, told_by["oracle"])
        for model in MODELS
        if (by_seed := list(found.get("models", {}).get(model, {}).values()))
    ]
    head = ["model", "seeds", "largest expert", "beyond chance", "all weights", "the facet's state"]
    head += ["cluster of the last item"]
    head += ["drives: largest expert", "drives: all weights", "router entropy", "fall", "of ten", "selectivity"]
    head += ["parted", "seeds agree", "NDCG@10", "s an epoch"]
    made = ", ".join(f"{name} {value}" for name, value in CINEMAS[cinema].items())
    return (
        f"planted-cinema with {made}; {right['cases']:,.0f} preferences in all seeds. Share told right (in brackets "
        "what routers that were dealt to the wrong users tell; ! = not told from that in a family, p > .05), and what "
        "the largest expert tells beyond chance as a share of what the oracle does. From the history alone an oracle "
        f"that knows what everybody likes tells {told_by['oracle']:.3f}, the latest of the liked values "
        f"{told_by['recent']:.3f}, the more frequent {told_by['frequent']:.3f}; an observer that knows how the cinema "
        "was made but not what anybody likes, judged as a router is, tells "
        f"{told_by['unaware']:.3f} by its likeliest value and {told_by['unaware, all']:.3f} by all its probabilities; "
        f"chance is {chance:.3f}. Fall: of log p of the target without the expert that matters most (or "
        "its rise), median, and how many of the first ten items change, mean; selectivity: how much more an expert's "
        f"own items fall; parted: items that are with the expert matched to their value; seeds agree: items that two "
        "models with experts parted so have with the same expert, matched, at least (parted of both less 1).\n\n"
        f"{report.table(head, rows)}\n\n"
        "* its facets have no names, so each family got the facet whose router suits it best: at most so much."
    )


def row(model: str, runs: list[dict[str, Any]], chance: float, oracle: float) -> list[str]:
    """Means over seeds and families."""
    parts = [part for run in runs for part in run["families"].values()]

    def share(*path: str) -> str:
        found = [reduce(dict.__getitem__, path, part) for part in parts]
        missed = " !" if any(one["p"] > DISCOVERY_RATE for one in found) else ""
        return f"{mean(found, 'share'):.3f} ({mean(found, 'by_chance'):.3f}){missed}"

    largest = mean([part["active"]["expert"] for part in parts], "share")
    return [
        model + (" *" if runs[0]["matched"] else ""),
        str(len(runs)),
        share("active", "expert"),
        f"{(largest - chance) / (oracle - chance):.2f}",
        share("active", "router"),
        share("active", "state"),
        share("last item"),
        share("drives", "expert"),
        share("drives", "router"),
        f"{mean(parts, 'entropy'):.2f}",
        figure(runs, "fall", ".3f"),
        figure(runs, "changed", ".1f"),
        figure(runs, "selectivity", ".2f"),
        figure(runs, "parted", ".2f"),
        f"{max(0.0, 2 * mean(runs, 'parted') - 1):.2f}" if all("parted" in run for run in runs) else "–",
        f"{mean(runs, 'NDCG@10'):.4f}",
        figure(runs, "seconds", ".1f"),
    ]


def figure(runs: list[dict[str, Any]], name: str, form: str) -> str:
    """Mean over seeds; a dash where it was not measured yet when these were."""
    return f"{mean(runs, name):{form}}" if all(name in run for run in runs) else "–"


def parted(own: list[list[int]], families: Sequence[Attributes]) -> float:
    """Share of the items whose expert is the one matched to their value (Hungarian method), mean over families.

    What part the planted values have in common with the experts; two models whose experts do so in this share agree in
    2 share - 1 of the items at least.
    """
    shares = []
    for owner, family in zip(own, families, strict=True):
        values = family.of(np.arange(1, family.items + 1))[:, 0]
        shares.append(agreement([np.array(owner), values], max(max(owner), int(values.max())) + 1))
    return float(np.mean(shares))


def mean(found: list[dict[str, Any]], name: str) -> float:
    """Of that figure."""
    return float(np.mean([one[name] for one in found]))


if __name__ == "__main__":
    main()
