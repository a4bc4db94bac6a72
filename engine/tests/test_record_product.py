"""Products from the records and the pedigree beside the matrices that they stand for."""

import numpy as np
import pytest
from bellwether_engine import Effect, Groups, Legendre, Model, ModelError, Options, Pedigree, Records, Variances, fit
from bellwether_engine.equations.blocks import fixed_blocks, random_blocks
from bellwether_engine.equations.constraints import find_constraints
from bellwether_engine.equations.design import build_design, number_patterns
from bellwether_engine.equations.equations import build_equations
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.pedigree.pedigree_inverse import PedigreeInverse
from bellwether_engine.pedigree.structure import FormedInverse
from bellwether_engine.solving.preconditioner import build_preconditioner
from bellwether_engine.solving.products import EquationProduct
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from .twins import random_pedigree

seeds = st.integers(0, 2**32 - 1)
TWO = [[2.0, 0.3], [0.3, 1.0]]
EFFECTS = (
    Effect("herd", "fixed"),
    Effect("age", "covariate", basis=Legendre(1, "age", 0.0, 1.0)),
    Effect("litter", "random", traits=("b",)),
    Effect("animal", "additive"),
    Effect("dam", "maternal", traits=("a",)),
    Effect("dam", "permanent_dam", traits=("a",)),
    Effect("animal", "permanent"),
)


def equations_of(seed, weighted=True, groups=False):
    """Two traits with missing values, herds, a curve, litters, maternal and permanent effects."""
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(3, 25)), int(rng.integers(12, 50))
    sire, dam = random_pedigree(rng, n, 0.3)
    of = [np.where(parent < 0, rng.integers(0, 2, n), -1) for parent in (sire, dam)]
    pedigree = Pedigree(sire, dam, Groups(*of, 2) if groups else None)
    values = rng.normal(size=(rows, 2))
    values[rng.random((rows, 2)) < 0.4] = np.nan
    values[:2] = 0.0
    columns = {
        "herd": rng.integers(0, 3, rows), "age": rng.random(rows), "litter": np.arange(rows) // 3,
        "dam": rng.integers(-1, n, rows),
    }  # fmt: skip
    animal = rng.integers(0, n, rows)
    columns["dam"] = np.where(columns["dam"] == animal, -1, columns["dam"])
    weights = rng.uniform(0.5, 2.0, rows) if weighted else None
    records = Records(animal, values, columns, weights)
    g = np.array([[2.0, 0.5, -0.3], [0.5, 1.0, 0.1], [-0.3, 0.1, 0.8]])
    variances = Variances(TWO, additive_maternal=g, permanent=TWO, permanent_dam=0.4, random={"litter": 0.5})
    random, _ = random_blocks(EFFECTS, ("a", "b"), records, pedigree)
    design = build_design(fixed_blocks(EFFECTS, ("a", "b"), records), random, records, variances)
    try:
        constrained = find_constraints(design, ("a", "b")).constrained
    except ModelError:
        assume(False)
    held = rng.random((2, 3)) < 0.3 if groups else None
    return build_equations(design, constrained, PedigreeInverse.of(pedigree, pedigree.inbreeding()), held)


@settings(max_examples=40)
@given(seeds, st.booleans(), st.booleans(), st.booleans())
def test_products_of_records_are_those_of_matrices(seed, weighted, groups, few):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bellwether_engine.equations.record_product.FEW", 1024 if few else 0)
        equations = equations_of(seed, weighted, groups)
        c, product = equations.matrix().toarray(), EquationProduct(equations, Workers(1))
        for k in (1, 3):
            x = np.random.default_rng(seed).normal(size=(len(c), k))
            np.testing.assert_allclose(product.times(x), c @ x, atol=1e-9)
        expected = equations.w.T @ (equations.residual_inverse @ equations.design.y)
        np.testing.assert_allclose(equations.rhs, expected, atol=1e-9)


@settings(max_examples=40)
@given(seeds, st.booleans())
def test_the_preconditioner_inverts_diagonal_blocks(seed, weighted):
    equations = equations_of(seed, weighted)
    c, n_fixed = equations.matrix().toarray(), equations.n_fixed
    conditioner = build_preconditioner(equations, Workers(1), by_level=True)
    blocks = np.zeros_like(c)
    blocks[np.diag_indices(n_fixed)] = c.diagonal()[:n_fixed]
    for block, start in zip(equations.design.random, equations.starts, strict=True):
        size = len(block.members)
        for level in range(len(block.level)):
            own = slice(start + level * size, start + (level + 1) * size)
            blocks[own, own] = c[own, own]
    r = np.random.default_rng(seed).normal(size=(len(c), 2))
    np.testing.assert_allclose(blocks @ conditioner.apply(r), r, atol=1e-6)


@given(
    seeds, st.integers(1, 30), st.sampled_from(["none", "groups", "metafounders"]), st.integers(1, 3), st.integers(1, 2)
)
def test_the_operator_is_the_matrix(seed, n, kind, size, k):
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, n, 0.3)
    of = [np.where(parent < 0, rng.integers(0, 2, n), -1) for parent in (sire, dam)]
    gamma = np.array([[0.6, 0.2], [0.2, 0.4]]) if kind == "metafounders" else None
    pedigree = Pedigree(sire, dam, None if kind == "none" else Groups(*of, 2, gamma))
    f = pedigree.inbreeding()
    operator, formed = PedigreeInverse.of(pedigree, f), pedigree.a_inverse(f)
    v, g = rng.normal(size=(formed.shape[0], size)), np.cov(rng.normal(size=(size, 9))).reshape(size, size)
    np.testing.assert_allclose(operator @ v, formed @ v, atol=1e-9)
    np.testing.assert_allclose(operator.diagonal(), formed.diagonal(), atol=1e-10)
    np.testing.assert_array_equal(operator.tocsr().toarray(), formed.toarray())
    levels = rng.normal(size=(len(v), size, k))
    expected = np.stack([levels[:, :, c] + formed @ levels[:, :, c] @ g for c in range(k)], axis=2)
    for structure in (operator, FormedInverse(formed)):
        result = levels.copy()
        structure.prior(g, Workers(2)).add(levels, levels, result)
        np.testing.assert_allclose(result, expected, atol=1e-8)


def test_more_traits_than_bits_have_patterns():
    observed = np.random.default_rng(1).random((20, 70)) < 0.5
    kinds, pattern = number_patterns(observed)
    np.testing.assert_array_equal(kinds[pattern], observed)


def test_maternal_model_by_pcg_is_the_direct_answer():
    rng = np.random.default_rng(4)
    pedigree = Pedigree(*random_pedigree(rng, 300, 0.2))
    values = rng.normal(size=(400, 2))
    values[rng.random((400, 2)) < 0.3] = np.nan
    columns = {"herd": rng.integers(0, 9, 400), "age": rng.random(400), "litter": np.arange(400) // 3}
    records = Records(rng.integers(0, 300, 400), values, columns)
    g = [[2.0, 0.5, -0.3], [0.5, 1.0, 0.1], [-0.3, 0.1, 0.8]]
    variances = Variances(TWO, additive_maternal=g, permanent=TWO, permanent_dam=0.4, random={"litter": 0.5})
    pcg, direct = (
        fit(Model(("a", "b"), EFFECTS, variances, Options(solver=solver, reliability="none")), records, pedigree)
        for solver in ("pcg", "direct")
    )
    np.testing.assert_allclose(pcg.ebv, direct.ebv, atol=1e-5)
