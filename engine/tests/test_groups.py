"""Groups of unknown parents and metafounders beside explicit models and published numbers."""

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    Groups,
    Model,
    ModelError,
    Options,
    Pedigree,
    PedigreeError,
    Records,
    Variances,
    fit,
)
from bellwether_engine.pedigree.groups import metafounder_scale
from bellwether_engine.pedigree.inbreeding import inbreeding
from hypothesis import given
from hypothesis import strategies as st

from .twins import blup, case, classes, column, incidence, numbers, random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)
SOLVERS = pytest.mark.parametrize("solver", ["direct", "pcg"])
ANIMAL = Effect("animal", "additive")


def grouped(rows, names, gamma=None):
    """Pedigree of [animal, sire, dam] rows in which some parents are groups."""
    position = {row[0]: i for i, row in enumerate(rows)}
    group = {name: k for k, name in enumerate(names)}
    parents = [[position.get(row[k], -1) for row in rows] for k in (1, 2)]
    unknown = [[group.get(row[k], -1) for row in rows] for k in (1, 2)]
    return Pedigree(*parents, Groups(*unknown, len(names), gamma)), position


def random_groups(rng, n, n_groups, gamma=None, p_base=0.0):
    sire, dam = random_pedigree(rng, n, 0.4)
    drawn = rng.integers(0, n_groups, (2, n))
    drawn[rng.random((2, n)) < p_base] = -1
    return Pedigree(sire, dam, Groups(*np.where(np.array([sire, dam]) < 0, drawn, -1), n_groups, gamma))


def relationship_of_metafounders(pedigree):
    """A(Gamma) by the tabular method, metafounders first."""
    gamma, g = pedigree.groups.gamma, pedigree.n_groups
    sire, dam = ([p + g if p < pedigree.n_animals else p - pedigree.n_animals for p in x] for x in pedigree.parents)
    a = np.zeros((pedigree.n_animals + g,) * 2)
    a[:g, :g] = gamma
    done = list(range(g))
    for i in pedigree.order:
        k, s, d = i + g, sire[i], dam[i]
        for j in done:
            a[k, j] = a[j, k] = 0.5 * (a[j, s] + a[j, d])
        a[k, k] = 1.0 + 0.5 * a[s, d]
        done.append(k)
    return a


@pytest.mark.reference("groups_quaas1988")
def test_quaas_1988():
    data = case("groups_quaas1988")
    pedigree, _ = grouped(data["pedigree"], data["parameters"]["groups"])
    np.testing.assert_allclose(pedigree.group_shares(), data["expected"]["Q"]["values"], atol=1e-10)
    found = pedigree.a_inverse(pedigree.inbreeding()).toarray()
    np.testing.assert_allclose(found, data["expected"]["Astar_inverse"]["values"], atol=1e-10)


@pytest.mark.reference("mrode_genetic_groups")
@SOLVERS
def test_mrode_genetic_groups(solver):
    data = case("mrode_genetic_groups")
    pedigree, position = grouped(data["pedigree"], data["parameters"]["groups"])
    model = Model(("WWG",), (Effect("sex", "fixed"), ANIMAL), Variances(40.0, additive=20.0), Options(solver=solver))
    animals = [position[a] for a in column(data, "animal")]
    records = Records(animals, numbers(data, "WWG"), {"sex": classes(column(data, "sex"))})
    solution = fit(model, records, pedigree)
    expected = data["expected"]
    np.testing.assert_allclose(solution.ebv[:, 0], expected["ebv"], atol=1e-6)
    np.testing.assert_allclose(solution.groups.ebv[:, 0], list(expected["groups"].values()), atol=1e-6)
    np.testing.assert_allclose(solution.fixed[0].estimate, [expected["fixed"]["F"], expected["fixed"]["M"]], atol=1e-6)
    assert solution.groups.is_constrained[:, 0].tolist() == [True, False]
    np.testing.assert_allclose(pedigree.group_shares(), expected["Q"])
    rows = pedigree.a_inverse().toarray()[8:]
    np.testing.assert_allclose(rows, expected["Ainv_group_rows_book"], atol=0.005)
    printed = np.array(expected["unconstrained_blupf90_solution"]["values"])
    np.testing.assert_allclose(solution.ebv[:, 0] - solution.ebv[4, 0], printed[2:10], atol=1e-6)


