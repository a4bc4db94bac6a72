"""AI-REML beside a dense twin that knows V only, and the published cases."""

import numpy as np
import pytest
from bellwether_engine import Effect, Model, ModelError, Options, Pedigree, Records, Variances, fit
from bellwether_engine.equations.blocks import fixed_blocks, random_blocks
from bellwether_engine.equations.constraints import find_constraints
from bellwether_engine.equations.design import build_design
from bellwether_engine.equations.equations import build_equations
from bellwether_engine.equations.group_equations import plan_groups
from bellwether_engine.pedigree.structure import FormedInverse
from bellwether_engine.reml.ai_reml import exact
from bellwether_engine.reml.components import pack, triangle, unit
from bellwether_engine.reml.likelihood import evaluate
from bellwether_engine.reml.start import problem_of as problem_of_equations
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from .test_fit import EFFECTS, VARIANCES, example
from .test_groups import random_groups, relationship_of_metafounders
from .twins import case, permute, random_pedigree, relationship, shared_file

seeds = st.integers(0, 2**32 - 1)
ANIMAL = Effect("animal", "additive")
REML = Options(estimate="ai-reml")


def problem_of(model, records, pedigree):
    """The engine's problem at the start values, the start itself, and the equations."""
    random, _ = random_blocks(model.effects, model.traits, records, pedigree)
    design = build_design(fixed_blocks(model.effects, model.traits, records), random, records, model.variances)
    constrained = find_constraints(design, model.traits).constrained
    groups = plan_groups(design, constrained, pedigree, model.traits)
    a_inverse = FormedInverse(pedigree.a_inverse(pedigree.inbreeding()))
    equations = build_equations(design, constrained, a_inverse, groups.constrained)
    problem = exact(problem_of_equations(equations, records, model.traits, groups.shares))
    return problem, np.concatenate([pack(m) for m in (*design.covariance, model.variances.residual)])


class Dense:
    """REML through V: the twin. V is a sum of theta_i V_i over all parameters."""

    def __init__(self, problem, pedigree, records):
        equations = problem.equations
        w = equations.w.toarray()
        self.x, self.y = w[:, : equations.n_fixed], equations.design.y
        a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
        if pedigree.groups is not None and pedigree.groups.is_random:
            g, whole = pedigree.n_groups, relationship_of_metafounders(pedigree)
            a = np.block([[whole[g:, g:], whole[g:, :g]], [whole[:g, g:], whole[:g, :g]]])
        elif problem.shares is not None:
            begin, size = equations.starts[0], problem.components[0].size
            own = w[:, begin : begin + problem.components[0].n_levels * size]
            groups = own @ np.kron(problem.shares, np.eye(size))
            held = equations.held[begin + own.shape[1] :][: groups.shape[1]] if equations.held is not None else []
            self.x = np.column_stack([self.x, groups[:, ~np.array(held, dtype=bool)] if len(held) else groups])
        self.parts = []
        for block, start, component in zip(
            equations.design.random, equations.starts, problem.components[:-1], strict=True
        ):
            z = w[:, start : start + component.n_levels * component.size]
            structure = a if block.is_genetic else np.eye(component.n_levels)
            self.parts += [
                z @ np.kron(structure, unit(component.size, j, k)) @ z.T for j, k in triangle(component.size)
            ]
        cells = np.argwhere(np.isfinite(records.values))
        weight = np.ones(records.n_records) if records.weights is None else records.weights
        t = records.values.shape[1]
        for j, k in triangle(t):
            derivative = unit(t, j, k)
            self.parts.append(
                np.array([[derivative[s, u] / weight[r] if r == q else 0.0 for q, u in cells] for r, s in cells])
            )

    def all(self, theta):
        """-2 log L, score and average information."""
        v = sum(value * part for value, part in zip(theta, self.parts, strict=True))
        inverse = np.linalg.inv(v)
        crossed = self.x.T @ inverse @ self.x
        p = inverse - inverse @ self.x @ np.linalg.inv(crossed) @ self.x.T @ inverse
        n, rank = self.x.shape
        py = p @ self.y
        minus2 = (n - rank) * np.log(2 * np.pi) + np.linalg.slogdet(v)[1] + np.linalg.slogdet(crossed)[1] + self.y @ py
        variates = np.column_stack([part @ py for part in self.parts])
        score = np.array([-0.5 * (np.trace(p @ part) - py @ part @ py) for part in self.parts])
        return minus2, score, 0.5 * variates.T @ p @ variates


