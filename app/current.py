"""What the session's names stand for: model, data, history as catalog indices; what stands for nothing is told once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from app import link, models, resources, state
from app.interventions import UNCHANGED, Interventions, intended
from app.users import User, hidden, whose
from fame.checkpoint.description import Description
from fame.data import Catalog, DataSet, UnknownItemError
from fame.errors import InputError
from fame.explain.facets.groups import BY_LENGTH, group_names
from fame.explain.past.kinds import BASELINES, METHODS, Method, usable
from fame.heads.kinds import HeadKind

if TYPE_CHECKING:
    from fame.explain.facets.effects import Missing
    from fame.ranking.evaluation import Repeats

PREFERRED = ("movielens-100k-fame", "planted-cinema-fame")


@dataclass(frozen=True)
class Current:
    """The model and data on screen."""

    model: Description
    data: DataSet
    history: tuple[int, ...]  # catalog indices, oldest first
    target: int | None
    rival: int | None = None  # what the target is compared with
    facet: int | None = None  # chosen, where one is
    expert: int | None = None  # of that facet
    missing: Missing = "dropped"  # where the gate's mass of a facet that is left out goes
    by: str = BY_LENGTH  # what users are grouped by
    methods: tuple[Method, ...] = ()  # that were asked for, the first the one that explains
    changed: Interventions = UNCHANGED  # in the model, by hand
    user: User | None = None  # whose history it is, or was before it was edited
    repeats: Repeats = "drop"  # whether seen items are recommended, too
    against: Description | None = None  # the model that was asked to be compared with

    @property
    def facets(self) -> tuple[str, ...]:
        """Names of the model's facets, if it has any."""
        return tuple(self.model.config["facets"])

    @property
    def keep(self) -> bool:
        """Whether seen items are recommended, too."""
        return self.repeats == "keep"

    @cached_property
    def hidden(self) -> tuple[int, ...]:
        """Catalog indices that are never recommended, in order."""
        return () if self.keep else hidden(self.history, self.user)

    @property
    def head(self) -> HeadKind:
        """What the model's head says of itself."""
        return self.model.head


def current() -> Current:
    """The session resolved, and put into the URL; raises `InputError` as `resolve`."""
    found = resolve()
    link.write()
    return found


def resolve() -> Current:
    """Resolve the session. What cannot be resolved is said in a notice and replaced by the nearest that can.

    Raises
    ------
    InputError
        There is no model to fall back to, or its data set is damaged.
    """
    now = state.session()
    model = choose(now.model, now.data)
    now.model, now.data = model.name, model.dataset
    data = resources.dataset(model.dataset)
    if data.fingerprint != model.config["dataset_fingerprint"]:
        raise InputError(
            f"The data set {data.name!r} here is not the one that {model.name} was trained on; "
            "bring that one back, or train a model on this one."
        )
    try:
        data = resources.whole_dataset(model)
    except InputError as error:
        state.notice(f"The families that were derived from the data are not shown: {error}")
    length = int(model.config["length"])
    user, repeats = whose(data, length), kept_repeats(now)
    if now.fresh:
        now.history, now.fresh = [data.catalog.id(item) for item in resources.presets(data)[0].items], False
    kept = known(data.catalog, now.history)
    now.history = kept
    history = tuple(data.catalog.indices(kept))
    out = () if repeats == "keep" else hidden(history, user)
    missing_target = "" if now.target in data.catalog else f"is not in {data.name}"
    if now.target and (why := missing_target or unaskable(data.catalog, now.target, kept, out, user)):
        state.notice(f"The target {now.target!r} {why}; the first of the ranking is shown instead.")
        now.target = ""
    target = data.catalog.index(now.target) if now.target else None
    rival = other(data.catalog, now, out, user)
    if now.position is not None and now.position >= len(kept):
        there = f"it has {len(kept)}; the newest is chosen" if kept else "it is empty"
        state.notice(f"The history has no item {now.position + 1}: {there}.")
        now.position = None
    unread = len(kept) - length
    if now.position is not None and now.position < unread:
        state.notice(
            f"{model.name} reads the newest {model.config['length']} items, not item {now.position + 1}: the oldest "
            "that it reads is chosen."
        )
        now.position = unread
    facet, expert = facet_and_expert(model, now)
    return Current(
        model, data, history, target, rival, facet, expert, missing(model, now), grouping(data, now),
        methods(model, now), intended(model, now), user, repeats, against(model, now),
    )  # fmt: skip


def against(model: Description, now: state.Session) -> Description | None:
    """The model that was asked to be compared with; what is none, or the model itself, is told of."""
    if not now.against:
        return None
    found = models.usable()
    if now.against in found and now.against != model.name:
        return found[now.against]
    itself = now.against == model.name
    why = "it is the model itself" if itself else f"there is none of that name; there are {', '.join(found)}"
    state.notice(f"Nothing is compared with the model {now.against[:60]!r}: {why}.")
    now.against = ""
    return None


def kept_repeats(now: state.Session) -> Repeats:
    """Whether seen items are recommended, too; what is neither yes nor no is told of."""
    if now.repeats not in ("", "drop", "keep"):
        state.notice(f"Repeats cannot be {now.repeats[:60]!r}: they are kept or dropped.")
    now.repeats = "keep" if now.repeats == "keep" else ""
    return "keep" if now.repeats else "drop"


