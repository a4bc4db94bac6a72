"""Structured covariance matrices: random problems beside a dense twin over loadings, whatever the order of traits."""

from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import CovarianceStructure, Effect, Model, ModelError, Options, Records, Variances, fit

from .problems import ANIMAL, HERD, KINDS, REML, correlations, flock, herds, of_traits
from .structured_twin import best_structured
from .test_edges import turned
from .twin import Whole, ends_of

CLOSE = 1e-3
GOES_IN_CIRCLES = 3260276255  # the solver of the best step, by its long steps
FORMS = {
    "RR1": CovarianceStructure("reduced_rank", 1),
    "RR2": CovarianceStructure("reduced_rank", 2),
    "FA1": CovarianceStructure("factor_analytic", 1),
    "FA2": CovarianceStructure("factor_analytic", 2),
    "diagonal": CovarianceStructure("diagonal"),
}


def some_factors(rng, sizes=(4, 6)):
    """Traits of one or two factors, with specific variances in half of the tries."""
    t = int(rng.choice(sizes))
    loads = rng.normal(size=(t, int(rng.integers(1, 3)))) * 1.5
    own = rng.choice([0.0, 1.0]) * np.diag(rng.uniform(0.0, 3.0, t))
    return of_traits(rng, loads @ loads.T + own, correlations(rng, t), int(rng.integers(80, 200)))


def structured(model, structure):
    """The model with a structure of its genetic matrix."""
    return replace(model, structures={"additive": structure})


@pytest.mark.parametrize("form", FORMS)
def test_the_best_of_the_twin(form, rounds, chance):
    restarts, structure = rounds(3, 10), FORMS[form]
    for _ in range(rounds(2, 30)):
        seed = chance.randrange(2**32)
        rng = np.random.default_rng(seed)
        model, records, pedigree, dense = some_factors(rng)
        estimates = fit(structured(model, structure), records, pedigree).estimates
        spread = np.var(records.values, axis=0)
        best = best_structured(dense, spread, structure.structure, structure.n_factors, rng, restarts)
        assert estimates.minus2_log_likelihood <= best + CLOSE, f"{form}, seed {seed}"
        matrix, residual = matrices(estimates, len(model.traits))
        # a singular residual magnifies the last digits of what is told
        close = 5 * CLOSE if np.linalg.cond(residual) < 1e8 else 50 * CLOSE
        assert dense.minus2([matrix, residual])[0] == pytest.approx(estimates.minus2_log_likelihood, abs=close)
        assert estimates.structures[0].matrix == pytest.approx(matrix, abs=1e-9 * spread.max()), seed


def matrices(estimates, t):
    """The genetic and the residual matrix."""
    found = {}
    for part in estimates.components:
        matrix = found.setdefault(part.component, np.zeros((t, t)))
        j, k = (int(name[1:]) for name in (part.row, part.column))
        matrix[j, k] = matrix[k, j] = part.estimate
    return found["additive"], found["residual"]


@pytest.mark.parametrize("form", FORMS)
def test_the_order_of_traits_does_not_matter(form, rounds, chance):
    for _ in range(rounds(1, 40)):
        seed = chance.randrange(2**32)
        rng = np.random.default_rng(seed)
        model, records, pedigree, _ = some_factors(rng)
        model = structured(model, FORMS[form])
        first = fit(model, records, pedigree).estimates
        other_model, other_records = turned(model, records, rng)
        other = fit(other_model, other_records, pedigree).estimates
        said = f"{form}, seed {seed}"
        assert other.minus2_log_likelihood == pytest.approx(first.minus2_log_likelihood, abs=CLOSE), said


def test_a_saturated_factor_analytic_matrix_is_unstructured(rounds, chance):
    for seed in (GOES_IN_CIRCLES, *(chance.randrange(2**32) for _ in range(rounds(1, 30)))):
        rng = np.random.default_rng(seed)
        t = int(rng.choice([3, 4]))
        genetic = correlations(rng, t) + 2.0 * np.eye(t)
        model, records, pedigree, _ = of_traits(rng, genetic, correlations(rng, t), 300)
        whole = fit(model, records, pedigree).estimates
        found = fit(structured(model, CovarianceStructure("factor_analytic", t - 1)), records, pedigree).estimates
        rank = fit(structured(model, CovarianceStructure("reduced_rank", t)), records, pedigree).estimates
        for saturated in (found, rank):
            assert saturated.minus2_log_likelihood == pytest.approx(whole.minus2_log_likelihood, abs=CLOSE), seed
            assert (saturated.n_parameters, saturated.n_contrasts) == (whole.n_parameters, whole.n_contrasts)


