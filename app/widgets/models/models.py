"""The models that are here: the list, what can be done with one, and the way in for models from elsewhere."""

from pathlib import Path

import pandas as pd
import streamlit as st

from app import models as registry
from app import state
from app.comparisons import to_baseline
from app.current import resolve
from app.look.numbers import size
from app.sentences import compare as say
from app.sentences.marking import escape
from app.widgets.shared.page_links import go_to
from app.widgets.shared.tables import with_download
from fame import home
from fame.checkpoint.description import Description
from fame.errors import InputError
from fame.jobs import queue
from fame.training import workspace

SHIPS = "Ships with the app: it cannot be renamed or deleted."


def sentence() -> str:
    """Whose they are, and what leads on to more."""
    found, ships = registry.readable(), home.shipped_models()
    own = len(found.keys() - ships.keys())
    if not own:
        return f"{len(found)} models, all of which came with the app: *Train* makes yours. Each is on every page."
    yours = f"**{own} {'is' if own == 1 else 'are'} yours**"
    return f"{len(found)} models, of which {len(found) - own} came with the app and {yours}. Each is on every page."


def models() -> None:
    """Every model that can be read, in a table."""
    found = registry.readable()
    with_download(
        pd.DataFrame([row(model) for model in found.values()]),
        "list",
        "models",
        column_config={
            name: st.column_config.NumberColumn(
                format="%.3f", width=78, help="On each user's held-out item, as its card says."
            )
            for name in ("NDCG@10", "HR@10")
        },
    )
    for name, why in registry.broken().items():
        st.caption(f"{escape(name)} cannot be read: {escape(why)}")


def row(model: Description) -> dict[str, object]:
    """What the table says of one."""
    config, test = model.config, model.card.get("metrics", {}).get("test", {})
    kind = model.architecture
    shape = f"{kind.title} {config['heads']} × {config['experts']}" if kind.facets else kind.title
    where = "" if registry.has_data(model.dataset) else " (not here)"
    return {
        "model": model.name,
        "NDCG@10": test.get("NDCG@10"),  # beside the name also where there is room for three columns
        "HR@10": test.get("HR@10"),
        "beside its baseline": beside(model),
        "kind": f"{shape}, width {config['width']}",
        "data": model.dataset + where,
        "size": size(home.size(model.folder)),
        "from": "ships with the app" if model.name in home.shipped_models() else "yours",
    }


def beside(model: Description) -> str:
    """Whether its NDCG@10 can be told from that of the best model without facets of the same data."""
    found = to_baseline(model)
    if found is None:
        return ""
    base, difference = found
    if difference is None:
        return f"not compared with {base.name} yet"
    return say.plainly(difference, base.name)


def actions() -> None:
    """One model: use it, its settings, carry it, rename it, delete it."""
    found = registry.readable()
    now = state.session()
    own = [name for name in found if name not in home.shipped_models()]
    runs = [folder.name for folder in queue.runs() if folder.name not in found]
    names = [*own, *runs, *home.shipped_models()]
    name = st.selectbox("Model", names, names.index(now.model) if now.model in names else 0, key="one-model")
    model = found.get(name)
    ships = name in home.shipped_models()
    if ships:
        st.caption(SHIPS)
    elif model is None:
        st.caption("A run without a model yet.")
    with st.container(horizontal=True):
        if st.button("Use it", icon=":material/recommend:", disabled=name not in registry.usable()) and model:
            state.choose_model(name, model.dataset)
            resolve()
            go_to("predict")
        if st.button(
            "Train another like it", icon=":material/content_copy:", disabled=settings_of(name, model) is None,
            help="Takes its settings and its data to Train.",
        ):  # fmt: skip
            given, data = settings_of(name, model) or ({}, "")
            state.draft(data, given)
            go_to("train")
        if model:
            st.download_button(
                "Download", lambda: packed(model), f"{name}.zip", "application/zip", icon=":material/download:",
                on_click="ignore", help="A zip of its four files; the data set, maps and tests stay here.",
            )  # fmt: skip
        if st.button("Rename", icon=":material/edit:", disabled=ships):
            rename(name)
        if st.button("Delete", icon=":material/delete:", disabled=ships):
            delete(name)


def packed(model: Description) -> bytes:
    """The zip; made when it is asked for."""
    from fame.checkpoint.package import pack

    return pack(model.folder, model.name)


def settings_of(name: str, model: Description | None) -> tuple[dict[str, object], str] | None:
    """The settings of a model's training and the name of its data, where they are known and the data are here."""
    from fame.training.presets import settings
    from fame.training.run_progress import watch

    try:
        if model is None:
            run = watch(home.runs_folder() / name)
            given, data = run.settings, run.dataset
        else:
            given, data = model.card.get("settings", {}), model.dataset
        known = settings(**given).model_dump()
    except InputError:
        return None
    return (known, data) if given and data in home.data_folders() else None


@st.dialog("Rename")
def rename(name: str) -> None:
    """Asks for the new name."""
    new = st.text_input("New name", name, 64)
    if st.button("Rename", type="primary"):
        try:
            workspace.rename(name, new.strip())
        except InputError as error:
            st.error(escape(str(error)))
            return
        now = state.session()
        now.run = new.strip() if now.run == name else now.run
        if now.model == name:
            state.choose_model(new.strip(), now.data)
        st.rerun()


@st.dialog("Delete")
def delete(name: str) -> None:
    """Asks first."""
    st.markdown(f"Move **{escape(name)}**, with its training, to the trash? It can be had back from there.")
    if st.button("Move to the trash", type="primary"):
        try:
            workspace.discard(name)
        except InputError as error:
            st.error(escape(str(error)))
            return
        st.rerun()


def bring() -> None:
    """A model from elsewhere."""
    given = st.file_uploader("A model's zip, as Download makes it", "zip", key=f"zip-{state.session().drafts}")
    if given is None:
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    name = left.text_input("Name here", Path(given.name).stem[:64], 64)
    if not right.button("Add the model", type="primary", width="stretch"):
        return
    try:
        from fame.checkpoint.package import unpack

        unpack(given.getvalue(), home.runs_folder() / home.need_free_name(name.strip()) / "best")
    except InputError as error:
        st.error(escape(str(error)), icon=":material/block:")
        return
    state.session().drafts += 1
    state.report(f"{name.strip()} was added.", well=True)
    st.rerun()
