"""The contract of executors, held by every implementation: the plain answers, in order, with the same bits."""

from itertools import pairwise

import numpy as np
import pytest
from bellwether_engine.genotypes.packed import PackedGenotypes, pack
from bellwether_engine.parallel.dask_executor import connect
from bellwether_engine.parallel.row_product import RowProduct
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.relationships.animal_blocks import animal_blocks, times, transposed_times
from bellwether_engine.relationships.centred import Centred, centre
from scipy.sparse import csr_array, random_array


@pytest.fixture(params=["one thread", "threads", "dask"])
def executor(request):
    if request.param != "dask":
        yield Workers(1 if request.param == "one thread" else 3)
        return
    with connect(request.getfixturevalue("cluster").scheduler_address) as executor:
        yield executor


def sparse(seed=1, n=200_000):
    rng = np.random.default_rng(seed)
    return csr_array(random_array((n, 5_000), density=1e-3, rng=rng))


def genotypes(n_animals=2_500, n_markers=60, seed=2):
    return pack(np.random.default_rng(seed).integers(0, 4, (n_animals, n_markers)))


def test_answers_come_in_the_order_of_the_blocks(executor):
    blocks = [np.full((k + 1, 2), float(k)) for k in range(17)]
    placed = executor.place(blocks)
    for v in (np.array([1.0, 2.0]), np.array([[0.5], [0.25]])):
        answers = executor.map(np.matmul, placed, v)
        assert [len(answer) for answer in answers] == list(range(1, 18))
        for block, answer in zip(blocks, answers, strict=True):
            np.testing.assert_array_equal(answer, block @ v)


def test_nothing_placed_is_nothing_answered(executor):
    assert executor.map(np.matmul, executor.place([]), np.ones(2)) == []


def test_answers_are_added_to_their_targets(executor):
    result = np.arange(6.0)
    placed = executor.place([np.eye(2), 2.0 * np.eye(2), 3.0 * np.eye(2)])
    executor.add(np.matmul, placed, np.ones(2), [result[:2], result[2:4], result[4:]])
    np.testing.assert_array_equal(result, [1.0, 2.0, 4.0, 5.0, 7.0, 8.0])


def test_a_refusal_in_a_block_is_raised(executor):
    with pytest.raises(ValueError, match="mismatch"):
        executor.map(np.matmul, executor.place([np.eye(2), np.eye(3)]), np.ones(2))


@pytest.mark.parametrize("columns", [1, 3])
def test_sparse_rows_have_the_bits_of_one_thread(executor, columns):
    matrix, v = sparse(), np.random.default_rng(3).normal(size=(5_000, columns))
    found, alone = np.ones((2, 200_000, columns))
    RowProduct(matrix, executor).add(v, found)
    RowProduct(matrix, Workers(1)).add(v, alone)
    np.testing.assert_array_equal(found, alone)
    np.testing.assert_allclose(found, 1.0 + matrix @ v, atol=1e-12)


@pytest.mark.parametrize("shape", [(60,), (60, 2)])
def test_genotypes_have_the_bits_of_one_thread(executor, shape):
    z = centre(genotypes())
    here, alone = (Centred(z.packed, z.frequency, z.scale, e) for e in (executor, Workers(1)))
    rng = np.random.default_rng(4)
    v, u = rng.normal(size=shape), rng.normal(size=(2_500, *shape[1:]))
    full = z.decode(0, 60)
    for _ in range(2):
        np.testing.assert_array_equal(here.product(v), alone.product(v))
        np.testing.assert_array_equal(here.transposed_product(u), alone.transposed_product(u))
    np.testing.assert_allclose(here.product(v), full @ v, atol=1e-12)
    np.testing.assert_allclose(here.transposed_product(u), full.T @ u, atol=1e-12)


def test_a_block_goes_to_another_process_with_its_own_animals_alone():
    packed = genotypes()
    v, u = np.ones(60), np.random.default_rng(5).normal(size=2_500)
    for block in animal_blocks(packed, np.random.default_rng(6).normal(size=(60, 4))):
        remake, parts = block.__reduce__()
        other = remake(*parts)
        assert other.data.shape[1] == block.bytes[1] - block.bytes[0]
        np.testing.assert_array_equal(times(other, v), times(block, v))
        np.testing.assert_array_equal(transposed_times(other, u), transposed_times(block, u))


def test_many_animals_are_sixty_four_blocks():
    packed = PackedGenotypes(np.zeros((1, 50_000), np.uint8), 200_000)
    blocks = animal_blocks(packed, np.zeros((1, 4)))
    assert len(blocks) == 64
    assert blocks[0].animals[0] == 0
    assert blocks[-1].animals[1] == 200_000
    assert all(a.animals[1] == b.animals[0] for a, b in pairwise(blocks))
