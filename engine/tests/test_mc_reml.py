"""Monte Carlo REML beside AI-REML: the same score in the mean, the same estimates within their Monte Carlo error."""

from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import Effect, Model, ModelError, Options, Pedigree, Records, Variances, fit
from bellwether_engine.model.effect import Legendre
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.pedigree.relationship import Relationship
from bellwether_engine.pedigree.sampling import pedigree_sampler
from bellwether_engine.reml.likelihood import evaluate
from bellwether_engine.reml.sampled import Sampling, sample
from bellwether_engine.solving.pcg_columns import ColumnSolver
from hypothesis import given, settings
from hypothesis import strategies as st

from .test_fit import EFFECTS, VARIANCES, example
from .test_groups import random_groups, relationship_of_metafounders
from .test_reml import ANIMAL, numbered, problem_of, simulated
from .twins import case, random_pedigree, relationship, shared_file

seeds = st.integers(0, 2**32 - 1)
MC = Options(estimate="mc-reml", samples=40)


def sampled_beside_exact(model, records, pedigree, n_samples, seed=1):
    """The sampled and the exact state of a model at its start values."""
    problem, theta = problem_of(model, records, pedigree)
    workers = Workers(1)
    draw = pedigree_sampler(pedigree, pedigree.inbreeding())
    state = sample(problem, theta, Sampling(draw, seed, workers, 5000), n_samples)
    return state, state.average_information, evaluate(problem, theta)


def groups_or_metafounders(gamma):
    pedigree = random_groups(np.random.default_rng(2), 30, 2, gamma)
    rng = np.random.default_rng(3)
    records = Records(rng.integers(0, 30, 60), rng.normal(size=(60, 2)), {"herd": rng.integers(0, 3, 60)})
    variances = Variances(np.diag([4.0, 6.0]) + 0.5, additive=np.diag([3.0, 5.0]) + 0.5)
    return Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), variances), records, pedigree


def several_traits():
    sire, dam, records = example(12)
    return Model(("a", "b"), EFFECTS, VARIANCES), records, Pedigree(sire, dam)


def maternal():
    sire, dam, records = example(12)
    effects = (Effect("group", "fixed"), ANIMAL, Effect("dam", "maternal"), Effect("dam", "permanent_dam"))
    variances = Variances(np.diag([4.0, 6.0]), additive_maternal=np.diag([3.0, 5.0, 1.0, 2.0]) + 0.3,
                          permanent_dam=np.eye(2))  # fmt: skip
    return Model(("a", "b"), effects, variances), records, Pedigree(sire, dam)


def random_regression():
    rng = np.random.default_rng(5)
    pedigree = Pedigree(*random_pedigree(rng, 30))
    basis = Legendre(1, "age", 0.0, 10.0)
    records = Records(np.repeat(np.arange(30), 3), rng.normal(size=90), {"age": rng.uniform(0.0, 10.0, 90)})
    effects = (Effect("curve", "covariate", basis=basis), Effect("animal", "additive", basis=basis),
               Effect("animal", "permanent", basis=basis))  # fmt: skip
    matrix = np.array([[2.0, 0.3], [0.3, 1.0]])
    return Model(("y",), effects, Variances(3.0, additive=matrix, permanent=matrix)), records, pedigree


