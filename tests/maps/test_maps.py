"""Maps keep neighbours, reproduce, and belong to one model."""

import numpy as np
import pytest
import torch

from fame.maps import compute, store


@pytest.fixture(scope="module")
def maps(trained):
    return compute.compute(trained.model, trained.description.fingerprint, seed=1)


def test_there_is_a_map_of_each_facet_and_of_all(trained, maps):
    assert [space.name for space in maps.spaces] == ["all facets", *trained.model.config.facets]
    assert maps.items.tolist() == list(range(1, 81))
    for space in maps.spaces:
        assert space.xy.shape == (80, 2)
        assert np.isfinite(space.xy).all()


def test_a_map_shows_neighbours_better_than_chance():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(8, 16))
    vectors = np.repeat(centres, 25, 0) + 0.05 * rng.normal(size=(200, 16))
    good = compute.project("planted", vectors, seed=1)
    assert good.trustworthiness > 0.9
    assert good.continuity > 0.9
    group = np.repeat(np.arange(8), 25)
    distances = np.linalg.norm(good.xy[:, None] - good.xy[None], axis=-1) + np.eye(200) * 1e9
    assert (group[distances.argmin(1)] == group).mean() > 0.95


def test_a_map_leaves_the_number_of_threads_as_it_was():
    """With another number a training goes another way."""
    before = torch.get_num_threads()
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            compute.project("some", np.random.default_rng(0).random((40, 4)), seed=1)
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_a_seed_reproduces(trained, maps):
    again = compute.compute(trained.model, trained.description.fingerprint, seed=1)
    assert all(np.array_equal(a.xy, b.xy) for a, b in zip(maps.spaces, again.spaces, strict=True))


def test_maps_survive_saving_and_belong_to_their_model(trained, maps, tmp_path):
    store.save(tmp_path, maps)
    again = store.load(tmp_path, trained.description.fingerprint)
    for a, b in zip(maps.spaces, again.spaces, strict=True):
        assert a.name == b.name
        assert np.array_equal(a.xy, b.xy)
        assert a.trustworthiness == b.trustworthiness
    with pytest.raises(store.MapError, match="made from other weights"):
        store.load(tmp_path, "another")
    (tmp_path / "maps" / "coordinates.parquet").write_bytes(b"PAR1")
    with pytest.raises(store.MapError, match="cannot be read"):
        store.load(tmp_path, trained.description.fingerprint)
    with pytest.raises(store.MapError, match="has no maps yet"):
        store.load(tmp_path / "none", "x")


def test_a_map_is_said_to_take_no_longer_than_one_of_the_items_that_it_shows():
    assert store.seconds(1_682, 4) < store.seconds(store.MOST_MAPPED, 4) == store.seconds(100_000, 4)
    assert store.seconds(1_682, 0) < store.seconds(1_682, 4)
