"""PCG by threads: the same bits for any number of threads, and the direct answer."""

from itertools import pairwise

import numpy as np
import pytest
from bellwether_engine import Effect, Groups, Model, ModelError, Options, Pedigree, Records, Variances, fit
from bellwether_engine.parallel.workers import PIECE, Workers, at_most, available_threads, balanced_pieces
from bellwether_engine.solving.conjugate_gradients import advance, dots, turn

from .twins import random_pedigree


def flock(n, seed=3):
    """A pedigree of several generations with records of two traits, litters and weights."""
    rng = np.random.default_rng(seed)
    sire, dam = np.full((2, n), -1, dtype=np.int32)
    for first in range(n // 10, n, n // 10):
        last, before = min(n, first + n // 10), np.arange(max(0, first - n // 5), first)
        sire[first:last] = rng.choice(before[before % 2 == 0], last - first)
        dam[first:last] = rng.choice(before[before % 2 == 1], last - first)
    animal = rng.integers(0, n, n)
    y = rng.normal(size=(n, 2))
    y[rng.random((n, 2)) < 0.2] = np.nan
    y[np.isnan(y).all(axis=1), 0] = 0.0
    columns = {"herd": animal % 50, "age": rng.uniform(80, 120, n), "litter": animal // 3}
    return Pedigree(sire, dam), Records(animal, y, columns, rng.uniform(0.5, 2.0, n))


EFFECTS = (
    Effect("herd", "fixed"), Effect("age", "covariate"), Effect("litter", "random", traits=("a",)),
    Effect("animal", "additive"),
)  # fmt: skip
VARIANCES = Variances([[3.0, 1.0], [1.0, 2.0]], additive=[[2.0, 0.5], [0.5, 1.0]], random={"litter": 0.5})


@pytest.mark.parametrize("traits", [("a",), ("a", "b")])
def test_the_same_bits_for_any_number_of_threads(traits):
    pedigree, records = flock(120_000 if traits == ("a",) else 40_000)
    if traits == ("a",):
        records = Records(records.animal, np.nan_to_num(records.values[:, 0]), records.columns, records.weights)
    variances = VARIANCES if len(traits) == 2 else Variances(3.0, additive=2.0, random={"litter": 0.5})
    found = [
        fit(
            Model(traits, EFFECTS, variances, Options(solver="pcg", reliability="none", threads=threads)),
            records,
            pedigree,
        )
        for threads in (1, 2, 2, 5)
    ]
    for other in found[1:]:
        np.testing.assert_array_equal(other.ebv, found[0].ebv)
        np.testing.assert_array_equal(other.fixed[0].estimate, found[0].fixed[0].estimate)
    assert found[0].convergence.largest_change < 1e-6


def test_inbreeding_has_the_same_bits_for_any_number_of_threads():
    pedigree, _ = flock(20_000)
    found = pedigree.inbreeding(threads=1)
    assert found.max() > 0.0
    for threads in (2, 5):
        np.testing.assert_array_equal(pedigree.inbreeding(threads), found)


def test_pcg_is_the_direct_answer_at_some_size():
    pedigree, records = flock(5_000)
    found = [
        fit(Model(("a", "b"), EFFECTS, VARIANCES, Options(solver=solver, reliability="none")), records, pedigree)
        for solver in ("pcg", "direct")
    ]
    np.testing.assert_allclose(found[0].ebv, found[1].ebv, atol=1e-6)
    assert found[0].convergence.direct_difference < 1e-6


def test_pieces_cover_all_rows_once():
    counts = np.array([0, 3, 10 * PIECE, 1, 0, *[2] * 300_000, 5 * PIECE])
    pieces = balanced_pieces(np.concatenate([[0], np.cumsum(counts)]))
    assert pieces[0][0] == 0
    assert pieces[-1][1] == len(counts)
    assert all(a[1] == b[0] for a, b in pairwise(pieces))
    assert (2, 3) in pieces


@pytest.mark.parametrize("k", [1, 3])
def test_steps_are_plain_vector_arithmetic(k):
    rng = np.random.default_rng(1)
    workers, alpha, beta = Workers(2), np.array([0.3, 0.0, -1.0])[:k], np.array([2.0, 0.0, 0.5])[:k]
    x, r, p, q = rng.normal(size=(4, 2 * PIECE + 7, k))
    expected = x + alpha * p, r - alpha * q
    np.testing.assert_allclose(dots(workers, p, q), (p * q).sum(axis=0))
    np.testing.assert_allclose(advance(workers, x, r, p, q, alpha), (expected[1] ** 2).sum(axis=0))
    np.testing.assert_allclose([x, r], expected)
    turned = q + beta * p
    turn(workers, p, q, beta)
    np.testing.assert_allclose(p, turned)


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_a_refusal_in_a_thread_is_raised(n_threads):
    with pytest.raises(ZeroDivisionError):
        Workers(n_threads).run(lambda first, last: 1 / (last - 2), [(0, 1), (1, 2), (2, 3)])


def test_work_that_shares_out_work_ends():
    def inner(first, last):
        return sum(Workers(4).run(lambda a, b: a, [(k, k + 1) for k in range(first, last)]))

    assert Workers(4).run(inner, [(k, k + 3) for k in range(20)]) == [3 * k + 3 for k in range(20)]


def test_threads_that_nobody_asked_for_are_limited():
    with at_most(3):
        assert Workers().n_threads == 3
        assert Workers(2).n_threads == 2
    assert Workers().n_threads == available_threads()


def test_groups_by_pcg_are_the_direct_answer():
    rng = np.random.default_rng(2)
    sire, dam = random_pedigree(rng, 200, 0.4)
    groups = [np.where(p < 0, rng.integers(0, 3, 200), -1) for p in (sire, dam)]
    pedigree = Pedigree(sire, dam, Groups(*groups, 3))
    records = Records(rng.integers(0, 200, 300), rng.normal(size=300))
    model = [
        Model(("a",), (Effect("animal", "additive"),), Variances(2.0, additive=1.0), Options(solver=solver))
        for solver in ("pcg", "direct")
    ]
    pcg, direct = (fit(m, records, pedigree) for m in model)
    np.testing.assert_allclose(pcg.groups.ebv, direct.groups.ebv, atol=1e-5)


def test_threads_below_zero_are_refused():
    model = Model(("a",), (Effect("animal", "additive"),), Variances(1.0, additive=1.0), Options(threads=-1))
    with pytest.raises(ModelError) as caught:
        fit(model, Records([0], [1.0]), Pedigree([-1], [-1]))
    assert caught.value.code == "threads"
