"""Connectedness beside dense computation through V, the graph of flocks, and what both must say alike."""

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    Groups,
    Model,
    ModelError,
    Options,
    Pedigree,
    Records,
    Relationship,
    Variances,
    fit,
)
from bellwether_engine.populations.connectedness import flock_connectedness, unit_connectedness
from bellwether_engine.populations.flock_graph import flock_links
from bellwether_engine.simulation import FlockDesign, TraitDesign, simulate_flocks
from hypothesis import given
from hypothesis import strategies as st

from .twins import random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)
MODEL = Model(
    ("a",),
    (Effect("group", "fixed"), Effect("sex", "fixed"), Effect("animal", "additive")),
    Variances(3.0, additive=1.5),
)


def example(seed, n=30, n_flocks=3):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    animal = rng.permutation(n)[: n - 5]
    flock = np.full(n, -1)
    flock[animal] = rng.integers(0, n_flocks, len(animal))
    flock[animal[:n_flocks]] = np.arange(n_flocks)
    columns = {"group": flock[animal], "sex": rng.integers(0, 2, len(animal))}
    return pedigree, Records(animal, rng.normal(size=len(animal)), columns), flock


def dense(pedigree, records, options=None):
    """Prediction error covariances of all animals, and covariances of the fixed estimates (sex 0 set to 0)."""
    n, groups = pedigree.n_animals, records.columns["group"]
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    z = np.eye(n)[records.animal]
    x = np.column_stack([np.eye(groups.max() + 1)[groups], records.columns["sex"] == 1])
    v_inverse = np.linalg.inv(1.5 * z @ a @ z.T + 3.0 * np.eye(len(groups)))
    fixed = np.linalg.inv(x.T @ v_inverse @ x)
    p = v_inverse - v_inverse @ x @ fixed @ x.T @ v_inverse
    return a, 1.5 * a - 1.5 * a @ z.T @ p @ z @ a * 1.5, fixed


@given(seeds)
def test_flock_means_beside_dense_matrices(seed):
    pedigree, records, flock = example(seed)
    a, pev, fixed = dense(pedigree, records)
    found = flock_connectedness(MODEL, records, pedigree, flock)
    means = np.array([(flock == k) / (flock == k).sum() for k in range(3)])
    np.testing.assert_array_equal(found.flock, [0, 1, 2])
    np.testing.assert_allclose(found.pev, means @ pev @ means.T, atol=1e-9)
    for i in range(3):
        for j in range(3):
            x = means[i] - means[j]
            assert found.pevd[i, j] == pytest.approx(x @ pev @ x, abs=1e-9)
            if i != j:
                assert found.cd[i, j] == pytest.approx(1.0 - x @ pev @ x / (1.5 * x @ a @ x), abs=1e-9)
                ratio = means[i] @ pev @ means[j] / np.sqrt(means[i] @ pev @ means[i] * (means[j] @ pev @ means[j]))
                assert found.correlation[i, j] == pytest.approx(ratio, abs=1e-9)
    others = found.correlation.sum(axis=1) - 1.0
    np.testing.assert_allclose(found.mean_correlation, others / 2)
    units = unit_connectedness(MODEL, records, pedigree, "group")
    own = np.diag(fixed)[:3]
    np.testing.assert_allclose(units.ved, own[:, None] + own - 2.0 * fixed[:3, :3], atol=1e-9)
    np.testing.assert_allclose(units.rating, fixed[:3, :3] / np.sqrt(np.outer(own, own)), atol=1e-9)


@given(seeds)
def test_two_traits_and_one_animal_per_flock_give_back_reliabilities(seed):
    """With one animal in a flock its PEV is that of `fit`."""
    pedigree, records, _ = example(seed)
    values = np.column_stack([records.values, np.random.default_rng(seed).normal(size=len(records.values))])
    both = Records(records.animal, values, records.columns)
    model = Model(("a", "b"), MODEL.effects, Variances([[3.0, 1.0], [1.0, 2.0]], additive=[[1.5, 0.4], [0.4, 1.0]]))
    solution = fit(model, both, pedigree)
    found = flock_connectedness(model, both, pedigree, np.arange(30), column=1)
    pev = (1.0 - solution.reliability[:, 1]) * (1.0 + solution.inbreeding)
    np.testing.assert_allclose(np.diag(found.pev), pev, atol=1e-9)


def test_flocks_without_common_blood_have_no_correlation_and_more_links_give_more():
    def links(share):
        flocks = FlockDesign(3, 30, 2, 4, link_share=share, n_link_rams=2)
        found = simulate_flocks(flocks, TraitDesign(("WWT",), 2.0, 6.0), seed=4)
        lambs = np.where(found.pedigree.sire >= 0, found.flock, -1)
        model, graph = found.true_model(), flock_links(found.pedigree, lambs)
        return flock_connectedness(model, found.records, found.pedigree, lambs), graph

    (none, apart), (few, _), (many, joined) = links(0.0), links(0.1), links(0.5)
    # sex and other effects are estimated across flocks and leave a trace
    assert np.abs(none.correlation - np.eye(3)).max() < 0.02
    assert apart.n_components == 3
    assert joined.n_components == 1
    assert few.mean_correlation.mean() > none.mean_correlation.mean() + 0.01
    assert many.mean_correlation.mean() > few.mean_correlation.mean()


