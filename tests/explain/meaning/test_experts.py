"""An expert has a name only if two tests say so, and what experts do is what comes of leaving each out by itself."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from fame.checkpoint.store import save as save_model
from fame.data import Catalog, leave_one_out
from fame.data.attributes import Attributes, held_out
from fame.data.split import sample
from fame.explain.meaning import records
from fame.explain.meaning.deeds import deeds, done, routed
from fame.explain.meaning.left_out import LeftOut, left_out
from fame.explain.meaning.naming import name_experts
from fame.explain.meaning.ownership import owners
from fame.heads.registry import scores
from fame.model import Edit, Intervention, build

ITEMS, EVENTS = 400, 60


def family(seed: int = 1) -> Attributes:
    """Four values, one an item."""
    codes = np.append(-1, np.random.default_rng(seed).integers(0, 4, ITEMS))
    return Attributes.padded("genre", ("drama", "comedy", "horror", "western"), codes[:, None])


def knocked_out(H: int, N: int, apart: float, seed: int = 0) -> LeftOut:
    """Every expert's items fall by `apart` more than others, up to noise."""
    noise = np.random.default_rng(seed).normal(size=(EVENTS, H * N))
    none = np.zeros((EVENTS, H * N))
    return LeftOut(none, none, apart + 0.1 * noise, np.zeros((EVENTS, H), int), none, none)


def test_a_name_is_found_in_held_out_items_and_confirmed_by_leaving_the_expert_out():
    genre, out = family(), held_out(ITEMS)
    owner = np.stack([genre.codes, np.random.default_rng(2).integers(0, 4, ITEMS)], 1)
    names, _ = name_experts(owner, 4, [genre], out, knocked_out(2, 4, 0.5), 0)
    assert [one.names for one in names] == [*((value,) for value in genre.values), *[()] * 4]
    assert [one.verdict for one in names] == ["told"] * 4 + ["nothing"] * 4
    for apart in (0.0, -0.5):
        unmoved, _ = name_experts(owner, 4, [genre], out, knocked_out(2, 4, apart), 0)
        assert all(one.names == () for one in unmoved)
        assert [one.verdict for one in unmoved[:4]] == ["unmoved"] * 4


def test_what_is_told_of_tied_items_only_names_nothing():
    genre, out = family(), held_out(ITEMS)
    rng = np.random.default_rng(3)
    owner = np.where(out[1:], rng.integers(0, 4, ITEMS), genre.codes)[:, None]
    names, _ = name_experts(owner, 4, [genre], out, knocked_out(1, 4, 0.5), 0)
    assert all(not one.values and one.verdict == "nothing" for one in names)


