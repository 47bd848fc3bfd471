"""Step two of Train: what to train, what that will cost, and the start."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import models, resources, state
from app.look.numbers import duration
from app.sentences.marking import escape
from app.widgets.shared.headings import small_with_terms
from fame import home
from fame.architectures import architecture, titles, trained_here
from fame.data import DataSet
from fame.data.derived.records import AUDIENCE
from fame.errors import InputError
from fame.heads.kinds import HEAD_KINDS
from fame.jobs import queue

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from fame.training.settings import Settings

PRESETS = {
    "small": "A first try: narrow, four experts a facet, 15 epochs. Minutes on a laptop.",
    "default": "Width 64, four facets of eight experts, 30 epochs.",
    "best": "Four times as wide. For when time does not matter.",
    "published": "The paper's architecture, trained as the others here (W_f starts at H times the identity, batches "
    "count positions): nothing ties facets to a meaning, nothing keeps the gate from collapsing.",
}
HEADS = {name: kind.does for name, kind in HEAD_KINDS.items()}
LOSSES = {"full": "the whole catalog", "sampled": "sampled items"}


def choose(data: DataSet) -> None:
    """Preset, details, estimate, start."""
    now = state.session()
    preset = st.segmented_control(
        "Preset",
        list(PRESETS),
        default="small",
        required=True,
        key=f"preset-{now.drafts}",
        persist_state="session",
        format_func=str.capitalize,
    )
    small_with_terms("The settings of another model, from Models." if now.draft else PRESETS[preset])
    chosen = details(data, preset)
    try:
        wanted, notes = checked(preset, chosen, data)
    except InputError as error:
        st.error(escape(str(error)), icon=":material/block:")
        return
    for note in notes:
        st.caption(escape(note))
    start(data, preset, wanted)


def checked(preset: str, chosen: dict[str, Any], data: DataSet) -> tuple[Settings, tuple[str, ...]]:
    """The settings, if they go together and with the data, and how anchoring was chosen; raises `InputError`."""
    from fame.training.anchoring import plan
    from fame.training.presets import settings
    from fame.training.sufficiency import need_enough

    if empty := [name for name, value in chosen.items() if value is None]:
        raise InputError(f"{empty[0]}: there is no number; give one.")
    wanted = settings(preset, **chosen)
    need_enough(wanted, data)
    return wanted, plan(wanted, data.catalog).notes


def details(data: DataSet, preset: str) -> dict[str, Any]:
    """What can be chosen differently from the preset, folded away; all of it, with its defaults."""
    from fame.training.presets import PRESETS as RECORDS
    from fame.training.presets import start as begun

    now = state.session()
    base = RECORDS[preset].model_dump() | now.draft
    key = f"{now.drafts}-{preset}-{data.name}"

    def number(label: str, name: str, why: str) -> int | None:
        # No default and no bounds: where a number is out of them or missing, a field would go back to its default.
        own = f"-{chosen['model']}" if name in architecture(chosen["model"]).starts else ""
        widget = state.first(f"{name}-{key}{own}", int(base[name]))
        found: int | None = st.number_input(label, value=None, step=1, key=widget, help=why, persist_state="session")
        return found

    def option(label: str, name: str, names: dict[str, str], why: str) -> str:
        found: str = st.selectbox(
            label, list(names), list(names).index(base[name]), lambda name: names[name], key=f"{name}-{key}", help=why,
            persist_state="session",
        )  # fmt: skip
        return found

    chosen: dict[str, Any] = dict(now.draft)
    with st.expander("Details", icon=":material/tune:"):
        columns = st.columns(3, gap="medium")
        with columns[0]:
            chosen["model"] = option(
                "Model",
                "model",
                {one.name: one.title if one.facets else f"{one.title}, a baseline" for one in trained_here()},
                f"{titles(facets=False)} has one score and no facets: a line to beat.",
            )
            kind = architecture(chosen["model"])
            if chosen["model"] != base["model"]:
                chosen = {name: value for name, value in chosen.items() if name in ("model", "seed")}
                base = begun(preset, kind.name) | {"seed": base["seed"]}
            if "heads" not in kind.lacks:
                chosen["heads"] = number(
                    "Facets (H)" if kind.facets else "Attention heads",
                    "heads",
                    "Attention heads of the last layer; each predicts the next item. Must divide the width.",
                )
            if kind.facets:
                chosen["experts"] = number(
                    "Experts in a facet (N)", "experts", "A router weighs them at every position."
                )
            chosen["layers"] = number("Layers", "layers", "Of attention or recurrence; facets are in the last.")
        with columns[1]:
            chosen["width"] = number("Width", "width", "Of an item embedding; a facet has a slice of it, width / H.")
            chosen["length"] = number("Newest items read", "length", "Older ones are left out of a history.")
            chosen["epochs"] = number("Epochs at most", "epochs", "Passes over the data; the best is kept.")
            chosen["patience"] = number(
                "Epochs without a better one", "patience", "After so many in a row the training ends."
            )
        with columns[2]:
            if kind.facets:
                chosen["head"] = option(
                    "The gate",
                    "head",
                    HEADS,
                    "Adding scores gives parts that add up; mixing probabilities gives shares of a probability.",
                )
            chosen["seed"] = number("Seed", "seed", "The same seed gives the same model.")
            chosen["loss"] = option(
                "Loss over", "loss", LOSSES, "Sampling is for catalogs of more than some ten thousand items."
            )
            if chosen["loss"] == "sampled":
                chosen["negatives"] = number("Items sampled a step", "negatives", "Fewer than the catalog has.")
        if kind.facets:
            chosen["anchor"] = anchoring(data, base["anchor"], key)
    return chosen


def anchoring(data: DataSet, base: Any, key: str) -> Any:
    """Which attribute families facets are tied to."""
    given = [family.name for family in data.catalog.families]
    names = given if AUDIENCE in given else [*given, AUDIENCE]
    if not given:
        st.caption("The items of this data set have no attributes: a facet can be tied to the audience alone.")
    ways = {"auto": "those that tell items apart", "choose": "these", "none": "none"}
    before = "auto" if base == "auto" else "choose" if base else "none"
    left, right = st.columns([1, 2], gap="medium")
    way = left.selectbox(
        "Tie facets to", list(ways), list(ways).index(before), lambda name: ways[name], key=f"tie-{key}",
        persist_state="session",
        help="A tied facet learns an attribute, so that what it adds to a score can be read as that attribute's.",
    )  # fmt: skip
    if way != "choose":
        return "auto" if way == "auto" else ()
    kept = [name for name in base if name in names] if base != "auto" else names[:1]
    return tuple(
        right.multiselect(
            "Families, one facet each",
            names,
            kept,
            key=f"families-{key}",
            persist_state="session",
            format_func=lambda name: name if name in given else f"{name} (derived)",
        )
    )


def start(data: DataSet, preset: str, wanted: Settings) -> None:
    """Name, estimate and the button."""
    from fame.training.options import options

    now = state.session()
    given = tuple(options(preset, wanted))
    left, middle, right = st.columns([2, 1, 1], gap="small", vertical_alignment="bottom")
    name = named(left, f"{data.name}-{preset if not now.draft else 'copy'}")
    asked = middle.button(
        "Estimate",
        icon=":material/timer:",
        width="stretch",
        help="Trains for a few seconds, to reckon time and memory.",
    )
    begun = right.button("Train", type="primary", icon=":material/play_arrow:", width="stretch")
    told = f"{data.fingerprint} {given}"
    if asked or told == now.estimated:
        try:
            with st.spinner("Training for a few seconds …"):
                found = resources.estimate(data.name, data.fingerprint, given)
            now.estimated = told
            st.markdown(estimate(found))
        except InputError as error:
            st.error(escape(str(error)))
    if begun:
        try:
            begin(data, name, preset, wanted)
        except InputError as error:
            st.error(escape(str(error)))
        else:
            st.rerun()


def named(place: DeltaGenerator, usual: str) -> str:
    """The name of the model: what was typed, whatever else is chosen or happens, else the usual one."""
    now = state.session()

    def typed() -> None:
        now.named = state.read(key)

    # A field of its own for each usual name and none for what other runs do: what is being typed stays in it.
    key = state.first(f"name-{now.drafts}-{usual}", now.named or free_name(usual))
    name: str = place.text_input("Name of the model", max_chars=64, key=key, on_change=typed)
    return name.strip()


def estimate(found: dict[str, float]) -> str:
    """Time and memory in a sentence."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    text = (
        f"**{duration(found['seconds'])} at most**, {found['epochs']:.0f} epochs of "
        f"{duration(found['seconds_per_epoch'])}, and {found['memory'] / 2**30:.1f} GB of this machine's "
        f"{whole / 2**30:.0f} GB of memory; {found['parameters']:,.0f} parameters."
    )
    if found["memory"] > 0.8 * whole:
        text += " :red[That is nearly all of it: choose a smaller width, or sampled items.]"
    return text


def begin(data: DataSet, name: str, preset: str, wanted: Settings) -> None:
    """Make the run folder and let it wait for its turn; raises `InputError`."""
    from fame.training.options import options
    from fame.training.run import Run

    folder = home.runs_folder() / home.need_free_name(name)
    where = ["--data", f"data/{data.name}", "--out", f"runs/{name}"]
    command = shlex.join(["python", "-m", "fame", "train", *where, *options(preset, wanted)])
    queue.enqueue(Run.start(folder, wanted, data, command).folder)
    now = state.session()
    now.run, now.draft, now.named = name, {}, ""
    now.drafts += 1


def free_name(wanted: str) -> str:
    """The name, with a number where it is taken."""
    taken = set(models.readable()) | {folder.name for folder in queue.runs()}
    name, n = wanted[:60], 2
    while name in taken:
        name, n = f"{wanted[:60]}-{n}", n + 1
    return name
