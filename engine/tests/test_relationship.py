"""Products with A and its blocks, and what a pedigree says, beside dense matrices and plain recursion."""

import numpy as np
import pytest
from bellwether_engine import EngineError, Groups, Pedigree, PedigreeError
from bellwether_engine.pedigree import subset as subset_module
from bellwether_engine.pedigree.added import inbreeding_of_new
from bellwether_engine.pedigree.relationship import Relationship
from bellwether_engine.pedigree.subset import RelationshipBlock
from bellwether_engine.populations.pedigree_depth import (
    completeness,
    effective_founders,
    effective_size,
    generation_intervals,
    genetic_contributions,
)
from hypothesis import given
from hypothesis import strategies as st

from .test_groups import random_groups, relationship_of_metafounders
from .twins import case, pedigree_of, random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)


def dense(pedigree, f):
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    return a if f is not None else np.linalg.inv(pedigree.a_inverse().toarray())


@given(seeds, st.integers(1, 30), st.booleans())
def test_products_with_a(seed, n, ignore):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    operator = Relationship(pedigree, None if ignore else pedigree.inbreeding())
    a, v = dense(pedigree, operator.inbreeding), rng.normal(size=(n, 3))
    np.testing.assert_allclose(operator.times(v), a @ v, atol=1e-10)
    np.testing.assert_allclose(operator.times(v[:, 0]), a @ v[:, 0], atol=1e-10)
    np.testing.assert_allclose(operator.solve(v), np.linalg.solve(a, v), atol=1e-8)
    assert operator.log_determinant == pytest.approx(np.linalg.slogdet(a)[1], abs=1e-8)
    some = rng.permutation(n)[: max(1, n // 2)]
    np.testing.assert_allclose(operator.between(some, range(n)), a[some], atol=1e-10)


@given(seeds, st.integers(2, 30), st.booleans())
def test_blocks_of_a(seed, n, by_iteration):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    animals = rng.permutation(n)[: rng.integers(1, n + 1)]
    a22 = relationship(pedigree.sire, pedigree.dam, pedigree.order)[np.ix_(animals, animals)]
    block = RelationshipBlock(Relationship(pedigree, pedigree.inbreeding()), animals)
    v = rng.normal(size=(len(animals), 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subset_module, "EXACT_LIMIT", -1 if by_iteration else 100)
        np.testing.assert_allclose(block.times(v), a22 @ v, atol=1e-10)
        np.testing.assert_allclose(block.solve(v), np.linalg.solve(a22, v), atol=1e-8)
        np.testing.assert_allclose(block.solve(v[:, 0]), np.linalg.solve(a22, v[:, 0]), atol=1e-8)


@given(seeds, st.integers(2, 20))
def test_products_with_metafounders(seed, n):
    rng = np.random.default_rng(seed)
    pedigree = random_groups(rng, n, 2, np.array([[0.5, 0.1], [0.1, 0.4]]))
    operator, v = Relationship(pedigree, pedigree.inbreeding()), rng.normal(size=n)
    a = relationship_of_metafounders(pedigree)
    np.testing.assert_allclose(operator.times(v), a[2:, 2:] @ v, atol=1e-10)
    assert operator.log_determinant == pytest.approx(np.linalg.slogdet(a)[1], abs=1e-8)


@pytest.mark.reference("inbreeding_fg90", "inbreeding_mrode2")
@pytest.mark.parametrize("name", ["inbreeding_mrode2", "inbreeding_fg90"])
def test_published_relationships(name):
    data = case(name)
    pedigree, _ = pedigree_of(data)
    operator = Relationship(pedigree, pedigree.inbreeding())
    n = pedigree.n_animals
    np.testing.assert_allclose(operator.times(np.eye(n)), data["expected"]["A"], atol=1e-10)
    np.testing.assert_allclose(operator.solve(np.eye(n)), data["expected"]["Ainv"], atol=1e-10)


@pytest.mark.reference("inbreeding_sim4641")
def test_published_log_determinant():
    data = case("inbreeding_sim4641")
    pedigree, _ = pedigree_of(data)
    operator = Relationship(pedigree, pedigree.inbreeding())
    expected = next(v for k, v in data["expected"].items() if "logdet" in k.lower() or "log_det" in k.lower())
    assert operator.log_determinant == pytest.approx(expected, abs=1e-8)


@given(seeds, st.integers(2, 40), st.integers(0, 40))
def test_inbreeding_of_new_animals(seed, n, n_known):
    """Animals come in the order of birth: the first ones are known already."""
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    rank = np.empty(n + 1, np.int32)
    rank[pedigree.order] = np.arange(n)
    rank[-1] = -1
    sire, dam = rank[pedigree.sire[pedigree.order]], rank[pedigree.dam[pedigree.order]]
    f = Pedigree(sire, dam).inbreeding()
    np.testing.assert_array_equal(inbreeding_of_new(sire, dam, f[:n_known]), f)


@given(seeds, st.integers(1, 25))
def test_contributions_are_rows_of_t(seed, n):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    t = np.zeros((n, n))
    for i in pedigree.order:
        t[i, i] = 1.0
        for p in (pedigree.sire[i], pedigree.dam[i]):
            if p >= 0:
                t[i] += 0.5 * t[p]
    cohort = rng.integers(0, n, 4)
    np.testing.assert_allclose(genetic_contributions(pedigree, cohort), t[cohort].mean(axis=0), atol=1e-12)
    assert effective_founders(pedigree, cohort) >= 1.0


@given(seeds, st.integers(1, 25))
def test_completeness_counts_ancestors(seed, n):
    pedigree = Pedigree(*random_pedigree(np.random.default_rng(seed), n))
    found = completeness(pedigree, 3)

    def known(i, back):
        if back == 0:
            return 1
        return sum(known(p, back - 1) for p in (pedigree.sire[i], pedigree.dam[i]) if p >= 0)

    expected = [[known(i, back) / 2**back for back in (1, 2, 3)] for i in range(n)]
    np.testing.assert_allclose(found.known, expected)
    full = [sum(known(i, back) / 2**back for back in range(1, n)) for i in range(n)] if n < 13 else None
    if full is not None:
        np.testing.assert_allclose(found.equivalent_generations, full, atol=1e-12)


def test_completeness_of_a_complete_pedigree_is_one():
    sire, dam = [-1] * 4 + [0, 2, 4], [-1] * 4 + [1, 3, 5]
    found = completeness(Pedigree(sire, dam), 2)
    assert found.index[6] == 1.0
    assert found.known[6].tolist() == [1.0, 1.0]


def test_effective_size_of_an_ideal_population():
    """F after t generations of constant dF = 1/(2 Ne) gives Ne back."""
    t = np.array([4.0, 6.0, 9.0])
    f = 1.0 - (1.0 - 1.0 / 100.0) ** (t - 1.0)
    assert effective_size(f, t)[0] == pytest.approx(50.0)
    assert effective_size([0.0], [5.0])[0] == np.inf


def test_generation_intervals_by_path():
    pedigree = Pedigree([-1, -1, 0, 0, 2, 2], [-1, -1, 1, 1, 3, 3])
    found = generation_intervals(pedigree, [0.0, 1.0, 3.0, 4.0, 7.0, np.nan])
    assert found.mean == (3.0, 4.0, 2.0, 3.0)
    assert found.overall == 3.0
    with pytest.raises(PedigreeError) as caught:
        generation_intervals(pedigree, [0.0, 1.0, 3.0, 0.5, 7.0, 8.0])
    assert (caught.value.code, caught.value.positions) == ("born_before_parent", (3,))


def test_refusals():
    pedigree = Pedigree([-1, -1], [-1, -1])
    metafounders = Pedigree([-1], [-1], Groups([0], [0], 1, 0.4))
    a = Relationship(pedigree)
    for call, code in [
        (lambda: a.times([1.0]), "shape"),
        (lambda: a.between([2], [0]), "unknown_position"),
        (lambda: RelationshipBlock(a, [0, 0]), "repeated_animal"),
        (lambda: RelationshipBlock(a, [0]).times([1.0, 2.0]), "shape"),
        (lambda: Relationship(metafounders).solve([1.0]), "metafounders"),
        (lambda: completeness(pedigree, 0), "generations"),
        (lambda: genetic_contributions(pedigree, [5]), "unknown_position"),
        (lambda: generation_intervals(pedigree, [1.0]), "shape"),
        (lambda: inbreeding_of_new([-1, -1], [-1, -1], [0.0, 0.0, 0.0]), "known"),
        (lambda: inbreeding_of_new([-1, -1], [-1, -1], [np.nan]), "not_finite"),
        (lambda: inbreeding_of_new([-1, 3], [-1, -1], [0.0]), "unknown_position"),
    ]:
        with pytest.raises(EngineError) as caught:
            call()
        assert caught.value.code == code