@given(seeds)
def test_likelihood_score_and_information_against_v(seed):
    sire, dam, records = example(seed)
    pedigree = Pedigree(sire, dam)
    problem, theta = problem_of(Model(("a", "b"), EFFECTS, VARIANCES), records, pedigree)
    minus2, score, information = Dense(problem, pedigree, records).all(theta)
    point = evaluate(problem, theta)
    assert point.minus2_log_likelihood == pytest.approx(minus2, abs=1e-8)
    np.testing.assert_allclose(point.score, score, atol=1e-8)
    np.testing.assert_allclose(point.average_information, information, atol=1e-8)


@given(seeds)
def test_maternal_score_against_differences(seed):
    sire, dam, records = example(seed)
    effects = (Effect("group", "fixed"), ANIMAL, Effect("dam", "maternal"), Effect("dam", "permanent_dam"))
    variances = Variances(np.diag([4.0, 6.0]), additive_maternal=np.diag([3.0, 5.0, 1.0, 2.0]) + 0.3,
                          permanent_dam=np.eye(2))  # fmt: skip
    pedigree = Pedigree(sire, dam)
    if (pedigree.dam[records.animal] < 0).all():
        return
    problem, theta = problem_of(Model(("a", "b"), effects, variances), records, pedigree)
    dense, point = Dense(problem, pedigree, records), evaluate(problem, theta)
    minus2, score, information = dense.all(theta)
    assert point.minus2_log_likelihood == pytest.approx(minus2, abs=1e-8)
    np.testing.assert_allclose(point.score, score, atol=1e-7)
    np.testing.assert_allclose(point.average_information, information, atol=1e-7)


def simulated(seed, n=400, genetic=((3.0, 1.0), (1.0, 2.0)), residual=((4.0, -1.0), (-1.0, 5.0)), pe=0.0, repeats=1):
    """Two traits of n animals in a pedigree of random mating, `repeats` records each; trait b missing on a third."""
    rng = np.random.default_rng(seed)
    sire, dam = permute(*random_pedigree(rng, n, 0.1), np.arange(n))
    pedigree = Pedigree(sire, dam)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    root = np.linalg.cholesky(a + 1e-10 * np.eye(n))
    u = root @ rng.normal(size=(n, 2)) @ np.linalg.cholesky(np.array(genetic) + 1e-12 * np.eye(2)).T
    animal = np.tile(np.arange(n), repeats)
    lasting = np.sqrt(pe) * rng.normal(size=(n, 2))
    e = rng.normal(size=(n * repeats, 2)) @ np.linalg.cholesky(np.array(residual)).T
    herd = rng.integers(0, 5, n * repeats)
    y = 10.0 + herd[:, None] + (u + lasting)[animal] + e
    y[rng.random(n * repeats) < 0.3, 1] = np.nan
    return pedigree, Records(animal, y, {"herd": herd})


def test_two_traits_against_a_dense_maximum():
    pedigree, records = simulated(1, n=150)
    effects = (Effect("herd", "fixed"), ANIMAL)
    model = Model(("a", "b"), effects, Variances(np.diag([5.0, 5.0]), additive=np.diag([1.0, 1.0])), REML)
    solution = fit(model, records, pedigree)
    problem, start = problem_of(model, records, pedigree)
    dense = Dense(problem, pedigree, records)
    found = minimize(lambda t: dense.all(t)[0], start, jac=lambda t: -2.0 * dense.all(t)[1], method="L-BFGS-B",
                     bounds=[(0.05, 50) if j == k else (-20, 20) for _ in range(2) for j, k in triangle(2)],
                     options={"ftol": 1e-14, "gtol": 1e-8})  # fmt: skip
    estimates = solution.estimates
    assert estimates.minus2_log_likelihood == pytest.approx(found.fun, abs=1e-6)
    values = [part.estimate for part in estimates.components]
    np.testing.assert_allclose(values, found.x, rtol=2e-3, atol=2e-3)
    information = dense.all(np.array(values))[2]
    np.testing.assert_allclose(estimates.covariance, np.linalg.inv(information), rtol=1e-6)
    assert estimates.gradient < 1e-5
    names = [(part.component, part.row, part.column) for part in estimates.components]
    assert names[:3] == [("additive", "a", "a"), ("additive", "b", "a"), ("additive", "b", "b")]
    assert names[3][0] == "residual"


