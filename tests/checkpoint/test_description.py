"""A collapse is told from what the card keeps of the training."""

from fame.checkpoint.description import collapses, describe


def test_a_collapse_is_told_of_the_gate_and_of_each_facets_experts():
    balanced = collapses(["genre", "era"], [0.6, 0.4], [[0.5, 0.5], [0.8, 0.2]])
    assert balanced == []
    gate, experts = collapses(["genre", "era"], [0.02, 0.98], [[0.5, 0.5], [0.05, 0.95]])
    assert gate == "The gate has collapsed: 98% of it are era's, so the other facets hardly speak."
    assert experts == "The experts of era have collapsed: 95% of the router are expert 2's."
    assert collapses(["all"], [1.0], [[1.0]]) == []  # one facet with one expert has nothing to share with
    assert collapses([], [], []) == []


def test_a_card_keeps_what_it_takes(trained, trained_sasrec):
    card = trained.description.card
    assert len(card["gate"]) == 4
    assert [len(weights) for weights in card["expert_load"]] == [2] * 4
    assert describe(trained.description.folder).collapses() == []
    assert trained_sasrec.description.collapses() == []
