"""Approximate reliabilities: kernels beside dense twins, exact where there are no loops, errors on known cases."""

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    Genomic,
    Genotypes,
    Groups,
    Model,
    ModelError,
    Options,
    Pedigree,
    Records,
    Variances,
    fit,
)  # fmt: skip
from bellwether_engine.approximate import approximate_reliabilities
from bellwether_engine.approximate.check import _variances, classes_of, draw, summarise
from bellwether_engine.approximate.clusters import Cluster, answer, gather, speak
from bellwether_engine.approximate.families import nuclear_families
from bellwether_engine.approximate.matrices import first_of, invert, project, without
from bellwether_engine.approximate.passing import Inheritance, first_messages, sweep
from bellwether_engine.equations.blocks import fixed_blocks, random_blocks
from bellwether_engine.equations.constraints import find_constraints
from bellwether_engine.equations.design import build_design
from bellwether_engine.equations.equations import build_equations
from bellwether_engine.genotypes import pack
from bellwether_engine.pedigree.structure import FormedInverse
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from .twins import random_pedigree, shared_file

seeds = st.integers(0, 2**32 - 1)
ANIMAL = Effect("animal", "additive")
GROUP = Effect("group", "fixed")


def definite(rng, k):
    m = rng.normal(size=(k, k + 2))
    return m @ m.T


def equations_of(model, records, pedigree):
    random, _ = random_blocks(model.effects, model.traits, records, pedigree)
    fixed = fixed_blocks(model.effects, model.traits, records)
    design = build_design(fixed, random, records, model.variances)
    constrained = find_constraints(design, model.traits).constrained
    inbreeding = pedigree.inbreeding() if model.options.inbreeding else None
    return build_equations(design, constrained, FormedInverse(pedigree.a_inverse(inbreeding))), inbreeding


@given(seed=seeds, k=st.integers(1, 3), more=st.integers(0, 2))
def test_small_matrices_are_those_of_numpy(seed, k, more):
    rng = np.random.default_rng(seed)
    q = k + more
    s, p, way = definite(rng, q), definite(rng, k), rng.normal(size=(q, k))
    inverted, rest, projected, first = s.copy(), s.copy(), np.zeros((k, k)), np.empty((k, k))
    invert(inverted)
    np.testing.assert_allclose(inverted, np.linalg.inv(s), rtol=1e-8, atol=1e-10)
    without(rest, way, p, np.empty((2 * q + k, k)))
    np.testing.assert_allclose(rest, s - s @ way @ np.linalg.inv(way.T @ s @ way + p) @ way.T @ s, atol=1e-8)
    project(s, way, projected)
    np.testing.assert_allclose(projected, way.T @ s @ way, atol=1e-9)
    first_of(s.copy(), k, first)
    np.testing.assert_allclose(first, np.linalg.inv(np.linalg.inv(s)[:k, :k]), atol=1e-8)


@given(seed=seeds)
def test_messages_of_records_are_those_of_a_loop(seed):
    rng = np.random.default_rng(seed)
    n, t = 5, 2
    observed = rng.random((n, t)) < 0.7
    observed[0] = True
    residual = definite(rng, t)
    at = np.concatenate([[0], np.cumsum(observed.sum(axis=1))])
    dense = np.zeros((at[-1], at[-1]))
    for r in range(n):
        dense[at[r] : at[r + 1], at[r] : at[r + 1]] = np.linalg.inv(residual[np.ix_(observed[r], observed[r])])
    inverse = csr_array(dense)
    messages = np.array([[definite(rng, t) for _ in range(n)] for _ in range(3)])
    expected = np.zeros_like(messages)
    for c in range(3):
        for r in range(n):
            seen = np.ix_(observed[r], observed[r])
            others = residual + sum(messages[o, r] for o in range(3) if o != c)
            expected[c, r][seen] = np.linalg.inv(others[seen])
    speak(observed, inverse.indptr, inverse.indices, inverse.data, messages)
    np.testing.assert_allclose(messages, expected, rtol=1e-7, atol=1e-12)
    level, value = np.array([0, 1, 0, -1, 1], np.int32), rng.normal(size=(n, 3))
    cluster = Cluster(level, np.array([0, 1, 1]), value, np.eye(3), 2)
    design = np.zeros((n, t, 3))
    design[:, cluster.trait, range(3)] = value
    told = messages[0].copy()
    gathered = gather(cluster, told)
    sums = [sum(design[r].T @ told[r] @ design[r] for r in range(n) if level[r] == k) for k in range(2)]
    np.testing.assert_allclose(gathered, sums, atol=1e-9)
    answered = told.copy()
    answer(cluster, gathered, cluster.precision[None], answered)
    for r in range(n):
        if level[r] < 0:
            assert (answered[r] == 0.0).all()
            continue
        rest = sums[level[r]] - design[r].T @ told[r] @ design[r] + np.eye(3)
        np.testing.assert_allclose(answered[r], design[r] @ np.linalg.inv(rest) @ design[r].T, rtol=1e-7, atol=1e-9)


