"""One HTML file that says of a selection what the page says, with pictures, and needs no network to be opened.

Everything is drawn as SVG in the file itself; it has no script, and asks for nothing.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from app import look
from app.look import palette
from app.look.numbers import signed, times
from app.sentences import events as say
from app.sentences.errors import errors_of, headline
from app.traces import Selection
from app.widgets.errors.events import Listing, kind_of
from fame.data import held_out

RANDOM, WORST, PAST, SLICES = 5, 5, 6, 14
SEED = 1  # of what is drawn at random: the same report twice
WIDTH, NAME, ROW = 640, 210, 24  # pixels

STYLE = Path(look.__file__).with_name("report.css").read_text(encoding="utf-8")


def report(chosen: Selection) -> str:
    """The file's text."""
    about, found = chosen.trace.about, chosen.analysis()
    filters = say.together(found.where, chosen.title) or "all users"
    drawn = np.random.default_rng(SEED).permutation(len(chosen.rows))[:RANDOM]
    surest = Listing(chosen, "-lead").events
    worst = surest[np.isin(surest, chosen.events.row[chosen.events.rank > 1])][:WORST]
    left_out = ", without items seen before" if about.repeats == "drop" else ""
    parts = [
        f"<h1>Where is {_text(chosen.model.name)} wrong?</h1>",
        f"<p>{marked(headline(found))}</p>",
        f'<p class="quiet">{_text(about.dataset)}, {about.split}; {_text(filters)}. Ranks are among all '
        f"{about.items:,} items{left_out}. Model {about.model[:12]}, data {about.data[:12]}.</p>",
        "<h2>Rank of what came</h2>",
        _table([(band.ranks, f"{band.n:,}") for band in found.bands], ("rank", "users")),
        "<h2>For whom</h2>",
        slices(chosen),
        "<h2>What kind of errors</h2>",
        f"<p>{marked(errors_of(found.kinds))}</p>",
        _table(
            [(kind.name, kind.rule, f"{kind.first:,}", f"{kind.also:,}") for kind in found.kinds],
            ("kind", "rule", "users", "also"),
        ),
        f"<h2>The {len(worst)} surest errors</h2>"
        if len(worst) > 1
        else "<h2>The surest error</h2>"
        if len(worst)
        else "",
        *listed(chosen, worst),
        f"<h2>{len(drawn)} at random</h2>",
        *listed(chosen, chosen.events.row[chosen.rows[drawn]]),
    ]
    title = f"Where is {_text(chosen.model.name)} wrong?"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def listed(chosen: Selection, rows: np.ndarray) -> list[str]:
    """Events by their rows of the trace, one after another."""
    return [event(chosen, row) for _, row in chosen.trace.rows(rows.tolist()).iterrows()]


def event(chosen: Selection, row: pd.Series) -> str:
    """One event: who, what came, what was first, and by which parts."""
    ranks, (kind,) = chosen.events.rank, kind_of(chosen, np.array([row["event"]]))
    stands = say.better_than(int(row["rank"]), int((ranks < row["rank"]).sum()), len(ranks))
    said = f"{stands}."
    wrong = row["rank"] > 1 and not pd.isna(row["first_id"])
    if wrong:
        nats = float(np.log(row["first_probability"]) - np.log(max(row["probability"], 1e-300)))
        said += f" {_text(chosen.title(row['first_id']))} is first instead, {times(nats)}."
    if kind:
        said += f" {_text(kind.capitalize())}."
    picture = parts(chosen, row) if wrong else ""
    return (
        f"<h3>User {_text(row['user_id'])}: {_text(chosen.title(row['target_id']))}</h3><p>{said}</p>"
        f'<p class="quiet">{past(chosen, row)}</p>{picture}'
    )


def past(chosen: Selection, row: pd.Series) -> str:
    """The newest past items."""
    place = chosen.data.row(row["user_id"])
    if place is None:
        return "This user is not in the data any more."
    before = held_out(chosen.data.histories, place)[0][: int(row["length"])]
    newest = before[-PAST:].tolist()
    older = len(before) - len(newest)
    names = " → ".join(_text(chosen.data.catalog.title(int(item))) for item in newest)
    return f"{f'{older:,} older → ' if older else ''}{names}"


def parts(chosen: Selection, row: pd.Series) -> str:
    """By how much each part speaks for the truth (right) or for what is first (left)."""
    about = chosen.trace.about
    names, values, colors = list(about.facets), [], []
    if about.facets:
        values = (np.asarray(row["parts_target"]) - np.asarray(row["parts_first"])).tolist()
        colors = [palette.facet(h) for h in range(len(names))]
    elif isinstance(row["anatomy_target"], np.ndarray):
        names = [*about.families, "no attribute"]
        values = (np.asarray(row["anatomy_target"]) - np.asarray(row["anatomy_first"])).tolist()
        values.append(float(row["parts_target"][-1] - row["parts_first"][-1]))
        colors = [palette.ATTRIBUTE] * len(names)
    if not names:
        return ""
    if about.popularity:
        names, colors = [*names, "popularity"], [*colors, palette.NEUTRAL]
    values = values[: len(names)]
    return _bars(names, values, colors, f"For {chosen.title(row['target_id'])} to the right")