def test_the_solution_belongs_to_the_estimates():
    pedigree, records = simulated(2)
    effects = (Effect("herd", "fixed"), ANIMAL)
    start = Variances(np.eye(2), additive=np.eye(2))
    estimated = fit(Model(("a", "b"), effects, start, REML), records, pedigree)
    values = [part.estimate for part in estimated.estimates.components]
    g, r = ([[v[0], v[1]], [v[1], v[2]]] for v in (values[:3], values[3:]))
    given_ = fit(Model(("a", "b"), effects, Variances(r, additive=g)), records, pedigree)
    np.testing.assert_allclose(estimated.ebv, given_.ebv, atol=1e-9)
    np.testing.assert_allclose(estimated.reliability, given_.reliability, atol=1e-9)
    assert given_.estimates is None


def test_the_delta_method_of_a_heritability():
    pedigree, records = simulated(3)
    single = Records(records.animal, records.values[:, 0], records.columns)
    estimates = fit(Model(("a",), (Effect("herd", "fixed"), ANIMAL), Variances(1.0, additive=1.0), REML), single,
                    pedigree).estimates  # fmt: skip
    a, e = (part.estimate for part in estimates.components)
    gradient = np.array([e, -a]) / (a + e) ** 2
    assert estimates.ratios[0].component == "heritability"
    assert estimates.ratios[0].estimate == pytest.approx(a / (a + e))
    assert estimates.ratios[0].se == pytest.approx(np.sqrt(gradient @ estimates.covariance @ gradient))
    draws = np.random.default_rng(0).multivariate_normal([a, e], estimates.covariance, 100_000)
    assert estimates.ratios[0].se_sampled == pytest.approx(np.std(draws[:, 0] / draws.sum(axis=1)), rel=0.03)
    assert estimates.ratios[0].mc_se == 0.0


def test_a_variance_of_zero_is_a_boundary():
    for seed in range(6):
        pedigree, records = simulated(seed, n=200, genetic=np.zeros((2, 2)), residual=np.diag([4.0, 5.0]))
        single = Records(records.animal, records.values[:, 0], records.columns)
        model = Model(("a",), (Effect("herd", "fixed"), ANIMAL), Variances(4.0, additive=2.0), REML)
        solution = fit(model, single, pedigree)
        genetic, residual = solution.estimates.components
        if genetic.estimate < 1e-2:
            assert solution.estimates.boundary == ("additive",)
            assert np.isnan(genetic.se)
            assert np.isfinite(residual.se)
            assert "boundary" in [notice.code for notice in solution.warnings]
            assert solution.estimates.gradient < 1e-3
            return
    pytest.fail("no seed reaches the boundary")


def test_a_correlation_of_one_is_a_boundary():
    genetic, residual = ((3.0, 3.0), (3.0, 3.0)), ((2.0, -1.5), (-1.5, 2.0))
    for seed in range(8):
        pedigree, records = simulated(seed, n=200, genetic=genetic, residual=residual)
        model = Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), Variances(np.eye(2), additive=np.eye(2)), REML)
        estimates = fit(model, records, pedigree).estimates
        assert estimates.gradient < 1e-3
        if estimates.boundary != ("additive",):
            continue
        correlation = next(part for part in estimates.ratios if part.component == "correlation.additive")
        assert correlation.estimate > 0.9999
        problem, _ = problem_of(model, records, pedigree)
        best = np.array([part.estimate for part in estimates.components])
        for bend in (0.95, 0.99):
            inside = evaluate(problem, best * [1, bend, 1, 1, 1, 1])
            assert inside.minus2_log_likelihood > estimates.minus2_log_likelihood
        return
    pytest.fail("no seed reaches the boundary")


def test_far_start_values_reach_the_same_maximum():
    pedigree, records = simulated(6, n=300)
    effects = (Effect("herd", "fixed"), ANIMAL)
    near, far = (
        Variances(np.diag([4.0, 5.0]), additive=np.eye(2)),
        Variances(1e3 * np.eye(2), additive=1e-2 * np.eye(2)),
    )
    first, second = (fit(Model(("a", "b"), effects, v, REML), records, pedigree).estimates for v in (near, far))
    assert first.minus2_log_likelihood == pytest.approx(second.minus2_log_likelihood, abs=1e-6)
    for a, b in zip(first.components, second.components, strict=True):
        assert a.estimate == pytest.approx(b.estimate, abs=1e-4)


