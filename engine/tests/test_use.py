"""Indexes, parts of breeding values, planned matings and validation beside plain computation and published numbers."""

import numpy as np
import pytest
from bellwether_engine import Effect, Groups, Model, ModelError, Pedigree, Records, Relationship, Variances, fit
from bellwether_engine.populations.ebv_parts import ebv_parts
from bellwether_engine.populations.validation import lr_validation
from bellwether_engine.selection.expected_progeny import expected_progeny
from bellwether_engine.selection.index import desired_gains_index, economic_index, restricted_index
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from .twins import case, classes, column, numbers, pedigree_of, random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)


def sources(rng, n_sources=4, n_traits=3):
    """P, G and C of phenotypes of related traits: a joint covariance matrix."""
    root = rng.normal(size=(n_sources + n_traits, n_sources + n_traits + 2))
    joint = root @ root.T
    return joint[:n_sources, :n_sources], joint[:n_sources, n_sources:], joint[n_sources:, n_sources:]


@given(seeds)
def test_the_economic_index_has_the_largest_gain(seed):
    rng = np.random.default_rng(seed)
    p, g, c = sources(rng)
    v = rng.normal(size=3)
    index = economic_index(p, g, c, v)
    gain = index.response @ v
    for other in rng.normal(size=(50, 4)):
        assert (other @ g @ v) / np.sqrt(other @ p @ other) <= gain + 1e-9
    assert 0.0 < index.accuracy <= 1.0
    assert index.standard_deviation == pytest.approx(gain)


def test_an_index_of_breeding_values_has_the_economic_values_as_weights():
    g = np.array([[2.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(economic_index(g, g, g, [3.0, -1.0]).weights, [3.0, -1.0])


@given(seeds)
def test_the_restricted_index_is_the_constrained_maximum(seed):
    rng = np.random.default_rng(seed)
    p, g, c = sources(rng)
    v = rng.normal(size=3)
    index = restricted_index(p, g, c, v, [2])
    assert index.response[2] == pytest.approx(0.0, abs=1e-9)
    null = np.linalg.svd(g[:, [2]].T)[2][1:].T

    def loss(z):
        b = null @ z
        return -(b @ g @ v) / np.sqrt(b @ p @ b)

    best = minimize(loss, np.linalg.lstsq(null, index.weights)[0] + 0.1)
    assert -best.fun == pytest.approx(index.response @ v, rel=1e-6)


@given(seeds)
def test_desired_gains_come_in_their_proportions(seed):
    rng = np.random.default_rng(seed)
    p, g, _ = sources(rng)
    d = rng.normal(size=3)
    response = desired_gains_index(p, g, d).response
    np.testing.assert_allclose(response / np.linalg.norm(response), d / np.linalg.norm(d), atol=1e-8)


@given(seeds)
def test_the_desired_gains_index_has_the_smallest_variance_of_all_that_bring_them(seed):
    """Brascamp 1984 (Anim Breed Abstr 52:645): the minimum of b'Pb under G'b = d, here found by a solver that knows no
    formula. With as many traits as sources it is b = G^-1 d (Pesek and Baker 1969, Can J Plant Sci 49:803)."""
    rng = np.random.default_rng(seed)
    p, g, _ = sources(rng)
    d = rng.normal(size=3)
    index = desired_gains_index(p, g, d)
    bound = {"type": "eq", "fun": lambda b: g.T @ b - d, "jac": lambda _: g.T}
    start = np.linalg.lstsq(g.T, d)[0]
    found = minimize(lambda b: b @ p @ b, start, jac=lambda b: 2 * p @ b, constraints=bound, options={"ftol": 1e-14})
    assert found.fun == pytest.approx(index.standard_deviation**2, rel=1e-6)
    np.testing.assert_allclose(index.weights, found.x, rtol=1e-4, atol=1e-5)
    own = desired_gains_index(p[:3, :3], g[:3], d)
    np.testing.assert_allclose(own.weights, np.linalg.solve(g[:3].T, d), rtol=1e-6)


def test_refused_indexes():
    eye = np.eye(2)
    for call, code in [
        (lambda: economic_index(eye, np.ones((2, 3)), eye, [1, 1]), "shape"),
        (lambda: economic_index(-eye, eye, eye, [1, 1]), "not_positive_definite"),
        (lambda: restricted_index(eye, eye, eye, [1, 1], [0, 1]), "restrictions"),
        (lambda: restricted_index(eye, eye, eye, [1, 1], []), "restrictions"),
        (lambda: restricted_index(eye, eye, eye, [1, 1], [0.7]), "restrictions"),
        (lambda: restricted_index(eye, eye, eye, [1, 1], [-1]), "restrictions"),
        (lambda: desired_gains_index(eye, eye, [0, 0]), "gains"),
    ]:
        with pytest.raises(ModelError) as caught:
            call()
        assert caught.value.code == code


def parts_of(pedigree, records, solution, ratio):
    others = solution.fixed[0].estimate[records.columns["sex"]]
    return ebv_parts(
        pedigree,
        solution.ebv[:, 0],
        records.animal,
        records.values[:, 0] - others,
        ratio,
        inbreeding=solution.inbreeding,
        weights=records.weights,
    )


@pytest.mark.reference("mrode_animal_model")
def test_parts_rebuild_the_published_breeding_values():
    data = case("mrode_animal_model")
    pedigree, position = pedigree_of(data)
    animals = [position[a] for a in column(data, "animal")]
    records = Records(animals, numbers(data, "WWG"), {"sex": classes(column(data, "sex"))})
    model = Model(("WWG",), (Effect("sex", "fixed"), Effect("animal", "additive")), Variances(40.0, additive=20.0))
    parts = parts_of(pedigree, records, fit(model, records, pedigree), 2.0)
    np.testing.assert_allclose(parts.rebuilt(), data["expected"]["ebv"], atol=1e-6)
    np.testing.assert_allclose(parts.weights.sum(axis=1), 1.0)


@given(seeds)
def test_parts_rebuild_any_animal_model(seed):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, 20))
    animal = rng.integers(0, 20, 30)
    records = Records(animal, rng.normal(size=30), {"sex": np.arange(30) % 2}, rng.uniform(0.5, 2.0, 30))
    model = Model(("a",), (Effect("sex", "fixed"), Effect("animal", "additive")), Variances(3.0, additive=1.5))
    solution = fit(model, records, pedigree)
    np.testing.assert_allclose(parts_of(pedigree, records, solution, 2.0).rebuilt(), solution.ebv[:, 0], atol=1e-9)


def test_parts_are_refused_with_groups_and_other_shapes():
    for pedigree, ebv, code in [
        (Pedigree([-1], [-1], Groups([0], [0], 1)), [1.0], "not_available"),
        (Pedigree([-1], [-1]), [1.0, 2.0], "shape"),
    ]:
        with pytest.raises(ModelError) as caught:
            ebv_parts(pedigree, ebv, [0], [1.0], 2.0)
        assert caught.value.code == code


@given(seeds)
def test_planned_matings_are_the_animals_that_would_be_born(seed):
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, 15)
    pedigree = Pedigree(sire, dam)
    f = pedigree.inbreeding()
    males, females = np.setdiff1d(range(15), dam)[:2], np.setdiff1d(range(15), sire)[-3:]
    pairs = [(s, d) for s in males for d in females if s != d]
    planned = expected_progeny(Relationship(pedigree, f), rng.normal(size=(15, 2)), [1.0, 4.0], males, females)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    for s, d in pairs:
        at = list(males).index(s), list(females).index(d)
        assert planned.inbreeding[at] == pytest.approx(0.5 * a[s, d], abs=1e-12)
        born = 0.5 - 0.25 * (a[s, s] - 1.0 + a[d, d] - 1.0)
        np.testing.assert_allclose(planned.mendelian_sd[at], np.sqrt(born * np.array([1.0, 4.0])))
    with pytest.raises(ModelError):
        expected_progeny(Relationship(pedigree, f), np.zeros(15), [1.0, 2.0], males, females)
    with pytest.raises(ModelError) as caught:
        expected_progeny(Relationship(pedigree, f), np.zeros(15), -1.0, males, females)
    assert caught.value.code == "variance"