@pytest.mark.reference("metafounders_small")
def test_metafounders_one_and_two():
    data = case("metafounders_small")
    expected, given = data["expected"], data["parameters"]
    rows = [[a, s or "MF1", d or "MF1"] for a, s, d in data["pedigree"]]
    one, _ = grouped(rows, ["MF1"], given["one_metafounder"]["gamma"])
    f = one.inbreeding()
    np.testing.assert_allclose(f, np.diag(expected["one"]["A_gamma"]) - 1.0, atol=1e-10)
    order = [8, *range(8)]
    np.testing.assert_allclose(one.a_inverse(f).toarray()[np.ix_(order, order)], expected["one"]["Ainv"], atol=1e-10)
    rows = [[a, s or "MF1", d or "MF2"] for a, s, d in data["pedigree"]]
    two, _ = grouped(rows, ["MF1", "MF2"], given["two_metafounders"]["Gamma"])
    f, order = two.inbreeding(), [8, 9, *range(8)]
    np.testing.assert_allclose(f, expected["two"]["F"], atol=1e-10)
    inverse = two.a_inverse(f).toarray()[np.ix_(order, order)]
    np.testing.assert_allclose(inverse, expected["two"]["Ainv"], atol=1e-10)
    np.testing.assert_allclose(inverse @ expected["two"]["A_gamma"], np.eye(10), atol=1e-10)


@given(seeds, st.integers(2, 25), st.integers(1, 3))
def test_metafounders_are_the_tabular_recursion(seed, n, g):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(g, g))
    gamma = np.diag(rng.uniform(0.2, 0.6, g)) + 0.05 * root @ root.T / g
    pedigree = random_groups(rng, n, g, gamma)
    a = relationship_of_metafounders(pedigree)
    f = pedigree.inbreeding()
    np.testing.assert_allclose(f, np.diag(a)[g:] - 1.0, atol=1e-12)
    np.testing.assert_allclose(inbreeding(*pedigree.parents, pedigree.order, gamma), f, atol=1e-12)
    order = [*range(n, n + g), *range(n)]
    np.testing.assert_allclose(pedigree.a_inverse(f).toarray()[np.ix_(order, order)] @ a, np.eye(n + g), atol=1e-8)
    np.testing.assert_allclose(pedigree.a_inverse().toarray(), pedigree.a_inverse(f).toarray(), atol=1e-12)


def two_traits(rng, pedigree, options, n_records=40):
    animal = rng.integers(0, pedigree.n_animals, n_records)
    y = rng.normal(size=(n_records, 2))
    y[rng.random((n_records, 2)) < 0.2] = np.nan
    g0, r0 = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[3.0, 1.0], [1.0, 2.0]])
    model = Model(("a", "b"), (Effect("herd", "fixed"), ANIMAL), Variances(r0, additive=g0), options)
    return model, Records(animal, y, {"herd": rng.integers(0, 3, n_records)}), g0, r0


def dense_two_traits(pedigree, records, g0, r0, q):
    """Explicit groups as covariates, by V-inverse: fitted records, deviations from the groups and their PEV."""
    n = pedigree.n_animals
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    cells = np.argwhere(np.isfinite(records.values))
    animal, herd = records.animal[cells[:, 0]], records.columns["herd"][cells[:, 0]]
    trait = cells[:, 1]
    z = incidence(animal * 2 + trait, n * 2)
    x = incidence(herd * 2 + trait, 6)
    xq = z @ np.kron(q, np.eye(2))
    r = np.where(cells[:, 0][:, None] == cells[:, 0], r0[np.ix_(trait, trait)], 0.0)
    y = records.values[np.isfinite(records.values)]
    b, (u,), (pev,) = blup(y, np.hstack([x, xq]), [(z, np.kron(a, g0))], r)
    return x @ b[:6] + xq @ b[6:] + z @ u, u, pev


@given(seeds, st.sampled_from([0.0, 0.3]))
def test_fixed_groups_are_covariates_on_q(seed, p_base):
    rng = np.random.default_rng(seed)
    pedigree = random_groups(rng, 18, 3, p_base=p_base)
    model, records, g0, r0 = two_traits(rng, pedigree, Options(reliability="exact"))
    solution = fit(model, records, pedigree)
    q = pedigree.group_shares()
    fitted, within, pev = dense_two_traits(pedigree, records, g0, r0, q)
    base = 1.0 + pedigree.inbreeding()[:, None]
    np.testing.assert_allclose(solution.reliability, 1.0 - pev.reshape(-1, 2) / (base * np.diag(g0)), atol=1e-8)
    np.testing.assert_allclose(solution.ebv - q @ solution.groups.ebv, within.reshape(-1, 2), atol=1e-8)
    herds = [solution.fixed[t].level.searchsorted(records.columns["herd"]) for t in (0, 1)]
    of_herd = np.column_stack(
        [solution.fixed[t].estimate[np.minimum(herds[t], len(solution.fixed[t].level) - 1)] for t in (0, 1)]
    )
    observed = np.isfinite(records.values)
    np.testing.assert_allclose((of_herd + solution.ebv[records.animal])[observed], fitted, atol=1e-8)
    by_pcg = fit(Model(model.traits, model.effects, model.variances, Options(solver="pcg")), records, pedigree)
    np.testing.assert_allclose(by_pcg.ebv, solution.ebv, atol=1e-5)