def test_more_factors_never_fit_worse_and_the_criteria_count_them(chance):
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    model, records, pedigree, _ = some_factors(rng, (4,))
    t, before = len(model.traits), np.inf
    for k in range(1, t + 1):
        found = fit(structured(model, CovarianceStructure("reduced_rank", k)), records, pedigree).estimates
        assert found.minus2_log_likelihood <= before + CLOSE, seed
        before = found.minus2_log_likelihood
        p = t * k - k * (k - 1) // 2 + t * (t + 1) // 2
        n = records.n_records * t - 3 * t
        assert found.n_parameters == p
        assert found.aic == pytest.approx(before + 2 * p)
        assert found.bic == pytest.approx(before + p * np.log(n))


def test_loadings_stand_on_principal_axes(chance):
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    model, records, pedigree, _ = some_factors(rng, (4,))
    found = fit(structured(model, FORMS["FA2"]), records, pedigree).estimates.structures[0]
    deviation = np.sqrt(np.diag(found.matrix))
    divided = found.loadings / deviation[:, None]
    crossed = divided.T @ divided
    assert abs(crossed[0, 1]) < 1e-9, seed
    assert crossed[0, 0] >= crossed[1, 1], seed
    assert (divided.sum(axis=0) >= 0.0).all(), seed
    assert found.share == pytest.approx(np.diag(crossed) / 4, rel=1e-3)
    assert found.communality == pytest.approx(np.sum(divided**2, axis=1), abs=1e-6)


def test_errors_of_loadings_are_those_of_the_dense_information():
    """FA1 of four traits with all specific variances inside: average information by hand in the twin's V."""
    rng = np.random.default_rng(5)
    loads = np.array([[2.0], [1.5], [-1.0], [1.0]])
    model, records, pedigree, dense = of_traits(
        rng, loads @ loads.T + np.diag([2.0, 1.5, 2.5, 2.0]), 4.0 * np.eye(4), 600
    )
    estimates = fit(structured(model, FORMS["FA1"]), records, pedigree).estimates
    found = estimates.structures[0]
    assert (found.specific > 0.05).all()
    matrix, residual = matrices(estimates, 4)

    def weighted(change_g, change_r):
        """``V_i P y`` and P of each rotated animal."""
        inverse = np.linalg.inv(dense.roots[:, None, None] * matrix + residual)
        py = np.einsum("ijk,ik->ij", inverse, dense.rows)
        return np.einsum("ijk,ik->ij", dense.roots[:, None, None] * change_g + change_r, py), inverse

    ways = [(np.outer(e, found.loadings[:, 0]) + np.outer(found.loadings[:, 0], e), 0.0) for e in np.eye(4)]
    ways += [(np.diag(e), 0.0) for e in np.eye(4)]
    for j in range(4):
        for k in range(j + 1):
            change = np.zeros((4, 4))
            change[j, k] = change[k, j] = 1.0
            ways.append((0.0, change))
    columns = [weighted(*way) for way in ways]
    information = np.array([[0.5 * np.einsum("ij,ijk,ik->", a, p, b) for b, _ in columns] for a, p in columns])
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    assert found.loadings_se[:, 0] == pytest.approx(errors[:4], rel=1e-3)
    assert found.specific_se == pytest.approx(errors[4:8], rel=1e-3)


def test_breeding_values_follow_the_factors(chance):
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    model, records, pedigree, _ = some_factors(rng, (4,))
    options = Options(estimate="ai-reml", reliability="exact")
    solution = fit(replace(structured(model, FORMS["RR1"]), options=options), records, pedigree)
    loadings = solution.estimates.structures[0].loadings[:, 0]
    np.testing.assert_allclose(np.linalg.svd(solution.ebv)[1][1:], 0.0, atol=1e-9, err_msg=str(seed))
    np.testing.assert_allclose(solution.ebv @ loadings / (loadings @ loadings), solution.ebv[:, 0] / loadings[0])
    np.testing.assert_allclose(np.ptp(solution.reliability, axis=1), 0.0, atol=1e-9, err_msg=str(seed))