# two unrelated couples with litters; a son and a daughter of them mate; one parent unknown at the end
SIRE = np.array([-1, -1, 0, 0, 0, -1, -1, 5, 5, 2, 2, -1], np.int32)
DAM = np.array([-1, -1, 1, 1, 1, -1, -1, 6, 6, 7, 7, 8], np.int32)


def inheritance_of(sire, dam, prior, n_inherited, from_dam=()):
    pedigree = Pedigree(sire, dam)
    families = nuclear_families(pedigree.sire, pedigree.dam, pedigree.order)
    inherited = np.arange(len(prior)) < n_inherited
    d = 1.0 - 0.25 * (pedigree.sire >= 0) - 0.25 * (pedigree.dam >= 0)
    return Inheritance(families, d, prior, inherited, np.array(from_dam, np.int64), np.ones((len(d), 2)))


def dense_precision(pedigree, inheritance, own):
    """Of all coefficients of all animals: Mendelian sampling, then records on the animal and some of its dam."""
    n, k, q = len(own), len(inheritance.prior), own.shape[1]
    total = np.zeros((n * k, n * k))
    for i in range(n):
        w = np.zeros((k, n * k))
        w[:, i * k : (i + 1) * k] = np.eye(k)
        for p in (pedigree.sire[i], pedigree.dam[i]):
            if p >= 0:
                w[:, p * k : (p + 1) * k] -= 0.5 * np.diag(inheritance.is_inherited)
        scale = np.where(np.outer(inheritance.is_inherited, inheritance.is_inherited), inheritance.d[i], 1.0)
        total += w.T @ (inheritance.prior / scale) @ w
        m = np.zeros((q, n * k))
        m[:k, i * k : (i + 1) * k] = np.eye(k)
        if pedigree.dam[i] >= 0:
            for a, column in enumerate(inheritance.from_dam):
                m[k + a, pedigree.dam[i] * k + column] = 1.0
        total += m.T @ own[i] @ m
    return total


@settings(max_examples=15)
@given(seed=seeds, case=st.sampled_from([(1, 1, ()), (2, 2, ()), (3, 2, (1, 2))]))
def test_sweeps_are_exact_without_loops(seed, case):
    rng = np.random.default_rng(seed)
    k, n_inherited, from_dam = case
    prior = definite(rng, k)
    prior[:n_inherited, n_inherited:] = prior[n_inherited:, :n_inherited] = 0.0
    inheritance = inheritance_of(SIRE, DAM, prior, n_inherited, from_dam)
    q = k + len(from_dam)
    own = np.array([definite(rng, q) if rng.random() < 0.7 else np.zeros((q, q)) for _ in SIRE])
    own[DAM < 0, k:] = own[DAM < 0, :, k:] = 0.0
    state = first_messages(inheritance)
    for _ in range(5):
        sweep(inheritance, own, np.zeros((len(SIRE), k, k)), state)
    expected = np.linalg.inv(dense_precision(Pedigree(SIRE, DAM), inheritance, own))
    for i, found in enumerate(np.linalg.inv(state.above + state.below)):
        np.testing.assert_allclose(found, expected[i * k : (i + 1) * k, i * k : (i + 1) * k], rtol=1e-7, atol=1e-10)