def test_lr_statistics_of_an_unbiased_evaluation():
    """BLUP: the whole value is the partial one plus something independent of it."""
    rng = np.random.default_rng(4)
    partial = rng.normal(size=20_000) * 0.5
    whole = partial + rng.normal(size=20_000) * 0.5
    found = lr_validation(partial, whole, genetic_variance=1.0, n_bootstrap=50, seed=2)
    assert abs(found.bias.value) < 4 * found.bias.se
    assert abs(found.slope.value - 1.0) < 4 * found.slope.se
    assert found.ratio_of_accuracies.value == pytest.approx(0.5**0.5, abs=0.02)
    assert found.accuracy.value == pytest.approx(0.5, abs=0.02)
    assert found.accuracy.se > 0.0
    assert found == lr_validation(partial, whole, genetic_variance=1.0, n_bootstrap=50, seed=2)


@pytest.mark.parametrize(
    ("partial", "whole", "code"),
    [
        ([1.0, 2.0], [1.0], "shape"),
        ([1.0, 2.0, np.nan], [1.0, 2.0, 3.0], "not_finite"),
        ([1.0, 2.0], [1.0, 2.0], "too_few"),
        ([1.0] * 3, [1.0, 2.0, 3.0], "no_variation"),
    ],
)
def test_refused_validations(partial, whole, code):
    with pytest.raises(ModelError) as caught:
        lr_validation(partial, whole)
    assert caught.value.code == code


def test_an_index_is_not_more_accurate_than_what_is_seen():
    """P smaller than G: nothing varies less than the breeding values in it."""
    with pytest.raises(ModelError) as refusal:
        economic_index(np.eye(2), np.diag([2.0, 0.3]), np.diag([2.0, 0.3]), [1.0, 1.0])
    assert refusal.value.code == "inconsistent"
    with pytest.raises(ModelError):
        restricted_index(np.eye(2), np.diag([2.0, 0.3]), np.diag([2.0, 0.3]), [1.0, 1.0], unchanged=[1])
