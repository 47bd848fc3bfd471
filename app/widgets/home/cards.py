"""Where the model and the data on screen come from, and how good the model is."""

import streamlit as st

from app.comparisons import called, to_baseline
from app.current import Current
from app.look.numbers import percent
from app.sentences import compare as say
from app.sentences.marking import escape
from app.sentences.meanings import listed
from app.widgets.shared.headings import with_terms

MEASURES = {
    "HR@10": "Share of users whose held-out item is among the first ten of all items that they had not seen.",
    "NDCG@10": "Mean of 1 / log2(1 + rank) of the held-out item where it is among the first ten, else 0.",
}


def model_card(now: Current) -> None:
    """Architecture, training and figures of the model."""
    config, card = now.model.config, now.model.card
    with st.container(border=True, height="stretch"):
        st.markdown(f"**Model** {escape(now.model.name)}")
        layers = f"{config['layers']} layer{'s' * (config['layers'] > 1)}"
        shape = f"{now.model.architecture.title}, width {config['width']}, {layers}"
        if now.facets:
            shape += f", {config['heads']} facets with {config['experts']} experts each"
        with_terms(shape + f"; reads the newest {config['length']} items.")
        if now.facets:
            st.markdown(tied(now))
        for sentence in now.model.collapses():
            st.warning(escape(sentence), icon=":material/warning:")
        metrics = card.get("metrics", {})
        test, floor = metrics.get("test"), metrics.get("popularity")
        if test and floor:
            for column, (name, meaning) in zip(st.columns(2), MEASURES.items(), strict=True):
                over = f"{test[name] - floor[name]:+.3f} over popularity"
                column.metric(name, f"{test[name]:.3f}", over, help=meaning)
        if said := beside_baseline(now):
            st.markdown(said)
        if "epoch" in card:
            st.caption(
                f"Trained with seed {card['seed']}, best epoch {card['epoch']}, "
                f"{card['seconds_per_epoch']:.0f} s an epoch. Fingerprint {now.model.fingerprint[:12]}."
            )


def beside_baseline(now: Current) -> str:
    """How it does beside the best model without facets of the same data; empty where there is none."""
    found = to_baseline(now.model)
    if found is None:
        return ""
    base, difference = found
    own, its = (one.card.get("metrics", {}).get("test", {}).get("NDCG@10") for one in (now.model, base))
    name = called(now.model, base)[1]
    return say.to_baseline(own, name, its, difference)


def tied(now: Current) -> str:
    """Which facets training tied to attributes, and what that buys."""
    families = now.model.config.get("families", [])
    if not families:
        return (
            "No facet is tied to an attribute, so none has a meaning that can be relied on, and its weights do not say "
            "what drove a choice."
        )
    free = len(now.facets) - len(families)
    rest = f" and {free} {'is' if free == 1 else 'are'} free" if free else ""
    which = "facet is tied to the attribute" if len(families) == 1 else "facets are tied to the attributes"
    return (
        f"{len(families)} {which} {listed(families)}{rest}, so that what a tied facet adds to a score can be read as "
        "that attribute's; the page Meaning tests whether it may."
    )


def data_card(now: Current) -> None:
    """Size, origin and licence of the data set."""
    data = now.data
    with st.container(border=True, height="stretch"):
        st.markdown(f"**Data** {escape(data.name)}")
        counts = data.counts
        st.markdown(
            f"{counts['users']:,} users, {counts['items']:,} items, {counts['interactions']:,} interactions. "
            "Each user's last item is held out."
        )
        for family, (values, known) in data.catalog.coverage.items():
            st.markdown(f"- {escape(family)}: {values} values, known for {percent(known)} of the items")
        st.caption(escape(f"{data.origin}. {data.licence}"))