@settings(max_examples=15)
@given(seed=seeds)
def test_more_information_never_lowers_a_reliability(seed):
    rng = np.random.default_rng(seed)
    inheritance = inheritance_of(*random_pedigree(rng, 30), np.array([[2.0]]), 1)
    own = rng.uniform(0.0, 3.0, (30, 1, 1)) * (rng.random((30, 1, 1)) < 0.5)
    more = own.copy()
    more[rng.integers(30)] += 1.0
    found = []
    for given_ in (own, more):
        state = first_messages(inheritance)
        for _ in range(40):
            sweep(inheritance, given_, np.zeros((30, 1, 1)), state)
        found.append(1.0 - 2.0 / (state.above + state.below).ravel())
    assert (found[1] >= found[0] - 1e-9).all()
    assert (found[0] >= -1e-12).all()
    assert (found[1] < 1.0).all()


@settings(max_examples=10)
@given(seed=seeds)
def test_reliabilities_lie_between_0_and_1_and_need_information(seed):
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, 40)
    sire, dam = np.append(sire, -1), np.append(dam, -1)
    values = rng.normal(size=(30, 2))
    values[rng.random((30, 2)) < 0.3] = np.nan
    values[:2] = 1.0
    records = Records(rng.integers(0, 40, 30), values, {"group": rng.integers(0, 6, 30)})
    effects = (GROUP, ANIMAL, Effect("animal", "permanent"))
    variances = Variances([[3.0, 1.0], [1.0, 2.0]], additive=[[2.0, 0.5], [0.5, 1.0]], permanent=np.eye(2))
    model = Model(("a", "b"), effects, variances)
    pedigree = Pedigree(sire, dam)
    equations, inbreeding = equations_of(model, records, pedigree)
    found, _ = approximate_reliabilities(equations, np.isfinite(values), pedigree, inbreeding)
    assert (found >= 0.0).all()
    assert (found < 1.0).all()
    assert (found[-1] == 0.0).all()


