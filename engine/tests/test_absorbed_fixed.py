"""Absorbed fixed effects beside the matrices that they stand for."""

from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances, fit
from bellwether_engine.equations.record_product import fixed_crossed
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.solving import absorbed_fixed
from bellwether_engine.solving.absorbed_fixed import absorb_fixed
from bellwether_engine.solving.preconditioner import build_preconditioner
from bellwether_engine.solving.products import EquationProduct
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from .test_groups import random_groups
from .test_record_product import equations_of
from .twins import random_pedigree

seeds = st.integers(0, 2**32 - 1)
WORKERS = Workers(1)


def given_matrices(equations):
    """The same equations, whose products come from W and R-inverse."""
    return replace(equations, given_residual_inverse=equations.design.residual_inverse)


def conjugate_of(c, absorbed, x):
    """Its definition: the absorbed x that make their rows of C x zero."""
    others = np.setdiff1d(np.arange(len(c)), absorbed)
    x = x.copy()
    x[absorbed] = -np.linalg.solve(c[np.ix_(absorbed, absorbed)], c[np.ix_(absorbed, others)] @ x[others])
    return x


@settings(max_examples=30)
@given(seeds, st.booleans(), st.booleans())
def test_fixed_equations_from_the_records(seed, weighted, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bellwether_engine.equations.record_product.FEW", 1024 if few else 0)
        equations = equations_of(seed, weighted)
        found = fixed_crossed(equations.records, equations.design, WORKERS).toarray()
    expected = equations.matrix().toarray()[: equations.n_fixed, : equations.n_fixed]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@settings(max_examples=40)
@given(seeds, st.booleans(), st.booleans(), st.sampled_from([0, 1, 2_000_000]))
def test_conjugate_directions(seed, groups, formed, small):
    with pytest.MonkeyPatch.context() as patch:
        equations = equations_of(seed, True, groups)
        if small < 2:
            patch.setattr(absorbed_fixed, "_sparse_factor", only_up_to(equations.n_fixed - 1, absorbed_fixed))
            patch.setattr(absorbed_fixed, "SMALL", small)
        if formed:
            equations = given_matrices(equations)
        absorbed = absorb_fixed(equations, WORKERS)
    c, rng = equations.matrix().toarray(), np.random.default_rng(seed)
    assume((c.diagonal() > 0.0).all())
    one, many = rng.normal(size=(len(c), 1)), rng.normal(size=(len(c), 3))
    if absorbed is None:
        assert small < 2
        return
    assert small < 2 or len(absorbed.equations) == equations.n_fixed
    product = EquationProduct(equations, WORKERS, absorbed)
    conditioner = build_preconditioner(equations, WORKERS, absorbed)
    for x in (one, many):
        np.testing.assert_allclose(product.times(x), c @ x, atol=1e-9)
        expected = np.column_stack([conjugate_of(c, absorbed.equations, column) for column in x.T])
        found = product.conjugate(x)
        np.testing.assert_allclose(x, expected, atol=1e-6)
        np.testing.assert_allclose(found, c @ expected, atol=1e-6)
        assert (found[absorbed.equations] == 0.0).all()
        assert (conditioner.apply(x)[absorbed.equations] == 0.0).all()


def only_up_to(n, module):
    """Factors of at most `n` equations."""
    plain = module._sparse_factor
    return lambda crossed, limit: plain(crossed, limit) if crossed.shape[0] <= n else None


@settings(max_examples=20)
@given(seeds, st.booleans())
def test_settled_effects_have_no_residual(seed, formed):
    equations = equations_of(seed)
    equations = given_matrices(equations) if formed else equations
    absorbed = absorb_fixed(equations, WORKERS)
    c, rhs = equations.matrix().toarray(), equations.rhs[:, None]
    for x in (np.random.default_rng(seed).normal(size=(len(c), k)) for k in (1, 2)):
        before = x.copy()
        r = EquationProduct(equations, WORKERS, absorbed).settle(x, rhs - c @ x)
        np.testing.assert_allclose(r, rhs - c @ x, atol=1e-6)
        np.testing.assert_array_equal(x[equations.n_fixed :], before[equations.n_fixed :])
        np.testing.assert_allclose((rhs - c @ x)[: equations.n_fixed], 0.0, atol=1e-6)


@pytest.mark.parametrize(("entries", "least", "most"), [(2_000_000, 585, 595), (3_000, 490, 510), (0, 0, 3)])
def test_crossed_effects_that_would_fill_the_factor(entries, least, most, monkeypatch):
    """Flock and day of measurement meet at random: with little room one of them is left to the iteration."""
    rng = np.random.default_rng(3)
    pedigree, n = Pedigree(*random_pedigree(rng, 400, 0.2)), 3_000
    columns = {"flock": rng.integers(0, 500, n), "day": rng.integers(0, 90, n), "sex": rng.integers(0, 2, n)}
    records = Records(rng.integers(0, 400, n), rng.normal(size=n) + columns["sex"], columns)
    effects = (Effect("flock", "fixed"), Effect("day", "fixed"), Effect("sex", "fixed"), Effect("animal", "additive"))
    variances = Variances(2.0, additive=1.0)
    monkeypatch.setattr(absorbed_fixed, "ENTRIES", entries)
    monkeypatch.setattr(absorbed_fixed, "SMALL", 2)
    n_absorbed = []

    def watched(equations, workers):
        found = absorb_fixed(equations, workers)
        n_absorbed.append(0 if found is None else len(found.equations))
        return found

    monkeypatch.setattr("bellwether_engine.solving.conjugate_gradients.absorb_fixed", watched)
    pcg, direct = (
        fit(Model(("y",), effects, variances, Options(solver=solver, reliability="none")), records, pedigree)
        for solver in ("pcg", "direct")
    )
    np.testing.assert_allclose(pcg.ebv, direct.ebv, atol=1e-6)
    assert least < n_absorbed[0] < most


def beside_direct(effects, variances, records, pedigree):
    """Solutions by PCG and by the direct way."""
    return [
        fit(Model(("y",), effects, variances, Options(solver=solver, reliability="none")), records, pedigree)
        for solver in ("pcg", "direct")
    ]


@pytest.mark.parametrize("mean", [25.0, 1e4])
def test_large_fixed_effects_do_not_end_the_iteration(mean):
    """Seconds since 1970 as a covariate: their part of the right-hand side is 1e12 times that of the animals."""
    rng = np.random.default_rng(1)
    pedigree, animal = Pedigree(*random_pedigree(rng, 1_000, 0.2)), rng.integers(0, 1_000, 5_000)
    records = Records(animal, mean + 3.0 * rng.normal(size=5_000), {"x": 1.7e9 + 3e7 * rng.random(5_000)})
    effects = (Effect("x", "covariate"), Effect("animal", "additive"))
    pcg, direct = beside_direct(effects, Variances(6.3, additive=2.7), records, pedigree)
    np.testing.assert_allclose(pcg.ebv, direct.ebv, atol=1e-6)
    assert pcg.convergence.relative_residual < 1e-8


@pytest.mark.parametrize("y", [np.zeros(50), np.full(50, 7.3)])
def test_records_without_variation(y):
    pedigree = Pedigree(*random_pedigree(np.random.default_rng(2), 50, 0.2))
    effects = (Effect("herd", "fixed"), Effect("animal", "additive"))
    pcg, _ = beside_direct(
        effects, Variances(1.0, additive=1.0), Records(np.arange(50), y, {"herd": np.arange(50) % 3}), pedigree
    )
    np.testing.assert_allclose(pcg.ebv, 0.0, atol=1e-9)


def test_a_model_without_animals_converges_in_its_own_units():
    rng = np.random.default_rng(3)
    litter, dam = rng.integers(0, 300, 2_000), rng.integers(0, 200, 2_000)
    y = 25.0 + rng.normal(size=300)[litter] + rng.normal(size=200)[dam] + 3.0 * rng.normal(size=2_000)
    records = Records(dam, y, {"litter": litter, "herd": litter % 40, "x": 1.6e9 + 1e7 * rng.normal(size=2_000)})
    effects = (
        Effect("x", "covariate"),
        Effect("herd", "fixed"),
        Effect("litter", "random"),
        Effect("dam", "permanent"),
    )
    variances = Variances(9.0, permanent=1.0, random={"litter": 1.0})
    pcg, direct = beside_direct(effects, variances, records, Pedigree(np.full(200, -1), np.full(200, -1)))
    for one, other in zip(pcg.random, direct.random, strict=True):
        np.testing.assert_allclose(one.estimate, other.estimate, atol=1e-6)
    assert 0.0 < pcg.convergence.largest_change < 1e-6


@pytest.mark.parametrize("gamma", [None, np.diag([0.5, 0.6]) + 0.1])
def test_an_earlier_solution_with_groups_is_a_good_start(gamma):
    rng = np.random.default_rng(4)
    pedigree, animal = random_groups(rng, 1_000, 2, gamma), rng.integers(0, 1_000, 2_000)
    records = Records(animal, rng.normal(size=2_000) + rng.normal(size=1_000)[animal], {"herd": animal % 30})
    options = Options(solver="pcg", reliability="none")
    effects = (Effect("herd", "fixed"), Effect("animal", "additive"))
    model = Model(("y",), effects, Variances(1.0, additive=1.0), options)
    first = fit(model, records, pedigree)
    again = fit(model, records, pedigree, start=first)
    assert again.convergence.iterations <= 10 < first.convergence.iterations
    np.testing.assert_allclose(again.groups.ebv, first.groups.ebv, atol=1e-5)
