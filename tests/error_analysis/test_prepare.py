"""What is told of events is what stands in their trace."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fame.data import Catalog, Family
from fame.error_analysis.analysis import count_kinds
from fame.error_analysis.kinds import KINDS
from fame.error_analysis.prepare import READ, blocks, offered, prepare
from fame.trace.records import SCHEMA, TraceAbout

ABOUT = TraceAbout(
    model="m", data="d", model_name="m", dataset="d", split="test", repeats="drop", facets=("genre", "free 1"),
    families=("genre",), experts=2, items=40, window=10, events=400, counted=400, popularity=True,
)  # fmt: skip
GENRES = [("a", "b", "a"), ("b",), (), ("c",)]
CATALOG = Catalog(
    [f"i{k}" for k in range(1, 41)],
    families=(Family("genre", "genre", True), Family("empty", "empty", False)),
    values={"genre": [GENRES[k % 4] for k in range(40)], "empty": [()] * 40},
)


def top(rng: np.random.Generator) -> list[str]:
    """Items ranked first, of one sort or of all."""
    some = CATALOG.ids[int(rng.integers(4)) :: 4] if rng.random() < 0.5 else CATALOG.ids
    return [str(one) for one in rng.choice(some, int(rng.integers(8, 11)), replace=False)]


def rows(n: int, seed: int = 0, repeats: float = 0.2) -> list[dict[str, object]]:
    """Rows of a trace, made up at random."""
    rng = np.random.default_rng(seed)
    names = [*CATALOG.ids, "gone"]

    def rank() -> int:
        return int(rng.integers(1, 40))

    found = []
    for event in range(n):
        length = int(rng.integers(1, 20))
        counted = bool(rng.random() >= repeats)
        found.append({
            "event": event, "user_id": f"u{event}", "length": length, "read": min(length, 10),
            "target_id": str(rng.choice(names)), "rank": rank(), "probability": float(rng.random()),
            "repeat": not counted, "counted": counted,
            "top": top(rng),
            "gate": [0.5, 0.5], "router": [[0.5, 0.5]] * 2, "parts_target": [0.0] * 3, "parts_first": [0.0] * 3,
            "anatomy_target": [0.0] * 2, "anatomy_first": [0.0] * 2,
            "driver": "genre" if rng.random() < 0.5 else None, "driver_probability": None,
            "rank_without_popularity": rank(), "rank_without_newest": rank() if rng.random() < 0.9 else None,
            "rank_without_facet": [rank(), rank()], "rank_by_facet": [rank(), rank()],
            "target_count": int(rng.integers(0, 30)), "first_id": str(rng.choice(CATALOG.ids)),
            "first_probability": float(rng.random()), "first_count": 3, "newest_id": str(rng.choice(names)),
            "nearest_id": "i1", "nearest": int(rng.integers(1, length + 1)),
            "ahead": str(rng.choice(ABOUT.facets)), "timestamp": None,
        })  # fmt: skip
    return found


def table(made: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(made, schema=SCHEMA)


def test_every_column_is_that_of_its_row(tmp_path: Path) -> None:
    made = rows(300)
    for part in (0, 1):
        pq.write_table(table(made[part::2]), tmp_path / f"part-{part}.parquet", row_group_size=40)
    found = prepare(blocks(sorted(tmp_path.glob("*.parquet"))), ABOUT, CATALOG)
    counted = [row for row in made if row["counted"]]
    assert found.row.tolist() == [row["event"] for row in counted]
    assert found.rank.tolist() == [row["rank"] for row in counted]
    genre = dict(zip(CATALOG.ids, (set(CATALOG.values("genre", k)) for k in range(1, 41)), strict=True))
    for where, name in (("truth", "target_id"), ("newest", "newest_id")):
        column = found.column(f"{where}.genre")
        assert column is not None
        for k, label in enumerate(column.labels, 1):
            assert column.having(k).tolist() == [label in genre.get(str(row[name]), ()) for row in counted]
    facet, driver = found.column("facet"), found.column("driver")
    assert facet is not None
    assert driver is not None
    assert [facet.labels[code - 1] for code in facet.codes[:, 0]] == [row["ahead"] for row in counted]
    assert (driver.codes[:, 0] == 1).tolist() == [row["driver"] == "genre" for row in counted]
    assert [column.name for column in found.columns] == [
        "length", "popularity", "truth.genre", "newest.genre", "facet", "driver", "certainty",
    ]  # fmt: skip


def by_hand(row: dict) -> list[str]:  # type: ignore[type-arg]
    """The rules, one event at a time."""
    found = {
        "near miss": row["rank"] <= 20,
        "too popular": row["rank_without_popularity"] <= 10,
        "newest item took over": (row["rank_without_newest"] or 99) <= 10,
        "cold truth": row["target_count"] < 5,
        "out of window": row["nearest"] > row["read"],
    }
    tags = [name for name, holds in found.items() if holds]
    if row["rank"] <= 10:  # of what is right only what can be asked of it
        return [name for name in tags if name in ("cold truth", "out of window")]
    return tags or ["unexplained"]


def test_kinds_and_tags_are_what_the_rules_say() -> None:
    made = rows(400, 1, repeats=0)
    found = prepare(table(made).to_batches(70), ABOUT, CATALOG)
    assert found.tags is not None
    for event, row in enumerate(made):
        tags = [name for place, name in enumerate(found.kinds) if found.tags[event] >> place & 1]
        assert tags == by_hand(row)
        kind = tags[0] if tags and row["rank"] > 10 else None
        assert (found.kinds[found.kind[event] - 1] if found.kind[event] else None) == kind
    told = {kind.name: kind for kind in count_kinds(found)}
    for name in found.kinds:
        matches = [name in by_hand(row) for row in made]
        assert told[name].first + told[name].also == sum(
            match and row["rank"] > 10 for match, row in zip(matches, made, strict=True)
        )
        if name in ("cold truth", "out of window"):
            assert told[name].right == sum(
                match and row["rank"] <= 10 for match, row in zip(matches, made, strict=True)
            )
        else:
            assert told[name].right is None
    assert all(((found.tags >> place) & 1).any() for place in range(len(found.kinds)))


def test_a_model_that_lacks_something_is_asked_no_rule_about_it() -> None:
    from dataclasses import replace

    plain = replace(ABOUT, facets=(), popularity=False)
    some, lacking = offered(plain)
    assert {rule.name for rule in lacking} == {"too popular"}
    assert len(some) + len(lacking) == len(KINDS)
    made = [row | {"rank_without_facet": [], "rank_without_popularity": None, "ahead": None} for row in rows(50)]
    found = prepare(table(made).to_batches(), plain, Catalog(CATALOG.ids))
    assert found.column("facet") is None
    assert set(found.kinds) == {rule.name for rule in some}


def test_a_trace_without_events_has_none() -> None:
    found = prepare(table([]).to_batches(), ABOUT, CATALOG)
    assert len(found) == 0


def test_all_that_is_read_is_in_a_trace() -> None:
    assert set(READ) <= set(SCHEMA.names)