def unaskable(catalog: Catalog, item: str, history: list[str], out: tuple[int, ...], user: User | None) -> str:
    """Why nothing can be asked about an item, as it is not among what can be recommended; empty where it can."""
    if item not in catalog:
        return "is not among the items here"
    if catalog.index(item) not in out:
        return ""
    if item in history:
        return "is in the history already"
    return f"was seen by user {user.id}" if user else "was seen before"


def methods(model: Description, now: state.Session) -> tuple[Method, ...]:
    """The methods that were asked for; what is none is told of. Recency and random are always there and not chosen."""
    asked, possible = [name for name in now.method.split(",") if name], usable(model.architecture)
    known = tuple(method for method in dict.fromkeys(asked) if method in possible and method not in BASELINES)
    strange = next((name for name in asked if name not in possible), "")
    if strange:
        title = model.architecture.title
        why = f"There is no method {strange[:60]!r}" if strange not in METHODS else f"{title} has no {strange}"
        state.notice(f"{why}; there are {', '.join(possible)}.")
    now.method = ",".join(known)
    return known


def missing(model: Description, now: state.Session) -> Missing:
    """Where the gate's mass of a missing facet goes; what cannot be had is told of."""
    possible: dict[str, Missing] = {"renormalised": "renormalised"}
    if model.head.droppable:
        possible["dropped"] = "dropped"
    if now.missing and now.missing not in possible:
        known = now.missing == "dropped"
        why = f"a {model.head.title} cannot lose any" if known else "it can be dropped or renormalised"
        state.notice(f"The gate's mass of a missing facet cannot be {now.missing[:60]!r}: {why}.")
        now.missing = ""
    return possible.get(now.missing, "dropped" if model.head.droppable else "renormalised")


def grouping(data: DataSet, now: state.Session) -> str:
    """What users are grouped by; what they cannot be is told of."""
    names = group_names(data)
    if now.by and now.by not in names:
        state.notice(f"Users cannot be grouped by {now.by[:60]!r}; there are {', '.join(names)}.")
        now.by = ""
    return now.by or BY_LENGTH


def other(catalog: Catalog, now: state.Session, out: tuple[int, ...], user: User | None) -> int | None:
    """What the target is to be compared with; what cannot be is told of."""
    if not now.rival:
        return None
    why = unaskable(catalog, now.rival, now.history, out, user)
    if not why and now.rival != now.target:
        return catalog.index(now.rival)
    why = why or "is the target itself"
    state.notice(f"The rival {now.rival[:60]!r} {why}; another is compared with.")
    now.rival = ""
    return None


def facet_and_expert(model: Description, now: state.Session) -> tuple[int | None, int | None]:
    """The facet and its expert that are looked at; what the model does not have is told of."""
    facets, experts = model.config["facets"], int(model.config["experts"])
    if now.facet and now.facet not in facets:
        there = f"it has {', '.join(facets)}" if facets else "it has none"
        state.notice(f"{model.name} has no facet {now.facet[:60]!r}: {there}.")
        now.facet, now.expert = "", None
    facet = facets.index(now.facet) if now.facet else None
    if now.expert is not None and (facet is None or now.expert >= experts):
        why = "no facet is chosen with it" if facet is None else f"a facet of {model.name} has {experts}"
        state.notice(f"The expert {now.expert + 1} cannot be shown: {why}.")
        now.expert = None
    return facet, now.expert


def known(catalog: Catalog, item_ids: list[str]) -> list[str]:
    """The ids that the catalog has; the others are told of."""
    strange = [item_id for item_id in item_ids if item_id not in catalog]
    if len(strange) > 1:
        state.notice(
            f"{len(strange)} items were left out of the history: they are not among the {len(catalog):,} here, "
            f"such as {strange[0][:60]!r}."
        )
    elif strange:
        try:
            catalog.index(strange[0])
        except UnknownItemError as error:
            state.notice(f"Left out of the history: {error}")
    return [item_id for item_id in item_ids if item_id in catalog]


def choose(name: str, data: str) -> Description:
    """The model of that name, or the preferred one of that data set, or the preferred one of all."""
    found = models.usable()
    if not found:
        raise InputError(
            "There is no model with its data on this machine; run `make app`, or train one with `python -m fame train`."
        )
    if name in found:
        if data and data != found[name].dataset:
            state.notice(f"{name} was trained on {found[name].dataset}, not on {data!r}; its own data is shown.")
        return found[name]
    same = [model for model in found.values() if model.dataset == data]
    order = [found[preferred] for preferred in PREFERRED if preferred in found]
    chosen = next((model for model in order if model in same), (same or order or list(found.values()))[0])
    if name:
        why = models.broken().get(name) or (
            f"its data set is missing: {models.way_to_data(models.readable()[name].dataset)}"
            if name in models.readable()
            else f"there is none of that name; there are {', '.join(found)}"
        )
        state.notice(f"The model {name!r} cannot be shown ({why.rstrip('.')}); this is {chosen.name}.")
    elif data and not same:
        state.notice(f"There is no model for the data set {data!r}; this is {chosen.name} on {chosen.dataset}.")
    return chosen
