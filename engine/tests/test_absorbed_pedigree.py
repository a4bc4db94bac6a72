"""The preconditioner of pedigrees beside plain matrices."""

import numpy as np
import pytest
from bellwether_engine import Options, Pedigree, fit
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.pedigree.pedigree_inverse import PedigreeInverse
from bellwether_engine.simulation import FlockDesign, TraitDesign, simulate_flocks
from bellwether_engine.solving.absorbed_pedigree import AbsorbedPedigree
from hypothesis import given
from hypothesis import strategies as st

from .twins import random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)


def covariance(rng, k):
    root = rng.normal(size=(k, k))
    return root @ root.T + 0.1 * np.eye(k)


def solved(pedigree, precision, information, threads=1):
    """The operator as a matrix."""
    inverse, size = PedigreeInverse.of(pedigree, pedigree.inbreeding()), pedigree.n_animals * len(precision)
    absorbed, columns = AbsorbedPedigree(inverse, precision, information, Workers(threads)), np.empty((size, size))
    absorbed.into(np.eye(size), columns)
    return columns


@given(seeds, st.integers(1, 15), st.integers(1, 3))
def test_without_data_it_is_a(seed, n, k):
    rng = np.random.default_rng(seed)
    pedigree, g = Pedigree(*random_pedigree(rng, n)), covariance(rng, k)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    found = solved(pedigree, np.linalg.inv(g), np.zeros((n, k, k)))
    np.testing.assert_allclose(found, np.kron(a, g), rtol=1e-8, atol=1e-9)


@given(seeds, st.integers(1, 25))
def test_where_one_parent_is_known_it_is_the_inverse(seed, n):
    rng = np.random.default_rng(seed)
    sire, _ = random_pedigree(rng, n)
    pedigree = Pedigree(sire, np.full(n, -1))
    data = rng.exponential(size=n) * (rng.random(n) < 0.7)
    expected = np.linalg.inv(pedigree.a_inverse(pedigree.inbreeding()).toarray() * 2.0 + np.diag(data))
    np.testing.assert_allclose(solved(pedigree, np.array([[2.0]]), data[:, None, None]), expected, atol=1e-9)


@given(seeds, st.integers(1, 25))
def test_one_column_beside_its_definition(seed, n):
    """Each animal adds ``x x' / v``, x with 1 at itself and half its share at its parents."""
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    d, data = pedigree.mendelian_variance(pedigree.inbreeding()), rng.exponential(size=n)
    known, expected = data.copy(), np.zeros((n, n))
    for i in pedigree.order[::-1]:
        share = 1.0 / (1.0 + d[i] * known[i])
        x = np.zeros(n)
        x[i] = 1.0
        for p in (pedigree.sire[i], pedigree.dam[i]):
            if p >= 0:
                x[p] -= 0.5 * share
                known[p] += 0.25 * known[i] * share
        expected += np.outer(x, x) / (d[i] * share)
    found = solved(pedigree, np.eye(1), data[:, None, None])
    np.testing.assert_allclose(found @ expected, np.eye(n), atol=1e-8)


@given(seeds, st.integers(1, 12), st.integers(1, 3))
def test_it_is_positive_definite_and_the_same_for_any_threads(seed, n, k):
    rng = np.random.default_rng(seed)
    pedigree, precision = Pedigree(*random_pedigree(rng, n)), covariance(rng, k)
    root = rng.normal(size=(n, k, 2)) * (rng.random((n, 1, 1)) < 0.6) * 10.0 ** rng.uniform(-2, 3)
    information = root @ np.swapaxes(root, 1, 2)
    found = solved(pedigree, precision, information)
    np.testing.assert_allclose(found, found.T, rtol=1e-9, atol=1e-12)
    assert np.linalg.eigvalsh(found).min() > 0.0
    np.testing.assert_array_equal(found, solved(pedigree, precision, information, threads=3))


@pytest.mark.parametrize("maternal", [False, True])
def test_it_saves_iterations(maternal):
    genetic = np.array([[4.0, -0.7], [-0.7, 1.5]]) if maternal else 4.0
    dams = {"maternal": ("WWT",), "permanent_dam": 0.8} if maternal else {}
    trait = TraitDesign(("WWT",), genetic=genetic, residual=8.0, mean=25.0, group_sd=2.0, **dams)
    flocks = simulate_flocks(FlockDesign(n_flocks=4, ewes_per_flock=60, n_years=8), trait, seed=1)
    model = flocks.true_model(Options(solver="pcg", reliability="none"))
    found = fit(model, flocks.records, flocks.pedigree)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PedigreeInverse, "pedigree_factor", None)
        by_level = fit(model, flocks.records, flocks.pedigree)
    assert found.convergence.iterations < 0.8 * by_level.convergence.iterations
    np.testing.assert_allclose(found.ebv, by_level.ebv, atol=1e-5)