def test_two_matrices_with_structures(chance):
    """Permanent environments beside the animals, on three traits with repeated records."""
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    model, records, pedigree, _ = of_traits(rng, correlations(rng, 3), correlations(rng, 3), 120)
    values = np.vstack([records.values, records.values + rng.normal(size=records.values.shape)])
    animal, herd = np.tile(records.animal, 2), np.tile(records.columns["herd"], 2)
    third = np.diag(np.var(values, axis=0) / 3.0)
    of = Model(model.traits, (HERD, ANIMAL, Effect("animal", "permanent")),
               Variances(third, additive=third, permanent=third), REML)  # fmt: skip
    whole = fit(of, Records(animal, values, {"herd": herd}), pedigree).estimates
    both = replace(of, structures={"additive": FORMS["FA1"], "permanent": FORMS["RR1"]})
    found = fit(both, Records(animal, values, {"herd": herd}), pedigree).estimates
    assert [part.component for part in found.structures] == ["additive", "permanent"], seed
    assert found.minus2_log_likelihood >= whole.minus2_log_likelihood - CLOSE, seed
    assert found.n_parameters == 6 + 3 + 6
    again = fit(*turned(both, Records(animal, values, {"herd": herd}), rng), pedigree).estimates
    assert again.minus2_log_likelihood == pytest.approx(found.minus2_log_likelihood, abs=CLOSE), seed


def test_residual_covariances_that_nobody_can_estimate_stay_0(chance):
    """Two of three traits are never recorded together: a saturated structure is unstructured all the same."""
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    model, records, pedigree, _ = of_traits(rng, correlations(rng, 3), correlations(rng, 3), 250)
    values, is_first = records.values.copy(), np.arange(250) % 2 == 0
    values[is_first, 2] = np.nan
    values[~is_first, 0] = np.nan
    apart = Records(records.animal, values, records.columns)
    whole = fit(model, apart, pedigree).estimates
    found = fit(structured(model, CovarianceStructure("reduced_rank", 3)), apart, pedigree).estimates
    assert found.minus2_log_likelihood == pytest.approx(whole.minus2_log_likelihood, abs=CLOSE), seed
    assert found.n_parameters == whole.n_parameters == 11
    assert matrices(found, 3)[1][2, 0] == 0.0
    assert "covariance_kept" in [notice.code for notice in found.warnings]


def test_direct_and_maternal_values_without_covariance(chance):
    """Of dams without records, whose covariance nothing tells: the model without it can be estimated nevertheless."""
    rng = np.random.default_rng(chance.randrange(2**32))
    pedigree, a = flock(rng, 8, 30, 200)
    animal = np.arange(38, 238)
    dam = pedigree.dam[animal]
    u = np.linalg.cholesky(a) @ rng.normal(size=(238, 2))
    herd, x = herds(rng, 200)
    y = 20.0 + herd + 1.2 * u[animal, 0] + u[dam, 1] + 1.5 * rng.normal(size=200)
    third = float(np.var(y)) / 3.0
    effects = (HERD, ANIMAL, Effect("dam", "maternal"))
    model = Model(("y",), effects, Variances(third, additive_maternal=np.diag([third, third])), REML)
    model = replace(model, structures={"additive_maternal": FORMS["diagonal"]})
    estimates = fit(model, Records(animal, y, {"herd": herd}), pedigree).estimates
    dense = Whole((1, 1, 1), [a[np.ix_(animal, animal)], a[np.ix_(dam, dam)], np.eye(200)], x, y)
    assert estimates.minus2_log_likelihood == pytest.approx(min(ends_of(dense, rng, 5)), abs=CLOSE)
    assert [part.estimate for part in estimates.components][1] == 0.0


def test_direct_and_maternal_values_of_one_factor(chance):
    """One factor is a direct-maternal correlation of 1 or -1."""
    seed = chance.randrange(2**32)
    model, records, pedigree, dense = KINDS["direct and maternal"](np.random.default_rng(seed))
    one = replace(model, structures={"additive_maternal": FORMS["RR1"]})
    found = fit(one, records, pedigree).estimates
    whole = fit(model, records, pedigree).estimates
    assert found.minus2_log_likelihood >= whole.minus2_log_likelihood - CLOSE, seed
    matrix = found.structures[0].matrix
    residual = np.array([[found.components[-1].estimate]])
    assert dense.minus2([matrix, residual])[0] == pytest.approx(found.minus2_log_likelihood, abs=5 * CLOSE), seed


