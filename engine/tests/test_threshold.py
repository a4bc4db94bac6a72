"""The threshold model beside direct maximisation and the published case."""

import numpy as np
import pytest
from bellwether_engine import Effect, Groups, Model, ModelError, Options, Pedigree, Records, Variances, fit
from bellwether_engine.threshold.liability import probabilities
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import norm

from .twins import case, incidence, pedigree_of, random_pedigree, relationship

SOLVERS = pytest.mark.parametrize("solver", ["direct", "pcg"])
ANIMAL = Effect("animal", "additive")


def expanded(data, position):
    rows = [
        (position[row["sire"]], row["herd"] - 1, "MF".index(row["sex"]), k + 1.0)
        for row in data["records"]
        for k, count in enumerate(row["counts"])
        for _ in range(count)
    ]
    sire, herd, sex, category = (np.array(x) for x in zip(*rows, strict=True))
    return Records(sire, category, {"herd": herd, "sex": sex})


@pytest.mark.reference("mrode_threshold")
@SOLVERS
def test_mrode_threshold(solver):
    data = case("mrode_threshold")
    pedigree, position = pedigree_of(data)
    records = expanded(data, position)
    variances = Variances(1.0, additive=data["parameters"]["var_s"])
    effects = (Effect("herd", "fixed"), Effect("sex", "fixed"), ANIMAL)
    options = Options(solver=solver, reliability="exact")
    solution = fit(Model(("ease",), effects, variances, options, ordinal=("ease",)), records, pedigree)
    first, second, herd, female, *sires = data["computed"]
    np.testing.assert_allclose(solution.ebv[:, 0], sires, atol=1e-6)
    np.testing.assert_allclose(solution.ebv[:, 0], data["expected"]["sires"], atol=data["tolerance"])
    thresholds = solution.thresholds[0]
    assert thresholds.category.tolist() == [1.0, 2.0, 3.0]
    assert thresholds.threshold[0] == 0.0
    np.testing.assert_allclose(thresholds.threshold[1], second - first, atol=1e-6)
    by_herd, by_sex = (part.estimate for part in solution.fixed)
    np.testing.assert_allclose([np.diff(by_herd)[0], np.diff(by_sex)[0]], [herd, female], atol=1e-6)
    liability = by_herd[0] + by_sex[1] + solution.ebv[:, 0]
    expected = data["expected"]["P_category_given_herd1_female_by_sire"]
    np.testing.assert_allclose(
        probabilities(liability, thresholds.threshold), expected, atol=data["probability_tolerance"]
    )
    pev = (1.0 - solution.reliability[:, 0]) * data["parameters"]["var_s"]
    np.testing.assert_allclose(np.sqrt(pev), data["expected"]["se"][4:], atol=0.006)
    assert "first threshold is 0" in solution.constraint


def posterior(theta, category, w, precision, k):
    """Minus log posterior of thresholds 2 .. and the solutions."""
    edges = np.concatenate([[-np.inf, 0.0], np.cumsum(np.exp(theta[: k - 2])), [np.inf]])
    x = theta[k - 2 :]
    eta = w @ x
    p = norm.cdf(edges[category + 1] - eta) - norm.cdf(edges[category] - eta)
    return -np.log(np.maximum(p, 1e-300)).sum() + 0.5 * x @ precision @ x


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_the_maximum_is_found(seed, k):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, 12))
    animal, herd = rng.integers(0, 12, 60), np.arange(60) % 2
    category = rng.integers(0, k, 60)
    category[: 2 * k] = np.repeat(np.arange(k), 2)
    model = Model(("a",), (Effect("herd", "fixed"), ANIMAL), Variances(1.0, additive=0.3), ordinal=("a",))
    solution = fit(model, Records(animal, 2.0 * category, {"herd": herd}), pedigree)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    w = np.hstack([incidence(herd, 2), incidence(animal, 12)])
    precision = np.zeros((14, 14))
    precision[2:, 2:] = np.linalg.inv(a) / 0.3
    start = np.zeros(k - 2 + 14)
    best = minimize(posterior, start, (category, w, precision, k), method="BFGS", options={"gtol": 1e-6})
    np.testing.assert_allclose(solution.ebv[:, 0], best.x[k:], atol=2e-5)
    np.testing.assert_allclose(solution.fixed[0].estimate, best.x[k - 2 : k], atol=2e-5)
    np.testing.assert_allclose(solution.thresholds[0].threshold[1:], np.cumsum(np.exp(best.x[: k - 2])), atol=2e-5)


