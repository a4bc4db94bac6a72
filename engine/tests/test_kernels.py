"""Each kernel beside its slow plain-numpy twin."""

import doctest
import importlib
import pkgutil

import bellwether_engine
import numpy as np
import pytest
from bellwether_engine import Effect, Legendre, Model, ModelError, Options, Pedigree, Records, Variances, fit
from bellwether_engine.equations.basis import legendre
from bellwether_engine.equations.blocks import fixed_blocks
from bellwether_engine.equations.constraints import _Sweep, _sweep_order, find_constraints, sweep
from bellwether_engine.equations.design import build_design, residual_inverse
from bellwether_engine.linear.factor import Factor
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array

seeds = st.integers(0, 2**32 - 1)


def sparse_positive(rng, n):
    root = np.where(rng.random((n, n)) < 3.0 / n, rng.normal(size=(n, n)), 0.0)
    return root @ root.T + np.diag(rng.uniform(0.1, 2.0, n))


@given(seeds, st.integers(1, 60))
def test_selected_inverse_and_solve(seed, n):
    rng = np.random.default_rng(seed)
    matrix = sparse_positive(rng, n)
    factor = Factor(csc_array(matrix))
    rhs = rng.normal(size=n)
    np.testing.assert_allclose(factor.inverse_diagonal(), np.diag(np.linalg.inv(matrix)), rtol=1e-8)
    np.testing.assert_allclose(matrix @ factor.solve(rhs), rhs, atol=1e-8)


def test_a_singular_matrix_is_refused():
    with pytest.raises(ModelError) as caught:
        Factor(csc_array(np.ones((3, 3))))
    assert caught.value.code == "singular"


@given(seeds, st.sampled_from([2, 5, 64]))
def test_dependent_fixed_columns_are_made_of_others(seed, block):
    """One class effect follows from two others: each null vector b has X b = 0; there are as many as X lacks rank."""
    rng = np.random.default_rng(seed)
    columns = {name: rng.integers(0, rng.integers(2, 9), 40) for name in "abd"}
    columns["c"] = 2 * columns["a"] + columns["b"] % 2
    records = Records(np.arange(40), rng.normal(size=40), columns)
    effects, variances = tuple(Effect(name, "fixed") for name in "abcd"), Variances(1.0)
    design = build_design(fixed_blocks(effects, ("y",), records), [], records, variances)
    kept = max(range(4), key=lambda k: len(design.fixed[k].level))
    swept = np.concatenate([_sweep_order(design, k) for k in range(4) if k != kept])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bellwether_engine.equations.constraints.BLOCK", block)
        vectors = _Sweep.of(design, 0, kept, swept).null_vectors(design.n_fixed)
    x = design.w.toarray()
    np.testing.assert_allclose(x @ vectors, 0.0, atol=1e-9)
    assert vectors.shape[1] == design.n_fixed - np.linalg.matrix_rank(x) == np.linalg.matrix_rank(vectors)


@settings(max_examples=200)
@given(seeds)
def test_a_level_is_refused_where_no_contrast_with_it_can_be_estimated(seed):
    """Beside the definition: ``k'b`` can be estimated where k lies in the row space of X."""
    rng = np.random.default_rng(seed)
    m = int(rng.integers(6, 30))
    columns = {name: rng.integers(0, rng.integers(2, 12), m) for name in "abd"}
    columns["c"] = 2 * columns["a"] + columns["b"] % 2
    records, effects = Records(np.arange(m), np.zeros(m), columns), tuple(Effect(name, "fixed") for name in "abcd")
    design = build_design(fixed_blocks(effects, ("y",), records), [], records, Variances(1.0))
    x = design.w.toarray()
    projection = np.linalg.pinv(x) @ x
    lonely = False
    for block, start in zip(design.fixed, design.fixed_start, strict=True):
        counts = np.bincount(block.column)
        for j in np.flatnonzero(counts == 1) if len(counts) > 1 else []:
            contrasts = np.eye(design.n_fixed)[[start + k for k in range(len(counts)) if k != j]]
            contrasts[:, start + j] -= 1.0
            lonely |= not (np.abs(contrasts @ projection - contrasts).max(axis=1) < 1e-8).any()
    try:
        find_constraints(design, ("y",))
        refused = False
    except ModelError as error:
        refused = error.code == "level_not_estimable"
    assert refused == lonely


@given(seeds, st.integers(1, 12), st.integers(1, 6))
def test_sweep_finds_the_rank(seed, n, rank):
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, (30, rank)) @ rng.integers(-1, 2, (rank, n))
    scale = np.sqrt((x**2).sum(axis=0))
    x = x / np.where(scale == 0.0, 1.0, scale)
    _, dependent = sweep(x.T @ x, 1e-9)
    for j in range(n):
        grows = np.linalg.matrix_rank(x[:, : j + 1]) > np.linalg.matrix_rank(x[:, :j]) if j else x[:, 0].any()
        assert dependent[j] != grows


