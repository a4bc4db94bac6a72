"""Estimating variances whose optimum lies at the edge: random problems beside the twin."""

from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import Model, Pedigree, Records, Variances, fit
from bellwether_engine.reml.components import unpack

from .problems import ANIMAL, KINDS, REML, of_traits
from .twin import ends_of

CLOSE = 1e-3
HALF_SIBS = [
    (20.7, 32.0),
    (20.7, 27.7),
    (21.8, 31.8),
    (18.9, 30.6),
    (20.7, 31.0),
    (20.1, 31.1),
    (18.5, 28.9),
    (19.0, 30.7),
    (20.1, 29.5),
    (18.4, 28.7),
    (20.0, 29.5),
    (22.6, 33.3),
    (14.6, 23.5),
    (19.7, 29.0),
    (20.4, 30.6),
    (24.2, 29.9),
    (19.2, 33.7),
    (21.3, 32.0),
    (19.0, 26.2),
    (20.3, 30.4),
    (17.5, 27.4),
    (19.9, 28.0),
    (19.8, 30.1),
    (20.1, 29.0),
]  # t1, t2


def matrices_of(estimates, sizes):
    """The estimated matrices, one after another."""
    values, found, at = np.array([part.estimate for part in estimates.components]), [], 0
    for size in sizes:
        length = size * (size + 1) // 2
        found.append(unpack(values[at : at + length]))
        at += length
    return found


def started_at(model, estimates, sizes, *, exactly):
    """The model with the estimates as start values; `exactly`: singular at the edge, as no estimate is."""
    found = matrices_of(estimates, sizes)
    if exactly:
        found[:-1] = [cut(matrix) for matrix in found[:-1]]
    of = model.variances
    names = [name for name in ("additive", "additive_maternal", "permanent") if getattr(of, name) is not None]
    return replace(model, variances=Variances(found[-1], **dict(zip(names, found[:-1], strict=True))))


def cut(matrix):
    """The matrix without variance in directions that have next to none."""
    deviation = np.sqrt(np.diag(matrix))
    values, vectors = np.linalg.eigh(matrix / np.outer(deviation, deviation))
    return (vectors * np.where(values < 2e-5, 0.0, values)) @ vectors.T * np.outer(deviation, deviation)


