"""Files of interactions -> a data set: bring them, see how they were understood, correct it, read the report."""

import hashlib
import shutil
from pathlib import Path
from typing import get_args

import pandas as pd
import streamlit as st

from app import state
from app.look.numbers import percent
from app.sentences.marking import escape
from app.widgets.shared.tables import with_download
from app.widgets.train.uploads import given, short
from fame import home
from fame.data.importing import DATE_ORDERS, Encoding, Guess, ImportOptions, ImportProgress, Report
from fame.data.importing import options as checked
from fame.errors import InputError

ROLES = {
    "user": "Who: the user",
    "item": "What: the item",
    "time": "When: the time",
    "rating": "Rating",
    "title": "Title of the item",
}
SEPARATORS = ("|", ", ", ",", ";", "/")
ENCODINGS = get_args(Encoding)
FIRST_LINES = {"as it seems": None, "names the columns": True, "is a row": False}
NEEDED = ("user", "item", "time")
NOTHING = "(none)"
AS_SHOWN = "as the whole column shows"
PATTERNS = ("%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M %p")  # as examples of one's own
SHOWN = 5  # rows of a preview


def importing() -> None:
    """From files to a data set that Train can use."""
    paths = given()
    if not paths:
        st.caption(
            "Users, items and times: CSV or TSV, Parquet, MovieLens, RecBole or Amazon files, also zipped; with them, "
            "if you have it, a file about the items. Nothing leaves this machine."
        )
        return
    key = hashlib.sha256("\n".join(map(str, paths)).encode()).hexdigest()[:8]
    try:
        read = reading(paths, key)
        options = understood(paths, read, looked(paths, read, key), key)
        if options is not None:
            finish(paths, options)
    except InputError as error:
        st.error(escape(short(str(error))), icon=":material/block:")


def looked(paths: list[Path], read: ImportOptions, key: str) -> Guess:
    """What the files seem to hold. Where they cannot be read, how they are read is unfolded: it may be that."""
    from fame.data.importing import look

    try:
        return look(paths, read)
    except InputError:
        now = state.session()
        if now.unread != key:
            now.unread = key
            st.rerun()
        raise


def reading(paths: list[Path], key: str) -> ImportOptions:
    """How the text of each file is read, which comes before anything can be guessed."""
    files: dict[str, dict[str, object]] = {}
    with st.expander("Encoding and first line", icon=":material/abc:", expanded=state.session().unread == key):
        for number, path in enumerate(paths):
            left, right = st.columns(2, gap="large")
            encoding = left.selectbox(
                f"Encoding of {escape(path.name)}", ENCODINGS, key=f"encoding-{number}-{key}",
                help="Of text without a mark of its own.",
            )  # fmt: skip
            first = right.selectbox(f"First line of {escape(path.name)}", FIRST_LINES, key=f"first-{number}-{key}")
            files[path.name] = {"encoding": encoding, "header": FIRST_LINES[first]}
    if len(paths) == 1:  # which may be a folder: it holds for all in it
        return checked(**files[paths[0].name])
    return checked(files=files)