@given(seeds)
def test_residual_inverse_by_pattern(seed):
    rng = np.random.default_rng(seed)
    observed = rng.random((9, 3)) < 0.6
    root = rng.normal(size=(3, 3))
    residual, weights = root @ root.T + np.eye(3), rng.uniform(0.5, 2.0, 9)
    cells = np.argwhere(observed)
    full = [[residual[t, s] / weights[r] if r == q else 0.0 for q, s in cells] for r, t in cells]
    inverse = residual_inverse(observed, residual, weights).toarray()
    np.testing.assert_allclose(inverse @ np.reshape(full, inverse.shape), np.eye(len(cells)), atol=1e-8)
    both, classes = np.array([residual, np.diag([1.0, 2.0, 4.0])]), rng.integers(0, 2, 9).astype(np.int32)
    full = [[both[classes[r], t, s] / weights[r] if r == q else 0.0 for q, s in cells] for r, t in cells]
    inverse = residual_inverse(observed, both, weights, classes).toarray()
    np.testing.assert_allclose(inverse @ np.reshape(full, inverse.shape), np.eye(len(cells)), atol=1e-8)


def test_legendre_polynomials_are_the_textbook_ones():
    t = np.linspace(-1.0, 1.0, 7)
    phi = legendre(Legendre(2, "dim", 4.0, 310.0), 4.0 + (t + 1.0) * 153.0)
    expected = np.column_stack([t * 0 + 0.5**0.5, 1.5**0.5 * t, 2.5**0.5 * (1.5 * t**2 - 0.5)])
    np.testing.assert_allclose(phi, expected, atol=1e-12)


MODULES = [module.name for module in pkgutil.walk_packages(bellwether_engine.__path__, "bellwether_engine.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize("solver", ["direct", "pcg"])
@pytest.mark.parametrize("mean", [0.0, 2020.0, 738_000.0, -1.7e12])
def test_a_covariate_far_from_zero_keeps_its_slope(mean, solver):
    rng = np.random.default_rng(2)
    age, y = mean + rng.uniform(-30, 30, 40), rng.normal(size=40)
    records = Records(np.arange(40), y, {"herd": rng.integers(0, 4, 40), "age": age})
    model = Model(
        ("a",),
        (Effect("herd", "fixed"), Effect("age", "covariate"), Effect("animal", "additive")),
        Variances(1.0, additive=1e-9),
        Options(solver=solver, reliability="none"),
    )
    unknown = np.full(40, -1)
    solution = fit(model, records, Pedigree(unknown, unknown))
    x = np.column_stack([np.eye(4)[records.columns["herd"]], age - mean])
    assert solution.fixed[1].estimate[0] == pytest.approx(np.linalg.lstsq(x, y)[0][4], rel=1e-5)
    is_far = abs(mean) > 1e4
    assert [notice.code for notice in solution.warnings] == ["covariate_origin"] * is_far
    origin = float(solution.warnings[0].message.split("from ")[1].split(":")[0]) if is_far else 0.0
    found = solution.fixed[0].estimate[records.columns["herd"]] + (age - origin) * solution.fixed[1].estimate[0]
    np.testing.assert_allclose(found, x @ np.linalg.lstsq(x, y)[0], atol=1e-5)


def test_a_covariate_far_from_zero_in_one_trait():
    """Each trait has its own origin: 1,000,000 in the one, 0 in the other."""
    rng = np.random.default_rng(3)
    x, values = rng.normal(size=100), rng.normal(size=(100, 2))
    x[:50] += 1e6
    values[:50, 1] = values[50:, 0] = np.nan
    effects, variances = (
        (Effect("x", "covariate"), Effect("animal", "additive")),
        Variances(np.eye(2), additive=np.eye(2)),
    )
    found = [
        fit(Model(("a", "b"), effects, variances, Options(solver=solver, reliability="none")),
            Records(np.arange(100), values, {"x": x}), Pedigree([-1] * 100, [-1] * 100))
        for solver in ("direct", "pcg")
    ]  # fmt: skip
    np.testing.assert_allclose(found[0].ebv, found[1].ebv, atol=1e-6)
    assert len(found[0].warnings) == 1


def test_a_covariate_without_variation_is_set_to_zero_with_a_warning():
    records = Records([0, 1, 2, 3], [1.0, 2.0, 3.0, 5.0], {"herd": np.array([0, 0, 1, 1]), "age": np.full(4, 60.0)})
    effects = (Effect("herd", "fixed"), Effect("age", "covariate"), Effect("animal", "additive"))
    solution = fit(Model(("a",), effects, Variances(1.0, additive=1.0)), records, Pedigree([-1] * 4, [-1] * 4))
    assert solution.fixed[1].is_constrained.tolist() == [True]
    assert [notice.code for notice in solution.warnings] == ["confounded_covariate"]