def test_experts_of_two_values_have_two_names_and_those_without_items_none():
    genre, out = family(), held_out(ITEMS)
    owner = (genre.codes // 2)[:, None]
    names, level = name_experts(owner, 6, [genre], out, knocked_out(1, 6, 0.5), 0)
    assert [set(one.names) for one in names[:3]] == [{"drama", "comedy"}, {"horror", "western"}, set()]
    assert [one.verdict for one in names[2:]] == ["empty"] * 4
    assert level == pytest.approx(1 - 0.05 / 6)
    bare, _ = name_experts(owner, 6, [], out, knocked_out(1, 6, 0.5), 0)
    assert [one.verdict for one in bare[:2]] == ["untested"] * 2
    lone, _ = name_experts(0 * owner, 1, [genre], out, knocked_out(1, 1, 0.5), 0)
    assert [one.verdict for one in lone] == ["alone"]


@pytest.fixture(scope="module", params=["published", "prototype", "mixture"])
def model(request, trained, trained_mixture):
    if request.param == "mixture":
        return trained_mixture.model
    if request.param == "published":
        return trained.model
    torch.manual_seed(4)
    return build(trained.model.config.model_copy(update={"experts_form": "prototype", "experts": 3})).eval()


@torch.inference_mode()
def test_leaving_out_and_turning_up_are_those_of_one_expert_at_a_time(model, cinema):
    events = sample(leave_one_out(cinema.histories).test, 4, 0)
    owner, H, N = owners(model), model.config.heads, model.config.experts
    assert owner.shape == (80, H)
    found = left_out(model, events, owner)
    for row in range(4):
        history = events.histories[row].tolist()
        items, seen = torch.tensor([history[-model.config.length :]]), torch.tensor(history) - 1

        def log_p(change: Intervention | None = None, items=items) -> torch.Tensor:
            return scores(model, model(items, change, newest=True))[0].log_softmax(0)

        def first(values: torch.Tensor, seen=seen) -> list[int]:
            return values.index_fill(0, seen, -torch.inf).topk(10).indices.tolist()

        plain = log_p()
        for h in range(H):
            for n in range(N):
                e, own = h * N + n, owner[:, h] == n
                scale, chosen = torch.ones(H, N), torch.full((H, N), torch.nan)
                scale[h, n], chosen[h, n] = 0, 1
                left = log_p(Intervention(router=Edit(scale=scale, renormalise=True)))
                fallen = (plain - left).numpy()
                assert found.fall[row, e] == pytest.approx(fallen[events.targets[row] - 1], abs=1e-4)
                assert found.changed[row, e] == len(set(first(plain)) - set(first(left)))
                apart = fallen[own].mean() - fallen[~own].mean() if own.any() and not own.all() else np.nan
                assert found.apart[row, e] == pytest.approx(apart, abs=1e-4, nan_ok=True)
                up = first(log_p(Intervention(router=Edit(set=chosen))))
                assert found.own[row, e] == pytest.approx(own[first(plain)].mean())
                assert found.turned_up[row, e] == pytest.approx(own[up].mean())


def test_prototypes_own_the_items_that_lie_nearest(trained):
    torch.manual_seed(4)
    model = build(trained.model.config.model_copy(update={"experts_form": "prototype", "experts": 3})).eval()
    with torch.no_grad():
        for n, item in enumerate((5, 6, 7)):
            model.prototypes.weight[:, n] = model.sub_embeddings(model.table()[item])
    assert owners(model)[[4, 5, 6]].tolist() == [[0] * 4, [1] * 4, [2] * 4]


def test_the_sum_over_users_is_of_the_expert_that_matters_most():
    fall = np.array([[0.1, -0.9], [0.3, 0.2], [0.0, 0.1]])
    changed, apart = np.array([[0, 4], [1, 2], [0, 0]]), np.array([[1.0, -1.0], [2.0, -2.0], [4.0, -3.0]])
    found = LeftOut(fall, changed, apart, np.array([[0], [1], [0]]), fall, fall)
    assert done(found, [0]) == records.Done(fall=0.3, changed=2.0, selectivity=1.0)
    assert done(found, []).selectivity is None


def test_other_routers_change_nothing_where_experts_are_one(trained, cinema):
    twins = build(trained.model.config).eval()
    twins.load_state_dict(trained.model.state_dict())
    with torch.no_grad():
        query = twins.expert_attention.query.weight.view(4, 2, -1, 16)  # (H, N, K, D)
        query[:, 1] = query[:, 0]
    found = routed(twins, leave_one_out(cinema.histories).test, 0)
    assert found.users == 120
    assert abs(found.uniform.mean) < 1e-6
    assert abs(found.shuffled.mean) < 1e-6


@pytest.mark.parametrize("values", [0, 1, ITEMS])
def test_a_family_with_one_value_for_all_or_one_for_each_names_nobody(values):
    codes = np.append(-1, np.arange(ITEMS) % values if values else np.full(ITEMS, -1))[:, None]
    odd = Attributes.padded("odd", tuple(f"v{v:03}" for v in range(values)), codes)
    owner = (np.arange(ITEMS) % 2)[:, None]
    names, _ = name_experts(owner, 2, [odd], held_out(ITEMS), knocked_out(1, 2, 0.5), 0)
    assert [(one.names, one.verdict) for one in names] == [((), "nothing" if values else "untested")] * 2


def test_odd_models_and_data_get_no_names(trained, cinema):
    events = leave_one_out(cinema.histories).test
    many = build(trained.model.config.model_copy(update={"experts": 64, "experts_form": "prototype"})).eval()
    with torch.no_grad():
        many.prototypes.weight[:] = many.prototypes.weight[:, :1]  # all items are near all alike: the first has them
    some = events.only(np.arange(3))
    assert [one.verdict for one in deeds(many, some, [], 0).names if one.expert] == ["empty"] * (4 * 63)
    lone = build(trained.model.config.model_copy(update={"experts": 1})).eval()
    found = deeds(lone, some, [], 0)
    assert {one.verdict for one in found.names} == {"alone"}
    none = deeds(trained.model, events.only(np.arange(0)), [], 0)
    assert (none.users, none.done.fall, {one.verdict for one in none.names}) == (0, 0.0, {"untested"})


def test_what_was_stored_before_there_were_names_is_still_read(trained, cinema, tmp_path):
    from fame.explain.meaning.measure import measure

    save_model(tmp_path / "m", trained.model, cinema, {})
    description = records.Description(tmp_path / "m", "m", trained.description.config, {})
    found = measure(trained.model, replace(cinema, catalog=Catalog(cinema.catalog.ids)))
    records.save(description.folder, description.fingerprint, found)
    assert records.load(description) == found
    assert found.deeds is not None
    file = description.folder / records.MEANING_FILE
    content = json.loads(file.read_text())
    del content["result"]["deeds"]
    file.write_text(json.dumps(content))
    old = records.load(description)
    assert old == replace(found, deeds=None)
    assert old.names(0, 0) == ()
