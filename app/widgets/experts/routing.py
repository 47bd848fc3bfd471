"""The experts of the facets along a history: what one reads, what would be without it, and how much it is used."""

import numpy as np
import pandas as pd
import streamlit as st

from app import charts, state
from app.components.squares import Square, SquareRow
from app.current import Current
from app.look import palette
from app.look.numbers import factor, ordinal, percent, times
from app.sentences.marking import escape, facet
from app.widgets.shared import weights
from app.widgets.shared.expert_meanings import called
from app.widgets.shared.headings import small_with_terms
from app.widgets.shared.position import Place, along
from app.widgets.shared.tables import table_behind, with_download
from fame.explain.facets.effects import ExpertEffects
from fame.explain.facets.experts import ALIKE_BITS, Experts, Pair

SHOWN = 3  # pairs that read alike, in a sentence
LABEL = 12  # signs of a row's label


def router_squares(now: Current, at: Place, router: np.ndarray, h: int, n: int) -> None:
    """The routers (T, H, N) as squares, facet under facet; a click chooses the position and the expert."""
    names = [called(now, k) for k in range(len(now.facets))]
    ids = {f"{now.facets[k]}: {name}": (k, e) for k, of in enumerate(names) for e, name in enumerate(of)}
    rows = [SquareRow(key, short(names[k][e]), palette.expert(e), now.facets[k]) for key, (k, e) in ids.items()]

    def chose(square: Square | None) -> None:
        if square is None:
            state.choose_facet("")
            state.choose_position(None)
        else:
            k, e = ids[square.row]
            state.choose_facet(now.facets[k], e)
            state.choose_position(square.column - 1)

    shown = Square(f"{now.facets[h]}: {names[h][n]}", at.number)
    along(
        now,
        at,
        rows,
        router.reshape(len(router), -1),
        "router",
        "row",
        None if now.expert is None else shown,
        shown,
        chose,
    )


def short(name: str) -> str:
    """A label for a narrow place: "expert 3 (drama)" -> "3 drama"; an expert without a name keeps its own."""
    if "(" not in name:
        return name
    number, called = name.removeprefix("expert ").removesuffix(")").split(" (", 1)
    label = f"{number} {called}"
    return label if len(label) <= LABEL else f"{label[: LABEL - 1]}…"


def sentence(now: Current, at: Place, experts: Experts, h: int) -> str:
    """Whom a facet listens to after an item, and whether that says anything."""
    router, pairs = experts.router[at.position, h], experts.pairs(h, at.position)
    best = int(router.argmax())
    said = (
        f"After *{escape(now.data.catalog.title(at.seen[-1]))}*, the {facet(now.facets[h])} listens to "
        f"**{escape(called(now, h)[best])}** most ({percent(float(router[best]))})"
    )
    alike = [pair for pair in pairs if pair.bits < ALIKE_BITS]
    if len(alike) == len(pairs):
        return said + ", but all its experts read the history alike here: the weights say nothing."
    if not alike:
        return said + ". All its experts read the history differently here."
    return f"{said}. {read_alike(alike)}"


def read_alike(pairs: list[Pair]) -> str:
    """All the pairs that read alike, and what that makes of the weights between them."""
    if len(pairs) == 1:
        return f"Experts {pairs[0].a + 1} and {pairs[0].b + 1} read it alike: a weight between those two says nothing."
    said = [f"{pair.a + 1} and {pair.b + 1}" for pair in sorted(pairs, key=lambda pair: (pair.a, pair.b))]
    if len(said) > SHOWN:
        said = [*said[:SHOWN], f"{len(said) - SHOWN} more pairs"] if len(said) > SHOWN + 1 else said
    return f"These experts read it alike: {'; '.join(said)}. A weight between two that do says nothing."