def understood(paths: list[Path], read: ImportOptions, guess: Guess, key: str) -> ImportOptions | None:
    """What was guessed, to be corrected; None as long as something needed is not mapped."""
    st.markdown(escape(guess.says))
    for found in guess.tables:
        with st.expander(f"{escape(short(found.where))}: the first rows", expanded=found is guess.tables[0]):
            columns = [column.name for column in found.columns]
            st.dataframe(pd.DataFrame(found.rows[:SHOWN], columns=columns), hide_index=True)
    for ignored in guess.ignored:
        st.caption(f"{escape(short(ignored.where))} is not used: {escape(ignored.why)}")
    mapping = roles(guess, key)
    in_order = "time" not in mapping and st.checkbox(
        "There are no times: the order of the rows is that of time", key=f"order-{key}", persist_state="session"
    )
    if mapping != guessed(guess) or in_order:  # another column may make another file the one about the items
        from fame.data.importing import look

        guess = look(paths, read.model_copy(update={"mapping": mapping, "in_order": in_order}))
    files = ids(guess, read, key)
    families = attributes(guess, mapping, key)
    separator = "|"
    if families:
        separator = st.selectbox(
            "Between the values of a cell", SEPARATORS, key=f"separator-{key}", accept_new_options=True,
            help="An item of Horror|War has two values. Lists such as ['Horror', 'War'] are known in any case.",
        )  # fmt: skip
    left, middle, right = st.columns(3, gap="large")
    name = left.text_input("Name of the data set", plain_name(paths[0]), 64, key=f"data-name-{key}").strip()
    core = right.number_input(
        "Fewest interactions", 0, 1000, guess.options.core, key=f"core-{key}",
        help="Users and items with fewer are left out, again and again, until none is left (k-core). 0 keeps all.",
    )  # fmt: skip
    time_format = middle.selectbox(
        "Dates are written", [AS_SHOWN, *DATE_ORDERS, *PATTERNS], key=f"dates-{key}", accept_new_options=True,
        help="Only where times are text, such as 03/04/2021. You can type a pattern of your own.",
    )  # fmt: skip
    needed = NEEDED[:2] if in_order else NEEDED
    if missing := [role for role in needed if role not in mapping]:
        st.warning(f"Say which column holds the {', the '.join(missing)}.")
        return None
    if files is None:
        return None
    chosen = {
        "mapping": mapping,
        "files": files,
        "in_order": in_order,
        "separator": separator,
        "families": None if families == guess.options.families else families,
        "core": int(core),
        "time_format": "" if time_format == AS_SHOWN else time_format,
        "name": home.need_free_data_name(name),
    }
    return checked(**guess.options.model_dump() | chosen)


def roles(guess: Guess, key: str) -> dict[str, str]:
    """Which column is what, with the reason of the guess."""
    chosen = {}
    for place, (role, label) in zip(st.columns(len(ROLES), gap="small"), ROLES.items(), strict=True):
        tables = [table for table in guess.tables if role == "title" or table.kind == "interactions"]
        columns = {column.name: column for table in tables for column in table.columns}
        names = [NOTHING, *columns]
        first = next((name for name, column in columns.items() if column.role == role), NOTHING)
        with place:
            name = st.selectbox(label, names, names.index(first), key=f"role-{role}-{key}", persist_state="session")
            if name == first != NOTHING:
                st.caption(f"Guessed: {escape(columns[name].why)}")
            elif name == NOTHING:
                st.caption("Needed." if role in NEEDED else "Not needed.")
            else:
                st.caption("As you chose.")
        if name != NOTHING:
            chosen[role] = name
    return chosen


def guessed(guess: Guess) -> dict[str, str]:
    """Role -> the column that was taken for it."""
    found: dict[str, str] = {}
    for table in guess.tables:
        for column in table.columns:
            if column.role in ROLES and (column.role == "title" or table.kind == "interactions"):
                found.setdefault(column.role, column.name)
    return found


def ids(guess: Guess, read: ImportOptions, key: str) -> dict[str, dict[str, object]] | None:
    """Which column of each file about the items holds the log's ids; None as long as one is not told."""
    files = {name: of.model_dump() for name, of in read.files.items()}
    tables = [table for table in guess.tables if table.kind == "items" and guess.form != "movielens"]
    lost = False
    for number, table in enumerate(tables):
        name = short(table.where)
        columns = {column.name: column for column in table.columns}
        first = next((name for name, column in columns.items() if column.role == "item"), None)
        chosen = st.selectbox(
            f"The item in {escape(name)}", list(columns), list(columns).index(first) if first else None,
            placeholder="Which column holds the ids of the items?", key=f"id-{number}-{key}", persist_state="session",
        )  # fmt: skip
        if chosen is None:
            st.warning(f"Say which column of {escape(name)} holds the ids of the items.")
            lost = True
        elif chosen == first:
            st.caption(f"Guessed: {escape(columns[first].why)}")
        else:
            same = next((given for given in files if Path(table.where).name == given), table.where)
            files[same] = files.get(same, {}) | {"mapping": {"item": chosen}}
    return None if lost else files


