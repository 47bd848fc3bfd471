"""The oracle on data that is not the cinema: several values an item, unknown values, other families."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fame.data import DataSet, Family, write
from fame.data.oracle import oracle

FAMILIES = (Family("cast", "people", True), Family("mood", "mood", False))


def data_set(folder, histories: list[list[str]], truth: list[tuple[str, int, str]], items: pd.DataFrame) -> DataSet:
    rows = [(f"u{u}", item, t) for u, items_ in enumerate(histories) for t, item in enumerate(items_)]
    return write(
        folder,
        name="other",
        origin="",
        licence="",
        interactions=pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"]),
        items=items.assign(title=items["item_id"]),
        families=FAMILIES,
        truth=pd.DataFrame(truth, columns=["user_id", "position", "facet"]),
    )


@pytest.fixture
def items() -> pd.DataFrame:
    """`a` and `b` share Ann, whom no other has, and `dark`, which four have."""
    return pd.DataFrame(
        {
            "item_id": ["a", "b", "c", "d", "e"],
            "people": [["Ann", "Bo"], ["Ann"], ["Bo"], None, ["Bo"]],
            "mood": ["dark", "dark", "dark", "dark", None],
        }
    )


@pytest.mark.parametrize(
    ("history", "truth", "hit"),
    [
        ("cab", {1: "mood", 2: "mood"}, True),  # the facet before still holds
        ("cab", {1: "mood", 2: "cast"}, False),
        ("cab", {2: "cast"}, True),  # nothing known before: Ann is rarer than dark
        ("cab", {2: "mood"}, False),
        ("adb", {1: "cast", 2: "mood"}, True),  # the facet before is not shared: of what is shared, the rarest
        ("dce", {1: "mood", 2: "cast"}, True),  # no mood is known of e
        ("bed", {1: "mood", 2: "mood"}, False),  # nothing is shared: nothing can be named
        ("cab", {1: "mood"}, None),  # the last step is noise: no event
        ("a", {0: "mood"}, None),  # nothing before it
    ],
)
def test_the_facet_before_else_the_rarest_shared_value(tmp_path, items, history, truth, hit):
    data = data_set(tmp_path / "d", [list(history)], [("u0", p, facet) for p, facet in truth.items()], items)
    wanted = {"events": 0, "oracle": 0.0} if hit is None else {"events": 1, "oracle": float(hit)}
    assert oracle(data) == {**wanted, "chance": 0.5}


def test_it_is_a_share_over_the_users(tmp_path, items):
    rng = np.random.default_rng(0)
    histories = [list(rng.permutation(list("abcde"))[:4]) for _ in range(20)]
    truth = [(f"u{u}", 3, "cast") for u in range(20)]
    found = oracle(data_set(tmp_path / "all", histories, truth, items))
    alone = [oracle(data_set(tmp_path / str(u), [h], [("u0", 3, "cast")], items)) for u, h in enumerate(histories)]
    assert found["events"] == 20
    assert found["oracle"] == pytest.approx(np.mean([one["oracle"] for one in alone]))


@pytest.mark.parametrize(("driven", "hit"), [("cast", True), ("mood", False)])
def test_where_users_have_wishes_the_item_before_does_not_count(tmp_path, items, driven, hit):
    """`e` shares nothing with `d`, but its Bo is who this user likes; `dark`, which `d` has, is not known of `e`."""
    truth = [("u0", 1, "cast", "Bo"), ("u0", 2, "mood", "dark"), ("u0", 3, driven, "Bo")]
    data = data_set(tmp_path / "d", [list("acde")], [row[:3] for row in truth], items)
    assert oracle(data)["oracle"] == 0.0
    wished = replace(data, truth=pd.DataFrame(truth, columns=["user_id", "position", "facet", "value"]))
    assert oracle(wished)["oracle"] == float(hit)