def attention_of(now: Current, at: Place, experts: Experts, h: int, n: int) -> None:
    """What one expert reads beside its siblings, and how far apart they are."""
    rows, names = experts.reads(h, at.position), called(now, h)
    if not now.model.config["begin"]:
        rows = rows[:, 1:]
    titles = [now.data.catalog.title(item) for item in at.seen]
    st.plotly_chart(
        charts.attention(titles, rows, names, [palette.expert(e) for e in range(len(rows))], n),
        key="expert-attention",
        config={"displayModeBar": False},
        alt=f"Attention of {names[n]} of {now.facets[h]} over the history as bars, its siblings' as marks",
    )
    st.markdown(apart(experts.pairs(h, at.position), n))
    small_with_terms(
        "Exact attention of this layer; how far apart: Jensen-Shannon divergence, from 0 = the same to 1 bit = nothing "
        "in common. Attention shows where an expert looks, not what a past item did: Predict tests that by removing it."
    )
    start = [] if len(titles) == rows.shape[1] else ["the start of the history"]
    table_behind(pd.DataFrame(rows.T, columns=names).assign(item=[*start, *titles]), "attention")


def apart(pairs: list[Pair], n: int) -> str:
    """How far an expert is from each of its siblings, the same as which it is said to be."""
    others = sorted((pair.b if pair.a == n else pair.a, pair.bits) for pair in pairs if n in (pair.a, pair.b))
    same = [f"expert {other + 1}" for other, bits in others if bits < ALIKE_BITS]
    first, *rest = [f"{bits:.3f} {{}}from expert {other + 1}" for other, bits in others]
    text = f"Expert {n + 1} is {', '.join([first.format('bits apart '), *(one.format('') for one in rest)])}."
    if same:
        text += f" **It reads the same as {' and '.join(same)} here**: a weight between them says nothing."
    return text


def without_one(now: Current, target: int, found: ExpertEffects, h: int, n: int) -> str:
    """What would be without an expert, and which one of all changes the first ten most."""
    catalog, top, left = now.data.catalog, found.top.tolist(), found.top_without[h, n].tolist()
    title, rank = escape(catalog.title(target)), int(found.rank_without[h, n])
    goes = "stays" if rank == found.rank else f"goes from {ordinal(found.rank)} to"
    stay = len(set(top) & set(left))
    kept = "all in their places" if top == left else f"{stay} of {len(top)} stay" if stay < len(top) else "reordered"
    most = np.unravel_index(int(found.overlap.argmin()), found.overlap.shape)
    of_all = (
        f"expert {most[1] + 1} of the {facet(now.facets[most[0]])} changes them most, by {1 - found.overlap[most]:.2f}."
    )
    return (
        f"Without **{escape(called(now, h)[n])}**, *{title}* {goes} {ordinal(rank)} ({times(-found.effect[h, n])}); "
        f"the first ten: {kept}. Of all {found.overlap.size} experts, "
        + (of_all if found.overlap[most] < 1 else "none changes them by itself.")
    )


def without(now: Current, target: int, router: np.ndarray, found: ExpertEffects, h: int, n: int) -> None:
    """What would be without each expert of a facet; its siblings take over its weight."""
    catalog, top = now.data.catalog, found.top.tolist()
    st.markdown(without_one(now, target, found, h, n))
    with_download(
        pd.DataFrame(
            {
                "expert": range(1, len(router) + 1),
                "weight": weights.in_percent(router),
                "without it": [ordinal(int(r)) for r in found.rank_without[h]],
                "times as likely": [factor(-effect) for effect in found.effect[h]],
                "changed": 1 - found.overlap[h],
            }
        ),
        "without-an-expert",
        column_config={
            "expert": st.column_config.NumberColumn(width=56),
            "weight": weights.percent_column(96, "router"),
            "without it": st.column_config.TextColumn(width=80, help=f"The rank of {catalog.title(target)} then."),
            "times as likely": st.column_config.TextColumn(
                width=96,
                help="Its probability then, as a multiple of what it is. In nats: "
                + ", ".join(f"{-effect:+.3f}".replace("-", "−") for effect in found.effect[h]),
            ),
            "changed": st.column_config.NumberColumn(
                "top ten changed",
                format="%.2f",
                help="1 − rank-biased overlap (p = 0.9) of the first ten with and without it; 0 = nothing changed.",
            ),
        },
    )
    which = "the item asked about" if now.target == target else "what comes first after that item"
    st.caption(f"Run again without it; its siblings take over its weight. The item is {which}.")
    table_behind(
        pd.DataFrame(
            {
                "rank": range(1, len(top) + 1),
                "with all experts": [catalog.title(item) for item in top],
                **{
                    f"without {name}": [catalog.title(int(item)) for item in found.top_without[h, e]]
                    for e, name in enumerate(called(now, h))
                },
            }
        ),
        "experts-knocked-out",
    )