def flock(seed=1, n_ewes=40, years=5):
    """Eight flocks that share rams; lambs in classes of flock, year and sex; litters; some sires unknown."""
    rng = np.random.default_rng(seed)
    rows = []

    def born(sire, dam, flock, year, litter):
        rows.append((sire, dam, flock, year, litter, rng.integers(2)))
        return len(rows) - 1

    ewes = [[born(-1, -1, f, 0, -1) for _ in range(n_ewes)] for f in range(8)]
    rams = [born(-1, -1, 0, 0, -1) for _ in range(16)]
    for year in range(1, years + 1):
        lambs = [[], []]
        for f in range(8):
            used = rng.choice(rams, 3, replace=False)
            for ewe in ewes[f]:
                sire, litter = (-1 if rng.random() < 0.1 else int(rng.choice(used))), len(rows)
                for _ in range(rng.integers(0, 4)):
                    new = born(sire, ewe, f, year, litter)
                    lambs[rows[new][5]].append(new)
            young = [i for i in lambs[1] if rows[i][2] == f][: n_ewes // 3]
            ewes[f] = [*rng.choice(ewes[f], n_ewes - len(young), replace=False).tolist(), *young]
        rams = rng.choice(lambs[0], 16, replace=False).tolist()
    sire, dam, flock, year, litter, sex = np.array(rows).T
    animal = np.flatnonzero(year > 0)
    group = (100 * flock + 2 * year + sex)[animal]
    return Pedigree(sire, dam), animal, {"group": group, "litter": litter[animal]}, rng


DAM_EFFECT, PERMANENT = Effect("dam", "maternal", traits=("a",)), Effect("dam", "permanent_dam", traits=("a",))
ONE = {
    "animal": ((GROUP, ANIMAL), Variances(0.7, additive=0.3), (0.02, 0.015, 0.12)),
    "low heritability": ((GROUP, ANIMAL), Variances(0.9, additive=0.1), (0.02, 0.015, 0.12)),
    "litter": (
        (GROUP, Effect("litter", "random"), ANIMAL),
        Variances(0.6, additive=0.3, random={"litter": 0.1}),
        (0.04, 0.02, 0.15),
    ),
    "maternal": (
        (GROUP, ANIMAL, DAM_EFFECT, PERMANENT),
        Variances(0.6, additive_maternal=[[0.3, -0.05], [-0.05, 0.1]], permanent_dam=0.08),
        (0.025, 0.02, 0.15),
    ),
}


@pytest.mark.parametrize(("effects", "variances", "bounds"), ONE.values(), ids=ONE)
def test_error_on_a_simulated_flock(effects, variances, bounds):
    pedigree, animal, columns, rng = flock()
    records = Records(animal, rng.normal(size=len(animal)), columns)
    model = Model(("a",), effects, variances, Options(reliability="approximate"))
    exact = fit(Model(("a",), effects, variances, Options(reliability="exact")), records, pedigree).reliability
    solution = fit(model, records, pedigree)
    bias, sd, maximum = bounds
    difference = solution.reliability - exact
    assert np.abs(difference.mean(axis=0)).max() < bias
    assert difference.std(axis=0).max() < sd
    assert np.abs(difference).max() < maximum
    check = solution.reliability_check
    assert check.method == "direct"
    assert check.n_checked == 200
    assert check.bias == pytest.approx(difference.mean(), abs=4.0 * check.sd / np.sqrt(200))
    assert check.maximum <= np.abs(difference).max() + 1e-9
    assert sum(part.n_values for part in check.classes) == difference.size


def test_error_with_two_traits_foster_dams_and_groups():
    pedigree, animal, columns, rng = flock(2)
    y = rng.normal(size=(len(animal), 2))
    y[rng.random(len(animal)) < 0.4, 1] = np.nan
    columns["dam"] = np.where(rng.random(len(animal)) < 0.1, pedigree.dam[animal[::-1]], -1)
    groups = [np.where(p < 0, rng.integers(0, 2, len(p)), -1) for p in (pedigree.sire, pedigree.dam)]
    pedigree = Pedigree(pedigree.sire, pedigree.dam, Groups(*groups, 2))
    genetic = [[0.3, 0.2, -0.05], [0.2, 0.4, 0.0], [-0.05, 0.0, 0.1]]
    variances = Variances([[0.6, 0.2], [0.2, 0.7]], additive_maternal=genetic)
    found = [
        fit(Model(("a", "b"), (GROUP, ANIMAL, DAM_EFFECT), variances, options), Records(animal, y, columns), pedigree)
        for options in (Options(reliability="exact"), Options(reliability="approximate", solver="pcg"))
    ]
    difference = found[1].reliability - found[0].reliability
    assert np.abs(difference.mean(axis=0)).max() < 0.03
    assert difference.std(axis=0).max() < 0.03
    assert found[1].reliability_check.bias == pytest.approx(difference.mean(), abs=0.01)


def test_pcg_gives_the_exact_values_of_the_check(monkeypatch):
    pedigree, animal, columns, rng = flock(3, n_ewes=10, years=3)
    model = Model(("a",), (GROUP, ANIMAL), Variances(0.7, additive=0.3))
    equations, _ = equations_of(model, Records(animal, rng.normal(size=len(animal)), columns), pedigree)
    contrasts = [(np.array([equations.starts[0] + k]), np.ones(1)) for k in (0, 50, 300)]
    direct, method = _variances(equations, None, contrasts, 1, lambda _: None)
    assert method == "direct"
    monkeypatch.setattr("bellwether_engine.approximate.check.EXACT_LIMIT", 0)
    pcg, method = _variances(equations, None, contrasts, 1, lambda _: None)
    assert method == "pcg"
    np.testing.assert_allclose(pcg, direct, rtol=2e-4)
    assert (pcg <= direct * (1.0 + 1e-10)).all()


def test_a_sample_takes_from_every_class():
    reliability = np.concatenate([np.full(1000, 0.05), np.full(3, 0.55), np.full(500, 0.75)])
    drawn = draw(reliability, np.random.default_rng(1))
    assert np.bincount(classes_of(reliability[drawn]), minlength=10).tolist() == [99, 0, 0, 0, 0, 3, 0, 98, 0, 0]
    difference = np.where(reliability[drawn] < 0.1, 0.01, 0.04)
    check = summarise(reliability, drawn, difference, "direct")
    assert check.bias == pytest.approx((1000 * 0.01 + 503 * 0.04) / 1503)
    assert check.maximum == 0.04
    assert [part.n_checked for part in check.classes] == [99, 3, 98]


def test_four_traits_beside_the_published_approximation():
    """BLUPF90 tutorial, 4-trait repeatability model; the reliabilities that ACCF90 prints for animals 1 and 2."""
    folder = "datasets/blupf90_tutorial/"
    parents = np.loadtxt(shared_file(folder + "simped.txt"), dtype=int)
    rows = np.loadtxt(shared_file(folder + "simdata_rep.txt"))
    residual = [[45.124, 22.357, 18.626, 13.762], [22.357, 44.21, 22.69, 18.016], [18.626, 22.69, 46.101, 22.795],
                [13.762, 18.016, 22.795, 45.274]]  # fmt: skip
    additive = [[41.967, 22.512, 24.058, 26.907], [22.512, 17.489, 19.738, 24.257], [24.058, 19.738, 28.775, 34.741],
                [26.907, 24.257, 34.741, 56.668]]  # fmt: skip
    permanent = [[15.546, 15.237, 10.49, 1.4105], [15.237, 40.937, 19.562, 6.484], [10.49, 19.562, 27.782, 4.5379],
                 [1.4105, 6.484, 4.5379, 2.441]]  # fmt: skip
    columns = {name: rows[:, k].astype(np.int32) for name, k in (("farm", 5), ("sex", 6), ("year", 7))}
    y = np.where(rows[:, 8:12] == 0.0, np.nan, rows[:, 8:12])
    records = Records(rows[:, 0].astype(np.int32) - 1, y, columns)
    effects = (*(Effect(name, "fixed") for name in columns), ANIMAL, Effect("animal", "permanent"))
    variances = Variances(residual, additive=additive, permanent=permanent)
    model = Model(("t1", "t2", "t3", "t4"), effects, variances, Options(inbreeding=False))
    pedigree = Pedigree(parents[:, 1] - 1, parents[:, 2] - 1)
    equations, _ = equations_of(model, records, pedigree)
    found, variance = approximate_reliabilities(equations, np.isfinite(y), pedigree, None)
    contrasts = [(np.array([equations.starts[0] + k]), np.ones(1)) for k in range(8)]
    exact = 1.0 - _variances(equations, None, contrasts, 1, lambda _: None)[0] / variance[:2].ravel()
    published = np.array([0.8728, 0.8147, 0.8510, 0.9237, 0.8754, 0.8140, 0.8512, 0.9268])
    assert (published - exact).min() > 0.008
    assert (published - exact).max() == pytest.approx(0.032, abs=5e-4)
    assert np.abs(found[:2].ravel() - exact).max() < 0.016
    assert np.abs(found[:2].ravel() - exact).mean() < (published - exact).mean()


def test_what_has_no_approximation_is_refused():
    options = Options(reliability="approximate")
    pedigree, records = Pedigree([-1, -1], [-1, -1]), Records([0, 1], [1.0, 2.0])
    ordinal = Model(("a",), (ANIMAL,), Variances(1.0, additive=1.0), options, ordinal=("a",))
    genomic = Model(("a",), (ANIMAL,), Variances(1.0, additive=1.0), options, genomic=Genomic("gblup"))
    genotypes = Genotypes(pack(np.array([[0, 1], [2, 1]])), [0, 1])
    for model, given_ in ((ordinal, None), (genomic, genotypes)):
        with pytest.raises(ModelError) as caught:
            fit(model, records, pedigree, genotypes=given_)
        assert caught.value.code == "not_available"
        assert caught.value.place == "options.reliability"