def _bars(names: Sequence[str], values: Sequence[float], colors: Sequence[str], label: str) -> str:
    most = max([abs(value) for value in values] + [1e-9])
    middle, half = (WIDTH + NAME) / 2, (WIDTH - NAME) / 2 - 50
    rows = []
    for k, (name, value, color) in enumerate(zip(names, values, colors, strict=True)):
        long, y = abs(value) / most * half, k * ROW
        left = middle if value >= 0 else middle - long
        end = f'x="{middle + long + 6:.1f}"' if value >= 0 else f'x="{middle - long - 6:.1f}" text-anchor="end"'
        rows.append(
            f'<text x="{NAME - 12}" y="{y + 16}" text-anchor="end">{_text(name)}</text>'
            f'<rect x="{left:.1f}" y="{y + 4}" width="{long:.1f}" height="15" fill="{color}"/>'
            f'<text {end} y="{y + 16}">{signed(value)}</text>'
        )
    height = ROW * len(names) + 4
    line = f'<line x1="{middle}" x2="{middle}" y1="0" y2="{height}" stroke="currentColor" stroke-opacity=".4"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_text(label)}">{"".join(rows)}{line}</svg>'
        f"<small>{_text(label)}, for what is first to the left.</small>"
    )


def slices(chosen: Selection) -> str:
    """Those that stand for themselves, as dots with intervals; a table where nobody or everybody is right."""
    whole = chosen.analysis()
    found = whole.slices
    heads = [one for one in found.rows if one.under is None]
    shown = sorted(heads, key=lambda one: (not one.told, -abs(one.cost) if one.told else 0))
    shown = sorted(shown[:SLICES], key=lambda one: one.cost)
    if not shown or whole.found in (0, whole.events):
        return "<p>No group of them can differ in NDCG@10, or all are too small to be told.</p>"
    high = max([found.mean + one.high for one in shown] + [found.mean, 1e-9])
    low = min([0.0, *(found.mean + one.low for one in shown)])
    name, n = 300, 50

    def at(value: float) -> float:
        return name + (value - low) / (high - low) * (WIDTH - name - n)

    rows = []
    for k, one in enumerate(shown):
        y, color = k * ROW + 14, "var(--accent)" if one.told else palette.NEUTRAL
        label = say.together(one.conditions, chosen.title)
        label = label if len(label) <= 46 else label[:45] + "…"
        rows.append(
            f'<g color="{"inherit" if one.told else palette.NEUTRAL}"><text x="0" y="{y + 4}">{_text(label)}</text>'
            f'<line x1="{at(found.mean + one.low):.1f}" x2="{at(found.mean + one.high):.1f}" y1="{y}" y2="{y}" '
            f'stroke="{color}" stroke-width="2"/><circle cx="{at(one.mean):.1f}" cy="{y}" r="5" fill="{color}"/>'
            f'<text x="{WIDTH}" y="{y + 4}" text-anchor="end">{one.n:,}</text></g>'
        )
    height, x = ROW * len(shown) + 4, at(found.mean)
    line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}" stroke="currentColor" stroke-opacity=".5"/>'
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Slices by NDCG@10">{line}{"".join(rows)}</svg>'
        f"<small>NDCG@10 with 95 % intervals and users; the line is the whole, {found.mean:.3f}. Grey cannot be told "
        "from it by that, nor by where the truth stands among all ranks, of "
        f"{found.looked_at:,} slices looked at.</small>"
    )


def _table(rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    numbers = [bool(rows) and all(re.fullmatch(r"[\d,]+", row[c]) for row in rows) for c in range(len(head))]
    kinds = [" class=n" if number else "" for number in numbers]
    top = "".join(f"<th>{_text(name)}</th>" for name in head)
    body = ["".join(f"<td{kind}>{_text(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) for row in rows]
    return f"<table><tr>{top}</tr>{''.join(f'<tr>{line}</tr>' for line in body)}</table>"


def marked(text: str) -> str:
    """A sentence of the app, in its Markdown, as HTML: bold and emphasised where it says so, all else as it is."""
    found = re.sub(r"(?<!\\)\*\*(.+?)(?<!\\)\*\*", r"<strong>\1</strong>", html.escape(text))
    found = re.sub(r"(?<!\\)\*(.+?)(?<!\\)\*", r"<em>\1</em>", found)
    return re.sub(r"\\(\W)", r"\1", found)


def _text(text: object) -> str:
    return html.escape(str(text))