CASES = {
    "two traits, weights, missing records": several_traits,
    "maternal": maternal,
    "random regression": random_regression,
    "groups": lambda: groups_or_metafounders(None),
    "metafounders": lambda: groups_or_metafounders(np.array([[0.3, 0.1], [0.1, 0.5]])),
}


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_the_mean_of_the_sampled_scores_is_the_score(make):
    state, information, exact = sampled_beside_exact(*make(), n_samples=400)
    error = (state.score - exact.score) / np.sqrt(np.diag(state.noise))
    assert np.abs(error).max() < 4.5
    np.testing.assert_allclose(information, exact.average_information, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(state.size_of_variates, exact.size_of_variates, rtol=1e-6)


def test_the_noise_is_the_information_over_the_samples():
    """The covariance of y'P V_i P y / 2 is the expected information, tr(P V_i P V_j) / 2."""
    model, records, pedigree = several_traits()
    state, _, _ = sampled_beside_exact(model, records, pedigree, 400)
    problem, theta = problem_of(model, records, pedigree)
    step = 1e-5
    scores = [(evaluate(problem, theta + step * d), evaluate(problem, theta - step * d)) for d in np.eye(len(theta))]
    observed = -np.array([(above.score - below.score) / (2 * step) for above, below in scores])
    expected = 2.0 * evaluate(problem, theta).average_information - 0.5 * (observed + observed.T)
    np.testing.assert_allclose(400 * np.diag(state.noise) / np.diag(expected), 1.0, atol=0.4)


def test_samples_do_not_depend_on_when_they_are_drawn():
    model, records, pedigree = several_traits()
    all_at_once, _, _ = sampled_beside_exact(model, records, pedigree, 20)
    problem, theta = problem_of(model, records, pedigree)
    workers = Workers(1)
    draw = pedigree_sampler(pedigree, pedigree.inbreeding())
    by_and_by = sample(problem, theta, Sampling(draw, 1, workers, 5000), 2)
    for n in (3, 11, 20):
        by_and_by.draw(n)
    np.testing.assert_allclose(by_and_by.drawn, all_at_once.drawn, rtol=1e-4, atol=1e-4)


@settings(max_examples=20)
@given(seeds)
def test_columns_are_solved_as_by_the_factor(seed):
    sire, dam, records = example(seed)
    problem, theta = problem_of(Model(("a", "b"), EFFECTS, VARIANCES), records, Pedigree(sire, dam))
    exact = evaluate(problem, theta)
    rhs = np.random.default_rng(seed).normal(size=(problem.equations.n_equations, 19))
    rhs[:, 3] = 0.0
    workers = Workers(2)
    found = ColumnSolver(exact.equations, workers).solve(rhs, 1e-12)
    np.testing.assert_allclose(found, exact.solve(rhs), atol=1e-8)


@given(seeds, st.booleans())
def test_the_root_of_the_relationships(seed, has_metafounders):
    rng = np.random.default_rng(seed)
    if not has_metafounders:
        pedigree = Pedigree(*random_pedigree(rng, 15))
        root = Relationship(pedigree, pedigree.inbreeding()).root(np.eye(15))
        a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
        np.testing.assert_allclose(root @ root.T, a, atol=1e-12)
        return
    pedigree = random_groups(rng, 15, 2, np.array([[0.3, 0.1], [0.1, 0.5]]))
    root = Relationship(pedigree, pedigree.inbreeding()).root(np.eye(17))
    whole = relationship_of_metafounders(pedigree)
    order = [*range(2, 17), 0, 1]
    np.testing.assert_allclose(root @ root.T, whole[np.ix_(order, order)], atol=1e-12)


def both(model, records, pedigree, options=MC):
    """Exact and sampled estimates."""
    return [
        fit(replace(model, options=replace(options, estimate=method)), records, pedigree).estimates
        for method in ("ai-reml", "mc-reml")
    ]


def agree(exact, sampled):
    for a, b in zip((*exact.components, *exact.ratios), (*sampled.components, *sampled.ratios), strict=True):
        assert (a.component, a.row, a.column) == (b.component, b.row, b.column)
        assert abs(a.estimate - b.estimate) < 4.0 * b.mc_se
        assert 0.0 < b.mc_se < b.se
        assert b.se == pytest.approx(a.se, rel=0.25)


def test_two_traits():
    pedigree, records = simulated(21)
    start = Variances(np.eye(2), additive=np.eye(2))
    exact, sampled = both(Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), start), records, pedigree)
    agree(exact, sampled)
    assert sampled.samples == 40
    assert sampled.method == "mc-reml"
    assert np.isnan(sampled.minus2_log_likelihood)


def test_repeatability():
    pedigree, records = simulated(22, pe=1.5, repeats=3)
    single = Records(records.animal, records.values[:, 0], records.columns)
    effects = (Effect("herd", "fixed"), ANIMAL, Effect("animal", "permanent"))
    agree(*both(Model(("a",), effects, Variances(1.0, additive=1.0, permanent=1.0)), single, pedigree))


