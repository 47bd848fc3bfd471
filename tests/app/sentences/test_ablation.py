"""What is said of a part is what its intervals say."""

from hypothesis import given
from hypothesis import strategies as st

from app.sentences import ablation as said
from app.sentences.experts import is_told
from fame.checkpoint.description import describe
from fame.explain import stored
from fame.explain.meaning.records import Interval
from fame.explain.trust.records.ablation import ABLATION_ADVICE, ABLATION_FILE, Ablation, Swapped
from fame.home import PROJECT

changes = st.tuples(*[st.integers(-400, 400)] * 3).map(lambda ends: Interval(*(end / 10_000 for end in sorted(ends))))
swaps = st.builds(Swapped, changes, changes)


@given(swaps, swaps, st.lists(changes, min_size=3, max_size=3))
def test_only_what_its_interval_tells_is_said_to_change_the_ranking(gate, router, without):
    names = ("genre", "era", "a*b")
    found = Ablation(943, Interval(0.1, 0.11, 0.12), gate, router, names, tuple(without), 0.99, 0)
    for text, by in ((said.gate(found), gate), (said.routers(found), router)):
        assert ("**earns its place**" in text or "**earn their place**" in text) == (
            is_told(by.uniform) and by.uniform.mean < 0
        )
        worth = is_told(by.uniform) and by.uniform.mean < 0
        assert ("the user's own **cannot be told**" in text) == (worth and not is_told(by.shuffled))
        assert ("another user's does better" in text) == (worth and is_told(by.shuffled) and by.shuffled.mean > 0)
        assert ("place **cannot be told**" in text) == (not is_told(by.uniform))
        assert text.count(" lower (") == sum(is_told(one) and one.mean < 0 for one in (by.uniform, by.shuffled))
        assert text.count(" higher (") == sum(is_told(one) and one.mean > 0 for one in (by.uniform, by.shuffled))
    same = said.facets(found).lower().rpartition("without")[2]
    for name, one in zip(("genre", "era", "a\\*b"), without, strict=True):
        assert (f"facet **{name}** it is" in said.facets(found)) == is_told(one)
        assert is_told(one) or name in same


def test_the_models_that_ship_with_a_gate_say_what_it_is_to_the_ranking():
    for folder in sorted(path.parent for path in (PROJECT / "pretrained").glob("*/meaning.json")):
        model = describe(folder)
        found = stored.load(model, ABLATION_FILE, Ablation, ABLATION_ADVICE)
        assert found is not None
        assert found.facets == tuple(model.config["facets"])
        assert abs(found.own.mean - model.card["metrics"]["test"]["NDCG@10"]) < 1e-4
