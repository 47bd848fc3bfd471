"""How a run came about, epoch by epoch: curves, and any epoch again."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, models
from app.look import palette
from app.look.numbers import percent, two_digits
from app.widgets.shared.headings import header, subheader
from app.widgets.shared.tables import table_behind
from fame.training.run_progress import RunProgress

QUIET = {"displayModeBar": False}


def curves(run: RunProgress) -> None:
    """Loss, ranking, gate and experts over the epochs."""
    lines = run.evaluations
    epochs = [line["epoch"] for line in lines]
    beaten = [("popularity", run.floor["NDCG@10"])] if run.floor else []
    if rival := models.baseline(run.dataset_fingerprint, run.name):
        beaten.append((rival[0], rival[1]["NDCG@10"]))
    ranking = [line["metrics"]["NDCG@10"] for line in lines]
    left, right = st.columns(2, gap="large")
    with left:
        subheader("NDCG@10 on held-out items")
        st.plotly_chart(
            charts.course(epochs, ranking, "NDCG@10", run.epochs, beaten, run.best_epoch),
            key="ranking-course",
            config=QUIET,
            alt=f"NDCG@10 after each epoch, now {ranking[-1]:.4f}; "
            + ", ".join(f"{name} {value:.4f}" for name, value in beaten),
        )
    with right:
        subheader("Loss in training")
        losses = [line["loss"] for line in lines]
        st.plotly_chart(
            charts.course(epochs, losses, "loss", run.epochs), key="loss-course", config=QUIET,
            alt=f"Loss after each epoch, now {losses[-1]:.3f}",
        )  # fmt: skip
    if not run.facets:
        return
    entropy = [line["gate_entropy"] for line in lines]
    busiest = [
        (facet, [max(line["expert_load"][h]) for line in lines], palette.facet(h)) for h, facet in enumerate(run.facets)
    ]
    experts = len(lines[-1]["expert_load"][0])
    with left:
        if entropy[-1] is not None:
            subheader("Entropy of the gate")
            st.plotly_chart(
                charts.courses(epochs, [("gate", entropy, palette.FACETS[0])], "entropy", run.epochs),
                key="entropy-course", config=QUIET,
                alt=f"Entropy of the gate after each epoch, now {percent(entropy[-1])} of the most",
            )  # fmt: skip
    with right:
        if experts > 1:
            subheader("Load of each facet's busiest expert")
            st.plotly_chart(
                charts.courses(epochs, busiest, "busiest expert", run.epochs, 1 / experts),
                key="load-course", config=QUIET,
                alt="; ".join(f"{facet}: {percent(values[-1])}" for facet, values, _ in busiest),
            )  # fmt: skip
    st.caption(
        "Held-out: each user's item before the last. Entropy: 100\u00a0% = every position weighs all facets alike, "
        "0\u00a0% = one facet takes all. Load: mean router weight."
    )


def replay(run: RunProgress) -> None:
    """Any epoch again: gate, experts, likeness of the facets."""
    lines = run.evaluations
    if not run.facets or len(lines) < 2:
        return
    header("How it came about")
    last = lines[-1]["epoch"]
    epoch = st.slider("Epoch", 1, last, last, key=f"replay-{run.name}")
    line = lines[epoch - 1]
    names, colors = list(run.facets), [palette.facet(h) for h in range(len(run.facets))]
    load, alike = np.array(line["expert_load"]), np.array(line["head_similarity"])
    gate, experts, likeness = st.columns(3, gap="large")
    with gate:
        subheader("Gate")
        st.plotly_chart(
            charts.bars(names, line["gate"], colors, [percent(weight) for weight in line["gate"]]),
            key="replay-gate", config=QUIET,
            alt="; ".join(f"{name} {percent(weight)}" for name, weight in zip(names, line["gate"], strict=True)),
        )  # fmt: skip
    with experts:
        subheader("Load of the experts")
        st.plotly_chart(
            charts.matrix(names, [str(n + 1) for n in range(load.shape[1])], load, as_texts(load), 1.0),
            key="replay-load", config=QUIET, alt="Mean router weight of each facet's experts",
        )  # fmt: skip
    with likeness:
        subheader("Are the facets apart?")
        if alike.size:
            st.plotly_chart(
                charts.matrix(names, names, alike, [[two_digits(x) for x in row] for row in alike], 1.0),
                key="replay-likeness", config=QUIET, alt="CKA of the facets",
            )  # fmt: skip
    st.caption(
        f"After epoch {epoch}: mean gate weight, mean router weight, and CKA of the facets' sub-embeddings (1 = they "
        "arrange the items the same way, 0 = nothing in common)."
    )
    table_behind(table(run), "training", run.name)


def as_texts(values: np.ndarray) -> list[list[str]]:
    """Shares for the cells of a matrix."""
    return [[percent(value) for value in row] for row in values]


def table(run: RunProgress) -> pd.DataFrame:
    """A row an epoch."""
    return pd.DataFrame(
        [
            {"epoch": line["epoch"], "loss": line["loss"], **line["metrics"], "gate entropy": line["gate_entropy"]}
            | {f"gate {name}": weight for name, weight in zip(run.facets, line["gate"], strict=False)}
            | {"seconds": line["seconds"]}
            for line in run.evaluations
        ]
    )