def attributes(guess: Guess, mapping: dict[str, str], key: str) -> tuple[str, ...]:
    """Which columns about items are attributes that facets can be tied to."""
    names = [name for name in guess.offered if name not in mapping.values()]
    if not names:
        st.caption("Nothing is known about the items: facets will not be tied to attributes.")
        return ()
    families = [name for name in guess.options.families or () if name in names]
    chosen = st.multiselect(
        "Attributes of the items that facets can be tied to", names, families, key=f"families-{key}",
        persist_state="session",
    )  # fmt: skip
    return tuple(chosen)


def plain_name(path: Path) -> str:
    """A name for the data set, after the file's."""
    stem = path.name.split(".")[0] or "mine"
    kept = "".join(
        character if character.isascii() and (character.isalnum() or character in " ._-") else "-" for character in stem
    )
    base = kept.strip(" ._-")[:56] or "mine"
    name, n = base, 2
    while name in home.data_folders():
        name, n = f"{base}-{n}", n + 1
    return name


def finish(paths: list[Path], options: ImportOptions) -> None:
    """Import, with progress; nothing is left behind where it is stopped."""
    if not st.button("Import", type="primary", icon=":material/database:"):
        return
    from fame.data.importing import bring_in

    place = st.empty()
    bar = place.progress(0.0, "Reading …")

    def told(progress: ImportProgress) -> None:
        rows = f", {progress.rows:,} rows" if progress.rows else ""
        bar.progress(min(1.0, progress.done or 0.0), f"{escape(short(progress.stage))}{rows}")

    try:
        report = bring_in(paths, home.home() / "data" / options.name, options, progress=told)
    finally:
        place.empty()
    now = state.session()
    now.report, now.teach, now.drafts = report, report.name, now.drafts + 1
    for path in paths:
        if path.is_relative_to(home.uploads_folder()):
            shutil.rmtree(path.parent, ignore_errors=True)
    st.rerun()


def show(report: Report) -> None:
    """What was read, what was left out and why, what is known of the items, and the newest of a few histories."""
    lost = sum(dropped.rows for dropped in report.dropped)
    kept = "all are used" if not lost else f"{lost:,} {'is' if lost == 1 else 'are'} left out"
    low, median, high = report.lengths.quartiles
    short_ones = report.lengths.short
    st.success(
        f"{report.rows:,} rows were read, {kept}. Half of the users have {low:.0f} to {high:.0f} interactions, the "
        f"middle one {median:.0f}"
        + (f"; {short_ones:,} with fewer than three cannot be judged on." if short_ones else ".")
    )
    st.caption(f"The times go {escape(report.span.says)}.")
    for note in report.notes:
        st.caption(escape(short(note)))
    with st.expander("The report", icon=":material/fact_check:"):
        if report.core:
            gone = report.core.before.interactions - report.core.after.interactions
            st.markdown(f"{gone:,} interactions of users and items with fewer than {report.core.least} were left out.")
        if lost:
            with_download(
                pd.DataFrame(
                    [
                        {"left out": d.rows, "because": d.reason, "for instance": short(d.example)}
                        for d in report.dropped
                        if d.rows
                    ]
                ),
                "left-out",
                report.name,
            )
        if report.families:
            with_download(
                pd.DataFrame([
                    {
                        "attribute": family.name,
                        "values": family.values,
                        "known for": percent(family.coverage),
                        "such as": ", ".join(map(str, family.examples)),
                        "for a facet": family.silent or "tells items apart",
                    }
                    for family in report.families
                ]),
                "attributes",
                report.name,
            )  # fmt: skip
        if report.untitled:
            st.markdown(f"{report.untitled:,} items have no title; their id stands in.")
        for one in report.preview[:3]:
            titles = " → ".join(escape(title) for _, title, _ in one.items)
            st.markdown(f"User **{escape(one.user_id)}**, {one.length:,} interactions: … {titles}")