def test_inbreeding_and_metafounders_follow_the_model():
    pedigree, records, flock = example(3)
    ignoring = Model(MODEL.traits, MODEL.effects, MODEL.variances, Options(inbreeding=False))
    with_f, without = (flock_connectedness(model, records, pedigree, flock) for model in (MODEL, ignoring))
    assert not np.allclose(with_f.pevd, without.pevd)
    zero = [np.where(parent < 0, 0, -1) for parent in (pedigree.sire, pedigree.dam)]
    one = Pedigree(pedigree.sire, pedigree.dam, Groups(*zero, 1, gamma=[[0.4]]))
    found = flock_connectedness(MODEL, records, one, flock)
    a = Relationship(one, one.inbreeding()).between(np.arange(30), np.arange(30))
    z, x = np.eye(30)[records.animal], np.column_stack([np.eye(3)[records.columns["group"]], records.columns["sex"]])
    v_inverse = np.linalg.inv(1.5 * z @ a @ z.T + 3.0 * np.eye(len(z)))
    p = v_inverse - v_inverse @ x @ np.linalg.pinv(x.T @ v_inverse @ x) @ x.T @ v_inverse
    contrast = (flock == 0) / (flock == 0).sum() - (flock == 1) / (flock == 1).sum()
    pev = 1.5 * a - 1.5 * a @ z.T @ p @ z @ a * 1.5
    assert found.pevd[0, 1] == pytest.approx(contrast @ pev @ contrast, abs=1e-9)


def plain_components(pedigree, flock, with_dams):
    """Join flocks one pair at a time until nothing changes."""
    label = {int(k): int(k) for k in set(flock[flock >= 0])}
    changed = True
    while changed:
        changed = False
        for parent in (pedigree.sire, pedigree.dam)[: 2 if with_dams else 1]:
            for p in set(parent[parent >= 0]):
                joined = {label[int(k)] for k in flock[(parent == p) & (flock >= 0)]}
                if len(joined) > 1:
                    least, changed = min(joined), True
                    label = {k: least if v in joined else v for k, v in label.items()}
    return label


@given(seeds, st.booleans())
def test_the_graph_beside_joining_by_hand(seed, with_dams):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, 25, p_unknown=0.6))
    flock = rng.integers(-1, 6, 25)
    found = flock_links(pedigree, flock, with_dams=with_dams)
    label = plain_components(pedigree, flock, with_dams)
    for i in label:
        for j in label:
            assert (found.component[i] == found.component[j]) == (label[i] == label[j])
    assert found.n_components == len(set(label.values()))
    sires = [{int(s) for s in pedigree.sire[(flock == k)] if s >= 0} for k in range(len(found.progeny))]
    if not with_dams:
        shared = [[len(a & b) for b in sires] for a in sires]
        np.testing.assert_array_equal(found.link_sires.toarray(), shared)
        linked = [
            sum(s >= 0 and sum(s in other for other in sires) > 1 for s in pedigree.sire[flock == k])
            for k in range(len(sires))
        ]
        np.testing.assert_array_equal(found.link_progeny, linked)
    sizes = [found.progeny[found.component == c].sum() for c in range(found.n_components)]
    assert sizes == sorted(sizes, reverse=True)


def test_only_recorded_animals_link():
    pedigree = Pedigree(sire=[-1, 0, 0], dam=[-1] * 3)
    assert flock_links(pedigree, [-1, 0, 1]).n_components == 1
    assert flock_links(pedigree, [-1, 0, 1], recorded=[1]).n_components == 1
    assert flock_links(pedigree, [-1, 0, 1], recorded=[1]).progeny.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"column": 1}, "column"),
        ({"flock": np.full(30, -1)}, "no_flock"),
        ({"flock": np.zeros(3, dtype=int)}, "shape"),
        ({"flock": np.zeros(30)}, "not_integer"),
        ({"model": Model(("a",), (Effect("group", "fixed"),), Variances(1.0))}, "not_available"),
        ({"pedigree": Pedigree([-1] * 30, [-1] * 30, Groups([0] * 30, [0] * 30, 1))}, "not_available"),
    ],
)
def test_refused_questions(change, code):
    pedigree, records, flock = example(1)
    given_parts = {"model": MODEL, "records": records, "pedigree": pedigree, "flock": flock} | change
    with pytest.raises(ModelError) as caught:
        flock_connectedness(**given_parts)
    assert caught.value.code == code
    assert caught.value.fix


@pytest.mark.parametrize("unit", ["animal", "herd"])
def test_a_unit_must_be_a_fixed_class(unit):
    pedigree, records, _ = example(1)
    with pytest.raises(ModelError) as caught:
        unit_connectedness(MODEL, records, pedigree, unit)
    assert caught.value.code == "no_unit"
    with pytest.raises(ModelError):
        flock_links(pedigree, np.zeros(30, dtype=int), recorded=[31])