def test_two_runs_and_any_number_of_threads_have_the_same_bits():
    pedigree, records = simulated(23, n=200)
    model = Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), Variances(np.eye(2), additive=np.eye(2)))
    first, again, threads, other = (
        fit(replace(model, options=replace(MC, samples=10, threads=n, seed=seed)), records, pedigree).estimates
        for n, seed in ((1, 1), (1, 1), (3, 1), (1, 2))
    )
    assert first.components == again.components == threads.components
    assert first.ratios == again.ratios == threads.ratios
    assert first.components[0].estimate != other.components[0].estimate


def test_a_variance_of_zero_is_a_boundary():
    for seed in range(6):
        pedigree, records = simulated(seed, n=200, genetic=np.zeros((2, 2)), residual=np.diag([4.0, 5.0]))
        single = Records(records.animal, records.values[:, 0], records.columns)
        model = Model(("a",), (Effect("herd", "fixed"), ANIMAL), Variances(4.0, additive=2.0), MC)
        estimates = fit(model, single, pedigree).estimates
        if estimates.boundary:
            assert estimates.boundary == ("additive",)
            assert estimates.components[0].estimate < 1e-3
            assert np.isnan(estimates.components[0].mc_se)
            assert "its variance is 0" in estimates.warnings[-1].message
            return
    pytest.fail("no seed reaches the boundary")


def test_confounded_effects_are_named():
    pedigree, records = simulated(7, n=60)
    single = Records(records.animal, records.values[:, 0], records.columns)
    effects = (Effect("herd", "fixed"), ANIMAL, Effect("animal", "permanent"))
    with pytest.raises(ModelError) as caught:
        fit(Model(("a",), effects, Variances(1.0, additive=1.0, permanent=1.0), MC), single, pedigree)
    assert caught.value.code == "not_estimable"
    assert "level for every record" in caught.value.message


def test_too_few_samples():
    pedigree, records = simulated(7, n=60)
    model = Model(("a", "b"), (ANIMAL,), Variances(np.eye(2), additive=np.eye(2)), replace(MC, samples=9))
    with pytest.raises(ModelError) as caught:
        fit(model, records, pedigree)
    assert (caught.value.code, caught.value.place) == ("samples", "options.samples")


def test_published_aireml():
    """BLUPF90's tutorial (vc_aireml.md): within four Monte Carlo standard errors of the dense maximum."""
    data = case("blupf90_aireml_sim4641")
    parents = np.loadtxt(shared_file(data["pedigree_file"]), dtype=int)
    rows = np.loadtxt(shared_file(data["records_file"]))
    position = {animal: i for i, animal in enumerate(parents[:, 0])} | {0: -1}
    pedigree = Pedigree([position[s] for s in parents[:, 1]], [position[d] for d in parents[:, 2]])
    names = {name: i for i, name in enumerate(data["columns"])}
    y = np.where(rows[:, names["t1"]] == 0, np.nan, rows[:, names["t1"]])
    columns = {name: numbered(rows[:, names[name]]) for name in ("farm", "sex", "year")}
    records = Records([position[int(a)] for a in rows[:, 0]], y, columns, rows[:, names["weight"]])
    effects = (*(Effect(name, "fixed") for name in columns), ANIMAL)
    options = Options(estimate="mc-reml", samples=30, inbreeding=False, reliability="none")
    estimates = fit(Model(("t1",), effects, Variances(60.0, additive=60.0), options), records, pedigree).estimates
    dense = data["verification"]
    genetic, residual = estimates.components
    assert abs(genetic.estimate - dense["var_a_no_inbreeding"]) < 4.0 * genetic.mc_se
    assert abs(residual.estimate - dense["var_e_no_inbreeding"]) < 4.0 * residual.mc_se
    assert genetic.mc_se == pytest.approx(genetic.se / np.sqrt(30), rel=0.5)
    assert genetic.se == pytest.approx(data["expected"]["se_var_a"], rel=0.05)