@given(seeds)
def test_metafounders_are_an_animal_model_with_their_relationships(seed):
    rng = np.random.default_rng(seed)
    gamma = np.array([[0.5, 0.1], [0.1, 0.4]])
    pedigree = random_groups(rng, 15, 2, gamma)
    model, records, g0, r0 = two_traits(rng, pedigree, Options(reliability="exact"))
    solution = fit(model, records, pedigree)
    a = relationship_of_metafounders(pedigree)
    cells = np.argwhere(np.isfinite(records.values))
    animal, trait = records.animal[cells[:, 0]], cells[:, 1]
    z = incidence((animal + 2) * 2 + trait, 17 * 2)
    x = incidence(records.columns["herd"][cells[:, 0]] * 2 + trait, 6)
    r = np.where(cells[:, 0][:, None] == cells[:, 0], r0[np.ix_(trait, trait)], 0.0)
    y = records.values[np.isfinite(records.values)]
    _, (u,), (pev,) = blup(y, x, [(z, np.kron(a, g0))], r)
    np.testing.assert_allclose(np.vstack([solution.groups.ebv, solution.ebv]).ravel(), u, atol=1e-8)
    reliability = 1.0 - pev.reshape(-1, 2) / np.outer(np.diag(a), np.diag(g0))
    np.testing.assert_allclose(np.vstack([solution.groups.reliability, solution.reliability]), reliability, atol=1e-8)


def test_one_metafounder_changes_the_base_only():
    rng = np.random.default_rng(5)
    sire, dam = random_pedigree(rng, 30)
    ones = [np.where(p < 0, 0, -1) for p in (sire, dam)]
    pedigree = Pedigree(sire, dam, Groups(*ones, 1, 0.4))
    records = Records(rng.integers(0, 30, 40), rng.normal(size=40), {"herd": rng.integers(0, 2, 40)})
    effects = (Effect("herd", "fixed"), ANIMAL)
    plain = fit(Model(("a",), effects, Variances(2.0, additive=1.0)), records, Pedigree(sire, dam))
    scaled = fit(Model(("a",), effects, Variances(2.0, additive=1.0 / metafounder_scale(0.4))), records, pedigree)
    np.testing.assert_allclose(np.diff(scaled.ebv[:, 0]), np.diff(plain.ebv[:, 0]), atol=1e-10)


def test_a_group_without_records_below_it_is_zero_with_a_warning():
    pedigree = Pedigree([-1, -1, -1, -1], [-1] * 4, Groups([0, 0, 1, 2], [0, 1, 1, 2], 3))
    solution = fit(
        Model(("a",), (ANIMAL,), Variances(1.0, additive=1.0)), Records([0, 1, 2], [1.0, 2.0, 4.0]), pedigree
    )
    assert solution.groups.is_constrained[:, 0].tolist() == [True, False, True]
    assert [(notice.code, notice.level) for notice in solution.warnings] == [("confounded_group", 2)]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (([0, 3], [0, 0], 2), "unknown_group"),
        (([0, -2], [0, 0], 2), "unknown_group"),
        (([0, 0], [0, 0], 0), "no_groups"),
        (([0, 0], [0, 0], 1, [[0.1, 0.2], [0.2, 0.1]]), "gamma"),
        (([0, 0], [0, 0], 1, -0.5), "gamma"),
        (([0, 0], [0, 0], 1, 2.0), "gamma"),
        (([0, 0], [0, 0], 1, "x"), "gamma"),
        (([0, 0], [0, 0], 2, [[0.5, 0.1], [0.2, 0.5]]), "gamma"),
    ],
)
def test_refused_groups(arguments, code):
    with pytest.raises(PedigreeError) as caught:
        Groups(*arguments)
    assert caught.value.code == code


def test_groups_that_do_not_fit_the_pedigree():
    for groups, code in [(Groups([0], [0], 1), "shape"), (Groups([-1, 0], [0, 0], 1), "parent_and_group")]:
        with pytest.raises(PedigreeError) as caught:
            Pedigree([-1, 0], [-1, -1], groups)
        assert caught.value.code == code
    pedigree = Pedigree([-1], [-1], Groups([0], [0], 1, 0.4))
    model = Model(("a",), (ANIMAL,), Variances(1.0, additive=1.0), Options(inbreeding=False))
    with pytest.raises(ModelError) as refused:
        fit(model, Records([0], [1.0]), pedigree)
    assert refused.value.code == "metafounders_inbreeding"