def test_probabilities_keep_their_digits_in_both_tails():
    found = probabilities([-9.0, 9.0], [0.0, 1.0])
    np.testing.assert_allclose(found[0], [norm.cdf(9), norm.sf(9) - norm.sf(10), norm.sf(10)], rtol=1e-10)
    np.testing.assert_allclose(found[1], [norm.cdf(-9), norm.cdf(-8) - norm.cdf(-9), norm.sf(-8)], rtol=1e-10)


def test_groups_and_thresholds_together():
    rng = np.random.default_rng(1)
    sire, dam = random_pedigree(rng, 20, 0.4)
    groups = [np.where(p < 0, rng.integers(0, 2, 20), -1) for p in (sire, dam)]
    records = Records(rng.integers(0, 20, 90), rng.integers(1, 4, 90).astype(float))
    model = Model(("a",), (ANIMAL,), Variances(1.0, additive=0.3), Options(reliability="exact"), ordinal=("a",))
    solution = fit(model, records, Pedigree(sire, dam, Groups(*groups, 2)))
    assert solution.groups.is_constrained[:, 0].tolist() == [True, False]
    assert ((solution.reliability >= 0.0) & (solution.reliability < 1.0)).all()


@pytest.mark.parametrize(
    ("values", "change", "code"),
    [
        ([1, 2, 1, 2], {"ordinal": ("b",)}, "unknown_trait"),
        ([1, 2, 1, 2], {"variances": Variances(2.0, additive=1.0)}, "residual_not_one"),
        ([1, 1, 1, 1], {}, "categories"),
        ([1, 1, 1, 2], {}, "extreme_category"),
        ([[1, 2]] * 4, {"traits": ("a", "b"), "variances": Variances(np.eye(2), additive=np.eye(2))}, "not_available"),
    ],
)
def test_refusals(values, change, code):
    given = {"traits": ("a",), "variances": Variances(1.0, additive=1.0), "ordinal": ("a",)} | change
    records = Records([0, 1, 2, 3], np.array(values, float), {"herd": [0, 0, 1, 1]})
    with pytest.raises(ModelError) as caught:
        fit(Model(effects=(Effect("herd", "fixed"), ANIMAL), **given), records, Pedigree([-1] * 4, [-1] * 4))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("traits", "values", "given", "estimate", "why"),
    [
        (("a", "b"), [[1.0, 2.0], [2.0, 1.0]], {}, "none", "without residual covariances"),
        (("a",), [1.0, 2.0], {"weights": [1.0, 2.0]}, "none", "have no place"),
        (("a",), [1.0, 2.0], {"residual_class": [0, 0]}, "none", "have no place"),
        (("a",), [1.0, 2.0], {}, "ai-reml", "no closed form"),
    ],
)
def test_a_refusal_says_why(traits, values, given, estimate, why):
    variances = Variances(np.eye(len(traits)), additive=np.eye(len(traits)))
    model = Model(traits, (ANIMAL,), variances, Options(estimate=estimate), ordinal=("a",))
    with pytest.raises(ModelError, match=why) as caught:
        fit(model, Records([0, 1], values, **given), Pedigree([-1, -1], [-1, -1]))
    assert caught.value.code == "not_available"


def separated(effects, y, columns, pedigree, solver):
    model = Model(("y",), (*effects, Effect("animal", "additive")), Variances(1.0, additive=0.5),
                  Options(solver=solver, reliability="none"), ordinal=("y",))  # fmt: skip
    with pytest.raises(ModelError) as caught:
        fit(model, Records(np.arange(len(y)), y, columns), pedigree)
    return caught.value.code, caught.value.place


@pytest.mark.parametrize("solver", ["direct", "pcg"])
def test_a_covariate_or_group_that_separates_the_categories_is_named(solver):
    unknown, x = np.full(30, -1), np.linspace(-1.0, 1.0, 30)
    found = separated(
        (Effect("x", "covariate"),), np.where(x > 0, 1.0, 0.0), {"x": x}, Pedigree(unknown, unknown), solver
    )
    assert found == ("extreme_category", "effects.x")
    group = np.repeat([0, 1], 15)
    y = np.where(group == 1, 1.0, np.arange(30) % 2)
    found = separated((), y, {}, Pedigree(unknown, unknown, Groups(group, group, 2)), solver)
    assert found == ("extreme_category", "groups")


def test_records_without_the_trait_beside_a_mean():
    model = Model(("y",), (Effect("animal", "additive"),), Variances(1.0, additive=0.5), ordinal=("y",))
    unknown = np.full(4, -1)
    found, expected = (
        fit(model, Records(animal, y), Pedigree(unknown, unknown)).ebv
        for animal, y in (([0, 1, 2, 3], [0.0, 1.0, np.nan, 0.0]), ([0, 1, 3], [0.0, 1.0, 0.0]))
    )
    np.testing.assert_allclose(found, expected, atol=1e-9)