def test_a_first_step_across_the_space_does_not_end_at_an_edge():
    """Four traits from diagonal start values that are far off: the optimum lies well inside."""
    pedigree, records = simulated(11, n=400)
    rng = np.random.default_rng(11)
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    genetic = np.linalg.cholesky(np.diag([9.0, 4.0, 6.0, 12.0]) + 6.0)
    u = np.linalg.cholesky(a) @ rng.normal(size=(400, 4)) @ genetic.T
    values = u + rng.normal(size=(400, 4)) @ np.linalg.cholesky(np.diag([10.0, 12.0, 9.0, 7.0]) + 5.0).T
    traits, effects = ("a", "b", "c", "d"), (Effect("herd", "fixed"), ANIMAL)
    four = Records(records.animal, values, records.columns)
    ends = [
        fit(Model(traits, effects, Variances(r * np.eye(4), additive=g * np.eye(4)), REML), four, pedigree).estimates
        for g, r in ((2.0, 6.0), (50.0, 50.0), (0.2, 9.0))
    ]
    for other in ends[1:]:
        assert other.minus2_log_likelihood == pytest.approx(ends[0].minus2_log_likelihood, abs=1e-3)


def refusal(effects, variances, records, pedigree):
    with pytest.raises(ModelError) as caught:
        fit(Model(("a",), effects, variances, REML), records, pedigree)
    assert caught.value.fix
    return caught.value


def test_an_effect_with_a_level_for_every_record_is_named():
    pedigree, records = simulated(7, n=60)
    single = Records(records.animal, records.values[:, 0], records.columns)
    variances = Variances(1.0, additive=1.0, permanent=1.0)
    error = refusal((Effect("herd", "fixed"), ANIMAL, Effect("animal", "permanent")), variances, single, pedigree)
    assert error.code == "not_estimable"
    assert "animal" in error.message
    assert "level for every record" in error.message


def test_animals_without_relatives_have_no_heritability():
    records = Records(np.arange(30), np.random.default_rng(1).normal(size=30))
    unrelated = Pedigree(np.full(30, -1), np.full(30, -1))
    error = refusal((ANIMAL,), Variances(1.0, additive=1.0), records, unrelated)
    assert (error.code, error.place) == ("not_estimable", "effects.animal")


def test_two_effects_that_are_alike_are_named():
    pedigree, records = simulated(8, n=80)
    columns = {"herd": records.columns["herd"], "twin": 4 - records.columns["herd"]}
    single = Records(records.animal, records.values[:, 0], columns)
    variances = Variances(1.0, additive=1.0, random={"herd": 1.0, "twin": 1.0})
    error = refusal((Effect("herd", "random"), Effect("twin", "random"), ANIMAL), variances, single, pedigree)
    assert error.code == "not_estimable"
    assert "herd" in error.message
    assert "twin" in error.message


def test_every_set_of_effects_that_are_alike_is_named():
    """Two pairs of copies: two directions without information, which have nothing to do with each other."""
    pedigree, records = simulated(8, n=80)
    herd, litter = records.columns["herd"], np.random.default_rng(8).integers(0, 12, 80)
    columns = {"herd": herd, "twin": 4 - herd, "litter": litter, "copy": 11 - litter}
    single = Records(records.animal, records.values[:, 0], columns)
    variances = Variances(1.0, additive=1.0, random=dict.fromkeys(columns, 1.0))
    error = refusal((*(Effect(name, "random") for name in columns), ANIMAL), variances, single, pedigree)
    assert error.code == "not_estimable"
    assert "variances of herd and twin cannot be told apart" in error.message
    assert "variances of litter and copy cannot be told apart" in error.message
    assert error.fix.startswith("Take herd and litter out")