def turned(model, records, rng):
    """The same problem with traits, records and effects in another order."""
    t, n = len(model.traits), records.n_records
    traits, rows = rng.permutation(t), rng.permutation(n)
    effects = tuple(model.effects[i] for i in rng.permutation(len(model.effects)))

    def moved(matrix):
        if matrix is None:
            return None
        order = np.concatenate([traits + t * block for block in range(len(matrix) // t)])
        return matrix[np.ix_(order, order)]

    of = model.variances
    variances = Variances(moved(of.residual), additive=moved(of.additive),
                          additive_maternal=moved(of.additive_maternal), permanent=moved(of.permanent))  # fmt: skip
    columns = {name: column[rows] for name, column in records.columns.items()}
    other = Records(records.animal[rows], records.values[rows][:, traits], columns)
    return replace(model, traits=tuple(np.array(model.traits)[traits]), effects=effects, variances=variances), other


#: in the short form, where dense searches take long
FEW = {"two factors of 6 traits": 2, "two factors of 4 traits": 4, "1 to 6 traits": 4}


@pytest.mark.parametrize("kind", KINDS)
def test_a_problem_ends_at_the_best_of_dense_searches_whatever_the_order_and_the_start(kind, rounds, chance):
    restarts = rounds(3, 10)
    for _ in range(rounds(FEW.get(kind, 10), 200)):
        seed = chance.randrange(2**32)
        said = f"{kind}, seed {seed}"
        rng = np.random.default_rng(seed)
        model, records, pedigree, dense = KINDS[kind](rng)
        first = fit(model, records, pedigree).estimates
        there = dense.minus2(matrices_of(first, dense.sizes))[0]
        assert first.minus2_log_likelihood == pytest.approx(there, abs=10 * CLOSE), said
        assert first.minus2_log_likelihood == pytest.approx(min(ends_of(dense, rng, restarts)), abs=CLOSE), said
        assert errors_are_possible(first), said
        turned_round = fit(*turned(model, records, rng), pedigree).estimates
        from_optimum = fit(started_at(model, first, dense.sizes, exactly=bool(seed % 2)), records, pedigree).estimates
        for found in (turned_round, from_optimum):
            assert found.minus2_log_likelihood == pytest.approx(first.minus2_log_likelihood, abs=CLOSE), said
            assert sorted(found.boundary) == sorted(first.boundary) or weak(found, first), said


@pytest.mark.parametrize(
    ("kind", "seed", "highest"), [("1 to 6 traits", 128462013, 3928.5034), ("1 to 6 traits", 1024, 1742.2211)]
)
def test_of_two_tops_the_higher_is_found_from_either(kind, seed, highest):
    """The first climb of the one ends 0.113 lower; so does a climb of the other from a small genetic matrix."""
    model, records, pedigree, dense = KINDS[kind](np.random.default_rng(seed))
    assert min(ends_of(dense, np.random.default_rng(1), 3)) == pytest.approx(highest, abs=CLOSE)
    found = fit(model, records, pedigree).estimates
    assert found.minus2_log_likelihood == pytest.approx(highest, abs=CLOSE)
    phenotypic = sum(matrices_of(found, dense.sizes))
    for share in (0.1, 0.5, 0.9):
        variances = Variances((1.0 - share) * phenotypic, additive=share * phenotypic)
        again = fit(replace(model, variances=variances), records, pedigree).estimates
        assert again.minus2_log_likelihood == pytest.approx(highest, abs=CLOSE), share


def test_singular_start_values_of_all_matrices_are_a_start(chance):
    model, records, pedigree, _ = of_traits(np.random.default_rng(chance.randrange(2**32)), np.eye(2), np.eye(2), 100)
    ones = np.full((2, 2), 3.0)
    singular = replace(model, variances=Variances(ones, additive=ones))
    found, expected = (fit(each, records, pedigree).estimates for each in (singular, model))
    assert found.minus2_log_likelihood == pytest.approx(expected.minus2_log_likelihood, abs=CLOSE)


def errors_are_possible(estimates):
    """Errors of ratios stay in the range of the ratio, and intervals of all values in theirs; none at its end."""
    for part in (*estimates.components, *estimates.ratios):
        low, high, largest = range_of(part)
        if any(error > largest for error in (part.se, part.se_sampled)):
            return False
        if np.isfinite(part.lower) and not low <= part.lower <= part.estimate <= part.upper <= high:
            return False
        is_at_end = low == -1.0 and abs(part.estimate) > 0.9999
        if is_at_end and np.isfinite([part.se, part.se_sampled, part.lower]).any():
            return False
    return True


def range_of(part):
    """Where a value may lie, and the largest error that it may have."""
    if part.component.startswith("correlation"):
        return -1.0, 1.0, 1.0
    if part.component.startswith(("heritability", "ratio")):
        return 0.0, 1.0, 0.5
    return (0.0 if part.row == part.column else -np.inf), np.inf, np.inf


def weak(one, other):
    """Do two estimates agree, where one just misses the edge?"""
    a, b = ({(p.component, *sorted((p.row, p.column))): p.estimate for p in e.components} for e in (one, other))
    return all(abs(a[name] - b[name]) < 0.05 * (1.0 + abs(a[name])) for name in a)


def test_half_sibs_with_a_correlation_of_one():
    """24 half sibs: from 20 starts a dense search finds this one optimum, whose matrix has rank 1."""
    y = np.array(HALF_SIBS)
    pedigree = Pedigree(np.append(np.full(4, -1), np.arange(24) % 4), np.full(28, -1))
    model = Model(("a", "b"), (ANIMAL,), Variances([[4.0, 1.0], [1.0, 4.0]], additive=[[2.0, 0.5], [0.5, 2.0]]), REML)
    estimates = fit(model, Records(np.arange(4, 28), y), pedigree).estimates
    assert estimates.minus2_log_likelihood == pytest.approx(189.103181, abs=1e-3)
    found = [part.estimate for part in estimates.components]
    np.testing.assert_allclose(found, [0.99337, 0.41638, 0.17453, 2.32277, 2.19484, 4.89344], atol=1e-3)
    assert estimates.boundary == ("additive",)
    errors = {(part.component, part.row): part.se for part in estimates.ratios}
    assert np.isnan(errors["correlation.additive", "b"])


def test_another_component_of_zero_leaves_the_heritability_its_error():
    rng = np.random.default_rng(0)
    for _ in range(20):
        model, records, pedigree, _ = KINDS["repeated records"](rng)
        estimates = fit(model, records, pedigree).estimates
        if estimates.boundary != ("permanent",):
            continue
        heritability = next(part for part in estimates.ratios if part.component == "heritability")
        of = replace(model, effects=model.effects[:2], variances=replace(model.variances, permanent=None))
        alone = fit(of, records, pedigree).estimates.ratios[0]
        assert heritability.estimate == pytest.approx(alone.estimate, abs=1e-4)
        assert heritability.se == pytest.approx(alone.se, rel=1e-3)
        permanent = next(part for part in estimates.components if part.component == "permanent")
        assert np.isnan(permanent.se)
        return
    pytest.fail("no problem without permanent variance")
