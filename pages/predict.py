"""What comes next after this history, and why that item?"""

import streamlit as st

from app import resources, state
from app.current import current
from app.widgets.predict.beside import ranked_before
from app.widgets.predict.explanation import behind, past, why
from app.widgets.shared.contrast import rival
from app.widgets.shared.frame import notices
from app.widgets.shared.headings import header, with_terms
from app.widgets.shared.history import editor
from app.widgets.shared.loading import loaded
from app.widgets.shared.page_links import onward
from app.widgets.shared.recommendation import answer_list, sentence, table
from app.widgets.shared.seen_items import held_out, repeats
from app.widgets.shared.tables import table_behind
from fame.explain.families.evidence import evidence
from fame.explain.knockout import effects
from fame.ranking.recommend import recommend_and_take_apart

SHOWN = 20


@st.fragment
def story() -> None:
    now = current()
    notices()
    model = loaded(now).model
    if not now.history:
        editor(now, None)
        return
    answer, asked = recommend_and_take_apart(model, now.history, SHOWN, now.target, now.hidden)
    target = int(asked.items[0])
    runs = resources.runs(now.model.name, now.history)
    tested = effects(model, runs, target, now.hidden)
    told = evidence(model, resources.anatomy(now.model.name, now.data), now.history, [target])[0]

    with_terms(sentence(now, asked, 0, tested, told))
    editor(now, answer.gate)

    left, right = st.columns([4, 3], gap="large")
    with left:
        header("Next")
        held_out(now)
        before = ranked_before(now, model, SHOWN)
        answer_list(now, answer, key="ranking", chosen=target, on_choose=state.choose_target, before=before)
        repeats(now)
        table_behind(table(now, answer), "ranking")
    with right:
        header("Why this one?")
        why(now, asked, tested, told)
        rival(now, model, runs, target, answer.items.tolist())
        past(now, asked, tested)
        behind(now, asked, tested, told)
        onward(
            now,
            {
                "why": "which past items, and what if",
                "gates": "which facet speaks, when",
                "experts": "which preference inside it",
            },
        )


story()