def test_every_effect_that_the_fixed_effects_explain_is_named():
    pedigree, records = simulated(8, n=80)
    herd = records.columns["herd"]
    single = Records(records.animal, records.values[:, 0], {"herd": herd, "twin": herd // 2, "pen": herd})
    effects = (Effect("herd", "fixed"), Effect("twin", "random"), Effect("pen", "random"), ANIMAL)
    variances = Variances(1.0, additive=1.0, random={"twin": 1.0, "pen": 1.0})
    error = refusal(effects, variances, single, pedigree)
    assert error.code == "not_estimable"
    assert "twin (random.twin: a) and pen (random.pen: a): the fixed effects explain all of it" in error.message


def test_too_few_records():
    records = Records([0, 1, 2], [1.0, 2.0, 4.0])
    error = refusal((ANIMAL,), Variances(1.0, additive=1.0), records, Pedigree([-1, -1, 0], [-1, -1, 1]))
    assert error.code == "too_few_records"


@pytest.mark.parametrize("method", ["ai-reml", "mc-reml"])
def test_the_residual_covariance_of_traits_never_recorded_together_is_fixed_at_0(method):
    pedigree, records = simulated(9, n=300)
    values = records.values.copy()
    values[::2, 0] = np.nan
    values[1::2, 1] = np.nan
    apart = Records(records.animal, values, records.columns)
    start = Variances([[2.0, 0.9], [0.9, 2.0]], additive=np.eye(2))
    options = Options(estimate=method, samples=10)
    solution = fit(Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), start, options), apart, pedigree)
    parts = {(p.component, p.row, p.column): p for p in solution.estimates.components}
    covariance = parts["residual", "b", "a"]
    assert covariance.estimate == 0.0
    assert np.isnan(covariance.se)
    assert np.isfinite(parts["additive", "b", "a"].se)
    said = next(notice for notice in solution.warnings if notice.code == "covariance_kept")
    assert said.message.startswith("a and b are never recorded together")
    assert "fixed at 0" in said.message


def numbered(values):
    return np.unique(values, return_inverse=True)[1].astype(np.int32)


@pytest.mark.reference("blupf90_aireml_sim4641")
def test_published_aireml():
    """BLUPF90's tutorial (vc_aireml.md), and an independent dense REML of the same data."""
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
    options = Options(estimate="ai-reml", inbreeding=False, reliability="none")
    estimates = fit(Model(("t1",), effects, Variances(100.0, additive=100.0), options), records, pedigree).estimates
    expected, dense = data["expected"], data["verification"]
    genetic, residual = estimates.components
    assert genetic.estimate == pytest.approx(dense["var_a_no_inbreeding"], rel=1e-6)
    assert residual.estimate == pytest.approx(dense["var_e_no_inbreeding"], rel=1e-6)
    assert genetic.estimate == pytest.approx(expected["var_a"], abs=data["tolerance"])
    assert residual.estimate == pytest.approx(expected["var_e"], abs=data["tolerance"])
    assert genetic.se == pytest.approx(expected["se_var_a"], abs=data["tolerance"])
    assert residual.se == pytest.approx(expected["se_var_e"], abs=data["tolerance"])
    np.testing.assert_allclose(estimates.covariance, expected["inverse_AI"], rtol=data["tolerance"])
    assert estimates.ratios[0].estimate == pytest.approx(expected["h2"], abs=1e-4)
    assert estimates.ratios[0].se == pytest.approx(expected["se_h2_monte_carlo"], abs=1e-4)
    assert estimates.ratios[0].se_sampled == pytest.approx(expected["se_h2_monte_carlo"], abs=5e-4)
    assert estimates.minus2_log_likelihood == pytest.approx(dense["minus2logL_full_constant_no_inbreeding"], abs=1e-4)
    gain = estimates.rounds[0].minus2_log_likelihood - estimates.minus2_log_likelihood
    assert gain == pytest.approx(expected["minus2logL_at_100_100"] - expected["minus2logL_blupf90"], abs=1e-3)


@given(seeds, st.booleans(), st.booleans())
def test_groups_are_fixed_and_metafounders_are_random(seed, random, base):
    """The likelihood of an explicit model: y = Xb + ZQg + Zu + e, or u ~ N(0, A(Gamma) G0)."""
    rng = np.random.default_rng(seed)
    gamma = np.array([[0.3, 0.1], [0.1, 0.5]]) if random else None
    pedigree = random_groups(rng, 16, 2, gamma, 0.3 if base and not random else 0.0)
    n = 40
    records = Records(rng.integers(0, 16, n), rng.normal(size=(n, 2)), {"herd": rng.integers(0, 3, n)})
    variances = Variances(np.diag([4.0, 6.0]) + 0.5, additive=np.diag([3.0, 5.0]) + 0.5)
    model = Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), variances)
    problem, theta = problem_of(model, records, pedigree)
    dense, point = Dense(problem, pedigree, records), evaluate(problem, theta)
    minus2, score, information = dense.all(theta)
    np.testing.assert_allclose(point.score, score, atol=1e-7)
    np.testing.assert_allclose(point.average_information, information, atol=1e-7)
    other = evaluate(problem, theta * 1.1)
    difference = other.minus2_log_likelihood - point.minus2_log_likelihood
    assert difference == pytest.approx(dense.all(theta * 1.1)[0] - minus2, abs=1e-7)
