"""Singular covariance matrices that are given: breeding values and reliabilities beside selection index theory, which
needs V alone and no inverse of G (Henderson 1984, chapter 5)."""

from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import Effect, Groups, Model, Options, Pedigree, Records, Variances, fit

from .twins import permute, random_pedigree, relationship

ANIMAL = Effect("animal", "additive")
CLOSE = 1e-8


def problem(rng, t, k, *, missing):
    """t traits of k factors on a random pedigree, a pen with a correlation of 1 between its first two traits."""
    sire, dam = random_pedigree(rng, int(rng.integers(12, 30)))
    n = len(sire)
    loads = rng.normal(size=(t, k))
    genetic = loads @ loads.T
    root = rng.normal(size=(t, t))
    m = 3 * n
    animal = rng.integers(0, n, m).astype(np.int32)
    y = 10.0 + rng.normal(size=(m, t)) * 2.0
    y[rng.random((m, t)) < missing] = np.nan
    y[0] = 10.0
    herd, pen = rng.integers(0, 3, m).astype(np.int32), rng.integers(0, 5, m).astype(np.int32)
    herd[:3], pen[:5], y[:5] = np.arange(3), np.arange(5), rng.normal(size=(5, t))
    of_pen = np.array([[1.0, 0.5], [0.5, 0.25]])
    variances = Variances(root @ root.T + np.eye(t), additive=genetic, random={"pen": of_pen})
    traits = tuple(f"t{i}" for i in range(t))
    effects = (Effect("herd", "fixed"), Effect("pen", "random", traits=traits[:2]), ANIMAL)
    options = Options(reliability="exact", tolerance=1e-11)
    model = Model(traits, effects, variances, options)
    return model, Records(animal, y, {"herd": herd, "pen": pen}), Pedigree(*permute(sire, dam, np.arange(n)))


def by_index(model, records, pedigree):
    """``G Z' P y``, ``G Z' P Z G`` of the animals and ``G Z' P y`` of the pens, from V."""
    t, n = len(model.traits), pedigree.n_animals
    rows, traits = np.nonzero(np.isfinite(records.values))
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)

    def z(codes, levels, size):
        found = np.zeros((len(rows), levels * size))
        seen = traits < size
        found[np.flatnonzero(seen), codes[rows[seen]] * size + traits[seen]] = 1.0
        return found

    of_animals, of_pens = z(records.animal, n, t), z(records.columns["pen"], 5, 2)
    genetic = np.kron(a, model.variances.additive)
    pens = np.kron(np.eye(5), model.variances.random["pen"])
    same = rows[:, None] == rows
    residual = np.where(same, model.variances.residual[np.ix_(traits, traits)], 0.0)
    v = of_animals @ genetic @ of_animals.T + of_pens @ pens @ of_pens.T + residual
    x = z(records.columns["herd"], 3, t)
    inverse = np.linalg.inv(v)
    p = inverse - inverse @ x @ np.linalg.pinv(x.T @ inverse @ x) @ x.T @ inverse
    py = p @ records.values[rows, traits]
    cross = genetic @ of_animals.T
    share = np.diag(cross @ p @ cross.T) / np.diag(genetic)
    return (cross @ py).reshape(n, t), share.reshape(n, t), (pens @ of_pens.T @ py).reshape(5, 2)


@pytest.mark.parametrize("solver", ["direct", "pcg"])
def test_the_answers_are_those_of_the_selection_index(solver, rounds, chance):
    for _ in range(rounds(10, 500)):
        seed = chance.randrange(2**32)
        rng = np.random.default_rng(seed)
        t = int(rng.integers(2, 6))
        model, records, pedigree = problem(rng, t, int(rng.integers(1, t)), missing=rng.choice([0.0, 0.3]))
        model = replace(model, options=replace(model.options, solver=solver))
        solution = fit(model, records, pedigree)
        ebv, reliability, pens = by_index(model, records, pedigree)
        said = f"{solver}, seed {seed}"
        np.testing.assert_allclose(solution.ebv, ebv, atol=CLOSE, err_msg=said)
        np.testing.assert_allclose(solution.reliability, reliability, atol=CLOSE, err_msg=said)
        found = np.column_stack([part.estimate for part in solution.random])
        np.testing.assert_allclose(found, pens, atol=CLOSE, err_msg=said)
        notices = [notice.message for notice in solution.warnings if notice.code == "singular_matrix"]
        assert len(notices) == 2, said
        assert all("from which the others follow" in message for message in notices), said


def test_traits_that_do_not_covary_and_their_sum():
    """The inverse of two variances is diagonal: the pairs of their effects come into the pattern all the same."""
    rng = np.random.default_rng(3)
    b = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    model, records, pedigree = problem(rng, 3, 2, missing=0.5)
    model = replace(model, variances=replace(model.variances, additive=b @ np.diag([2.0, 3.0]) @ b.T))
    solution = fit(model, records, pedigree)
    ebv, reliability, _ = by_index(model, records, pedigree)
    np.testing.assert_allclose(solution.ebv, ebv, atol=CLOSE)
    np.testing.assert_allclose(solution.ebv[:, 2], solution.ebv[:, :2].sum(axis=1), atol=CLOSE)
    np.testing.assert_allclose(solution.reliability, reliability, atol=CLOSE)


def test_an_earlier_solution_is_a_start():
    model, records, pedigree = problem(np.random.default_rng(5), 3, 1, missing=0.2)
    model = replace(model, options=replace(model.options, solver="pcg"))
    first = fit(model, records, pedigree)
    again = fit(model, records, pedigree, start=first)
    assert again.convergence.iterations < first.convergence.iterations
    np.testing.assert_allclose(again.ebv, first.ebv, atol=1e-7)


def test_what_needs_the_inverse_of_the_whole_matrix_raises_it():
    """Fixed groups of unknown parents: their effects on the traits are not those of the factors."""
    model, records, pedigree = problem(np.random.default_rng(7), 2, 1, missing=0.0)
    n = pedigree.n_animals
    sire_group = np.where(pedigree.sire < 0, 0, -1).astype(np.int32)
    dam_group = np.where(pedigree.dam < 0, 1, -1).astype(np.int32)
    grouped = Pedigree(pedigree.sire, pedigree.dam, groups=Groups(sire_group, dam_group, 2))
    solution = fit(replace(model, options=Options()), records, grouped)
    assert solution.ebv.shape == (n, 2)
    notices = [notice.message for notice in solution.warnings if notice.code == "singular_matrix"]
    assert len(notices) == 2
    assert all("raised by a millionth" in message for message in notices)
