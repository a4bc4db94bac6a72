"""Properties of `fit`, against a dense solution through V and against itself."""

import pickle

import numpy as np
import pytest
from bellwether_engine import Effect, Model, ModelError, NotConverged, Options, Pedigree, Records, Variances, fit
from hypothesis import given
from hypothesis import strategies as st

from .twins import blup, incidence, permute, random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)
EFFECTS = (
    Effect("group", "fixed"), Effect("age", "covariate"), Effect("litter", "random", traits=("a",)),
    Effect("animal", "additive"), Effect("animal", "permanent"),
)  # fmt: skip
VARIANCES = Variances(
    residual=[[4.0, 1.0], [1.0, 6.0]],
    additive=[[3.0, 1.5], [1.5, 5.0]],
    permanent=[[1.0, 0.2], [0.2, 2.0]],
    random={"litter": 0.7},
)


def example(seed, n=14, n_records=24):
    """Two traits with missing values, weights, unbalanced classes, litters that are not known (-1)."""
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, n)
    values = rng.normal(10.0, 3.0, (n_records, 2))
    values[rng.random((n_records, 2)) < 0.3] = np.nan
    values[:6] = rng.normal(10.0, 3.0, (6, 2))
    columns = {
        "group": np.concatenate([np.arange(6) % 3, rng.integers(0, 3, n_records - 6)]).astype(np.int32),
        "age": rng.uniform(50, 100, n_records),
        "litter": rng.integers(-1, 5, n_records).astype(np.int32),
    }
    weights = rng.uniform(0.5, 3.0, n_records)
    return sire, dam, Records(rng.integers(0, n, n_records), values, columns, weights)


def dense(sire, dam, records):
    """EBV and PEV of `EFFECTS` by loops and V."""
    pedigree = Pedigree(sire, dam)
    n = len(sire)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    cells = [(r, t) for r in range(records.n_records) for t in range(2) if np.isfinite(records.values[r, t])]
    y = np.array([records.values[r, t] for r, t in cells])
    x = np.zeros((len(cells), 8))
    z, p = np.zeros((len(cells), 2 * n)), np.zeros((len(cells), 2 * n))
    for row, (r, t) in enumerate(cells):
        x[row, 3 * t + records.columns["group"][r]] = 1.0
        x[row, 6 + t] = records.columns["age"][r]
        z[row, 2 * records.animal[r] + t] = p[row, 2 * records.animal[r] + t] = 1.0
    litter = incidence([records.columns["litter"][r] if t == 0 else -1 for r, t in cells], 5)
    r_matrix = np.array(
        [[VARIANCES.residual[t, s] / records.weights[r] if r == q else 0.0 for q, s in cells] for r, t in cells]
    )
    parts = [
        (z, np.kron(a, VARIANCES.additive)),
        (p, np.kron(np.eye(n), VARIANCES.permanent)),
        (litter, 0.7 * np.eye(5)),
    ]
    _, u, pev = blup(y, x, parts, r_matrix)
    return u[0].reshape(n, 2), pev[0].reshape(n, 2), np.diag(a)


@pytest.mark.parametrize("solver", ["direct", "pcg"])
@given(seed=seeds)
def test_fit_equals_blup_through_v(solver, seed):
    sire, dam, records = example(seed)
    ebv, pev, own = dense(sire, dam, records)
    solution = fit(Model(("a", "b"), EFFECTS, VARIANCES, Options(solver=solver)), records, Pedigree(sire, dam))
    np.testing.assert_allclose(solution.ebv, ebv, atol=1e-7)
    expected = 1.0 - pev / (own[:, None] * np.diag(VARIANCES.additive))
    np.testing.assert_allclose(solution.reliability, expected, atol=1e-8)


@given(seed=seeds)
def test_the_order_of_animals_and_records_does_not_matter(seed):
    sire, dam, records = example(seed)
    rng = np.random.default_rng(seed)
    new, rows = rng.permutation(len(sire)), rng.permutation(records.n_records)
    moved = Records(
        new[records.animal][rows],
        records.values[rows],
        {name: values[rows] for name, values in records.columns.items()},
        records.weights[rows],
    )
    model = Model(("a", "b"), EFFECTS, VARIANCES)
    before = fit(model, records, Pedigree(sire, dam))
    after = fit(model, moved, Pedigree(*permute(sire, dam, new)))
    np.testing.assert_allclose(after.ebv[new], before.ebv, atol=1e-9)
    np.testing.assert_allclose(after.reliability[new], before.reliability, atol=1e-9)
    assert after.provenance.input_sha256 != before.provenance.input_sha256


