"""Residual variances that differ between records, beside a dense solution and beside weights."""

import numpy as np
import pytest
from bellwether_engine import Effect, Model, ModelError, Options, Pedigree, Records, Variances, exponential_weights, fit
from hypothesis import given, settings
from hypothesis import strategies as st

from .twins import blup, random_pedigree, relationship

EFFECTS = (Effect("group", "fixed"), Effect("animal", "additive"))
CLASSES = np.array([[[4.0, 1.0], [1.0, 6.0]], [[8.0, -2.0], [-2.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]]])
GENETIC = np.array([[3.0, 1.5], [1.5, 5.0]])


def example(seed, n=12, m=24):
    rng = np.random.default_rng(seed)
    values = rng.normal(10.0, 3.0, (m, 2))
    values[6:][rng.random((m - 6, 2)) < 0.3] = np.nan
    columns = {"group": np.concatenate([np.arange(6) % 3, rng.integers(0, 3, m - 6)])}
    records = Records(rng.integers(0, n, m), values, columns, rng.uniform(0.5, 2.0, m), rng.integers(0, 3, m))
    return Pedigree(*random_pedigree(rng, n)), records


@settings(max_examples=15)
@pytest.mark.parametrize("solver", ["direct", "pcg"])
@given(seed=st.integers(0, 2**32 - 1))
def test_classes_are_those_of_a_dense_solution(solver, seed):
    pedigree, records = example(seed)
    n, observed = pedigree.n_animals, np.argwhere(np.isfinite(records.values))
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    x, z = np.zeros((len(observed), 6)), np.zeros((len(observed), 2 * n))
    for row, (r, t) in enumerate(observed):
        x[row, 3 * t + records.columns["group"][r]] = z[row, 2 * records.animal[r] + t] = 1.0
    of = CLASSES[records.residual_class]
    residual = [[of[r, t, s] / records.weights[r] if r == q else 0.0 for q, s in observed] for r, t in observed]
    y = records.values[np.isfinite(records.values)]
    _, u, pev = blup(y, x, [(z, np.kron(a, GENETIC))], np.array(residual))
    model = Model(("a", "b"), EFFECTS, Variances(CLASSES, additive=GENETIC), Options(solver=solver))
    solution = fit(model, records, pedigree)
    np.testing.assert_allclose(solution.ebv, u[0].reshape(n, 2), atol=1e-6)
    expected = 1.0 - pev[0].reshape(n, 2) / np.outer(np.diag(a), np.diag(GENETIC))
    np.testing.assert_allclose(solution.reliability, expected, atol=1e-8)


def test_pcg_from_the_records_knows_the_classes(monkeypatch):
    monkeypatch.setattr("bellwether_engine.equations.equations.FORMED_LIMIT", 0)
    pedigree, records = example(5, n=200, m=400)
    found = [
        fit(Model(("a", "b"), EFFECTS, Variances(CLASSES, additive=GENETIC), Options(solver=solver)), records, pedigree)
        for solver in ("pcg", "direct")
    ]
    np.testing.assert_allclose(found[0].ebv, found[1].ebv, atol=1e-5)


def test_an_exponential_variance_is_that_of_many_classes():
    rng = np.random.default_rng(2)
    pedigree, x = Pedigree(*random_pedigree(rng, 20)), rng.normal(size=30)
    animal, y = rng.integers(0, 20, 30), rng.normal(size=30)
    variances = np.exp(0.5 + 0.3 * x).reshape(30, 1, 1)
    animals = (Effect("animal", "additive"),)
    by_class = fit(
        Model(("a",), animals, Variances(variances, additive=1.0)),
        Records(animal, y, residual_class=np.arange(30)),
        pedigree,
    )
    records = Records(animal, y, weights=exponential_weights(x, 0.3))
    by_slope = fit(Model(("a",), animals, Variances(np.exp(0.5), additive=1.0)), records, pedigree)
    np.testing.assert_allclose(by_slope.ebv, by_class.ebv, atol=1e-10)


REFUSED = {
    "no classes": (Records([0, 1], [1.0, 2.0]), Variances([[[1.0]], [[2.0]]], additive=1.0), "residual_class"),
    "no matrices": (
        Records([0, 1], [1.0, 2.0], residual_class=[0, 1]), Variances(1.0, additive=1.0), "residual_class",
    ),
    "a class without matrix": (
        Records([0, 1], [1.0, 2.0], residual_class=[0, 2]), Variances([[[1.0]], [[2.0]]], additive=1.0),
        "residual_class",
    ),
    "not positive definite": (
        Records([0, 1], [1.0, 2.0], residual_class=[0, 1]), Variances([[[1.0]], [[-2.0]]], additive=1.0),
        "not_positive_definite",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("records", "variances", "code"), REFUSED.values(), ids=REFUSED)
def test_refusals(records, variances, code):
    model = Model(("a",), (Effect("animal", "additive"),), variances)
    with pytest.raises(ModelError) as caught:
        fit(model, records, Pedigree([-1, -1], [-1, -1]))
    assert caught.value.code == code


def test_what_is_refused_with_classes():
    records, pedigree = Records([0, 1], [1.0, 2.0], residual_class=[0, 1]), Pedigree([-1, -1], [-1, -1])
    variances = Variances([[[1.0]], [[1.0]]], additive=1.0)
    animals = (Effect("animal", "additive"),)
    for model in (
        Model(("a",), animals, variances, Options(estimate="ai-reml")),
        Model(("a",), animals, variances, ordinal=("a",)),
    ):
        with pytest.raises(ModelError) as caught:
            fit(model, records, pedigree)
        assert caught.value.code == "not_available"
    with pytest.raises(ModelError) as caught:
        exponential_weights([0.0, np.nan], 1.0)
    assert caught.value.positions == (1,)