WRONG = {
    "unknown_structure": lambda: CovarianceStructure("toeplitz"),
    "factors": lambda: CovarianceStructure("reduced_rank"),
    "factors of a diagonal": lambda: CovarianceStructure("diagonal", 2),
    "factors below 1": lambda: CovarianceStructure("factor_analytic", 0),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_structure_is_refused(case):
    with pytest.raises(ModelError) as caught:
        WRONG[case]()
    assert caught.value.code == case.split()[0]
    assert caught.value.fix


@pytest.mark.parametrize(
    ("code", "name", "structure", "estimate"),
    [
        ("unknown_structure_of", "permanent", FORMS["RR1"], "ai-reml"),
        ("unknown_structure_of", "residual", FORMS["FA1"], "ai-reml"),
        ("structure_not_estimated", "additive", FORMS["RR1"], "none"),
        ("structure_by_sampling", "additive", FORMS["RR1"], "mc-reml"),
        ("structure_of_one", "random.herd", FORMS["diagonal"], "ai-reml"),
        ("factors", "additive", CovarianceStructure("reduced_rank", 5), "ai-reml"),
        ("factors", "additive", CovarianceStructure("factor_analytic", 2), "ai-reml"),
    ],
)
def test_a_structure_without_place_is_refused(code, name, structure, estimate):
    effects = (ANIMAL, Effect("herd", "random", traits=("a",)))
    variances = Variances(np.eye(2), additive=np.eye(2), random={"herd": 1.0})
    model = Model(("a", "b"), effects, variances, Options(estimate=estimate), structures={name: structure})
    records = Records([0, 1], [[1.0, 2.0], [2.0, 1.0]], {"herd": [0, 1]})
    with pytest.raises(ModelError) as caught:
        fit(model, records, of_traits(np.random.default_rng(1), np.eye(1), np.eye(1), 10)[2])
    assert caught.value.code == code
    assert caught.value.place == f"structures.{name}"
    assert caught.value.fix


@pytest.mark.parametrize("others", [{}, {"permanent": FORMS["diagonal"]}])
def test_unstructured_by_name_is_as_without(others, chance):
    """Alone, and beside a structure of another matrix: also what is told of an edge."""
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    model, records, pedigree, _ = of_traits(rng, np.ones((3, 3)) + np.diag([0.0, 0.0, 0.2]), np.eye(3), 120)
    if others:
        variances = replace(model.variances, permanent=0.1 * np.eye(3))
        model = replace(model, effects=(*model.effects, Effect("animal", "permanent")), variances=variances)
        records = twice(records)
    without = fit(replace(model, structures=others), records, pedigree).estimates
    named = {"additive": CovarianceStructure("unstructured"), **others}
    found = fit(replace(model, structures=named), records, pedigree).estimates
    assert found.minus2_log_likelihood == without.minus2_log_likelihood, seed
    assert found.warnings == without.warnings, seed
    assert repr(found.components) == repr(without.components), seed


def twice(records):
    """Each record and, beside it, one that differs by chance."""
    rng = np.random.default_rng(1)
    values = np.vstack([records.values, records.values + rng.normal(size=records.values.shape)])
    columns = {name: np.concatenate([column, column]) for name, column in records.columns.items()}
    return Records(np.concatenate([records.animal, records.animal]), values, columns)


def test_shares_are_of_the_rows_that_vary(chance):
    """A trait whose variance ends at 0 adds nothing to what a factor explains: shares never exceed 1."""
    seed = chance.randrange(2**32)
    rng = np.random.default_rng(seed)
    genetic = np.array([[4.0, 4.0, 0.0], [4.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
    model, records, pedigree, _ = of_traits(rng, genetic + 1e-9 * np.eye(3), 2.0 * np.eye(3), 150)
    for form in ("RR1", "FA1", "FA2"):
        part = fit(structured(model, FORMS[form]), records, pedigree).estimates.structures[0]
        has_variance = np.isfinite(part.communality)
        assert part.share.sum() == pytest.approx(part.communality[has_variance].mean(), abs=1e-9), (form, seed)