def test_the_same_input_gives_the_same_bits():
    sire, dam, records = example(7)
    model = Model(("a", "b"), EFFECTS, VARIANCES, Options(solver="pcg"))
    first, second = (fit(model, records, Pedigree(sire, dam)) for _ in range(2))
    np.testing.assert_array_equal(first.ebv, second.ebv)
    assert first.provenance == second.provenance


def test_a_constant_added_to_a_trait_changes_no_breeding_value():
    sire, dam, records = example(3)
    moved = Records(records.animal, records.values + np.array([100.0, -5.0]), records.columns, records.weights)
    model = Model(("a", "b"), EFFECTS, VARIANCES)
    first, second = (fit(model, r, Pedigree(sire, dam)) for r in (records, moved))
    np.testing.assert_allclose(first.ebv, second.ebv, atol=1e-9)


def test_pcg_shows_true_convergence_and_progress():
    sire, dam, records = example(5, n=60, n_records=200)
    told = []
    options = Options(solver="pcg", reliability="none", tolerance=1e-8)
    solution = fit(
        Model(("a", "b"), EFFECTS, VARIANCES, options),
        records,
        Pedigree(sire, dam),
        progress=lambda share, step: told.append((share, step)),
    )
    found = solution.convergence
    assert found.method == "pcg"
    assert found.converged
    assert found.largest_change < 1e-8
    assert found.relative_residual < 1e-8
    assert found.direct_difference < 1e-7
    assert found.direct_difference <= found.error_estimate * 2.0
    assert solution.reliability is None
    assert told[0] == (0.0, "inbreeding")
    assert told[-1] == (1.0, "done")
    assert [share for share, _ in told] == sorted(share for share, _ in told)


def test_a_run_that_does_not_converge_has_no_solution():
    sire, dam, records = example(5, n=60, n_records=200)
    options = Options(solver="pcg", reliability="none", maximum_iterations=3)
    with pytest.raises(NotConverged):
        fit(Model(("a", "b"), EFFECTS, VARIANCES, options), records, Pedigree(sire, dam))


def test_a_trait_without_class_effects_gets_a_mean():
    records = Records([0, 1, 2], [1.0, 2.0, 4.5])
    model = Model(("a",), (Effect("animal", "additive"),), Variances(1.0, additive=1.0))
    solution = fit(model, records, Pedigree([-1, -1, -1], [-1, -1, -1]))
    assert solution.fixed[0].effect == "mean"
    assert solution.fixed[0].estimate[0] == pytest.approx(2.5)
    np.testing.assert_allclose(solution.ebv[:, 0], [-0.75, -0.25, 1.0])


def test_exact_answers_are_refused_above_the_limit():
    n = 100_001
    none = np.full(n, -1, np.int32)
    model = Model(("a",), (Effect("animal", "additive"),), Variances(1.0, additive=1.0), Options(reliability="exact"))
    with pytest.raises(ModelError) as caught:
        fit(model, Records([0], [1.0]), Pedigree(none, none))
    assert caught.value.code == "too_large"


def test_models_solutions_and_errors_cross_process_borders():
    sire, dam, records = example(1)
    model = Model(("a", "b"), EFFECTS, VARIANCES)
    model, records, pedigree = pickle.loads(pickle.dumps((model, records, Pedigree(sire, dam))))
    solution = pickle.loads(pickle.dumps(fit(model, records, pedigree)))
    assert solution.ebv.shape == (14, 2)
    error = ModelError("code", "message", place="records", fix="fix", positions=(1, 2))
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, ModelError)
    assert vars(again) == vars(error)


def test_singular_equations_name_the_effect():
    """With a variance so large that nothing shrinks, the mean and the animals cannot be told apart."""
    unknown = np.full(5, -1)
    records = Records(np.arange(5), np.arange(5.0))
    model = Model(("a",), (Effect("animal", "additive"),), Variances(1.0, additive=1e15))
    with pytest.raises(ModelError) as caught:
        fit(model, records, Pedigree(unknown, unknown))
    assert caught.value.code == "singular"
    assert caught.value.place in ("effects.mean", "effects.animal")
    assert caught.value.positions == ()
