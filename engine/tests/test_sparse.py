"""Ordering, factor and selected inverse beside dense twins."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.linear.factor import Factor
from bellwether_engine.linear.sparse import analyse
from bellwether_engine.linear.sparse.analysis import DENSE_LIMIT
from bellwether_engine.linear.sparse.ordering import minimum_degree
from bellwether_engine.linear.sparse.quotient import FREE, compact, new_graph
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csc_array, diags_array, eye_array, kron, random_array

seeds = st.integers(0, 2**32 - 1)


def positive(seed, n, per_column):
    rng = np.random.default_rng(seed)
    root = random_array((n, n), density=min(1.0, per_column / n), rng=rng)
    return csc_array(root @ root.T + diags_array(rng.uniform(0.1, 2.0, n)))


def fill(matrix, order):
    """Entries of L below the diagonal by elimination on a dense pattern."""
    pattern = matrix.toarray()[np.ix_(order, order)] != 0
    for j in range(len(order)):
        below = j + 1 + np.flatnonzero(pattern[j + 1 :, j])
        pattern[np.ix_(below, below)] = True
    return int(np.tril(pattern, -1).sum())


def mesh(k):
    """The five-point mesh of k x k points."""
    line = diags_array([-np.ones(k - 1), np.full(k, 2.1), -np.ones(k - 1)], offsets=[-1, 0, 1])
    return csc_array(kron(line, eye_array(k)) + kron(eye_array(k), line))


@given(seeds, st.integers(1, 120), st.sampled_from([0.3, 1.0, 2.0, 5.0]), st.sampled_from([0, DENSE_LIMIT]))
def test_factor_and_inverse_against_dense(seed, n, per_column, dense_limit):
    matrix = positive(seed, n, per_column)
    dense = matrix.toarray()
    inverse = np.linalg.inv(dense)
    factor = Factor(matrix, analyse(matrix, dense_limit))
    assert factor.analysis.is_dense or not dense_limit
    rhs = np.random.default_rng(seed).normal(size=(n, 3))
    np.testing.assert_allclose(factor.solve(rhs), inverse @ rhs, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(factor.solve(rhs[:, 0]), inverse @ rhs[:, 0], rtol=1e-7, atol=1e-9)
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1], abs=1e-9)
    kept = dense != 0.0
    found = factor.inverse_in_pattern().toarray()
    np.testing.assert_allclose(found[kept], inverse[kept], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(factor.inverse_diagonal(), np.diag(inverse), rtol=1e-8)


@given(seeds, st.integers(1, 60), st.sampled_from([0.3, 1.0, 3.0]))
def test_the_order_is_a_permutation_and_a_function_of_the_pattern(seed, n, per_column):
    matrix = positive(seed, n, per_column)
    first, second = analyse(matrix, 0), analyse(csc_array(matrix), 0)
    assert sorted(first.order) == list(range(n))
    np.testing.assert_array_equal(first.order, second.order)
    assert first.n_entries >= fill(matrix, first.order) + n


def test_wide_supernodes_and_dense_rows():
    """A dense block is split into panels, and an equation next to all others comes late."""
    rng = np.random.default_rng(4)
    n, block = 900, 300
    matrix = np.diag(rng.uniform(1.0, 2.0, n))
    matrix[:block, :block] += 0.5
    matrix[450, :] = matrix[:, 450] = 0.02
    matrix[450, 450] = 50.0
    factor = Factor(csc_array(matrix))
    assert np.diff(factor.analysis.shape.first).max() <= 128
    assert 450 in factor.analysis.order[-block - 1 :]
    np.testing.assert_allclose(factor.inverse_diagonal(), np.diag(np.linalg.inv(matrix)), rtol=1e-9)


def test_little_fill_on_a_mesh():
    matrix = mesh(24)
    order = analyse(matrix).order
    natural = fill(matrix, np.arange(matrix.shape[0]))
    assert fill(matrix, order) < 0.5 * natural


def test_a_tree_has_no_fill():
    parent = np.array([(i - 1) // 3 for i in range(1, 400)])
    child = np.arange(1, 400)
    rows = csc_array((np.ones(399), (child, parent)), shape=(400, 400))
    matrix = csc_array(rows + rows.T + 10.0 * eye_array(400))
    pattern = csc_array(rows + rows.T)
    pattern.sort_indices()
    order = minimum_degree(pattern.indptr.astype(np.int64), pattern.indices.astype(np.int64))
    assert fill(matrix, order) == 399


def test_an_analysis_serves_every_matrix_of_its_pattern():
    matrix = positive(3, 80, 2.0)
    analysis = analyse(matrix, 0)
    other = csc_array(matrix + 3.0 * csc_array(diags_array(matrix.diagonal())))
    again = Factor(other, analyse(other, 0))
    np.testing.assert_array_equal(Factor(other, analysis).inverse_diagonal(), again.inverse_diagonal())


@pytest.mark.parametrize("dense_limit", [0, DENSE_LIMIT])
@pytest.mark.parametrize(
    ("matrix", "equation"),
    [
        (np.ones((3, 3)), 1),
        (np.diag([1.0, 0.0, 1.0]), 1),
        (np.array([[1.0, 2.0], [2.0, 1.0]]), 1),
        (np.diag([1.0, 1.0, 4.0]) + np.diag([0.0, 2.0], 1) + np.diag([0.0, 2.0], -1), 2),
    ],
)
def test_what_is_not_positive_definite_is_refused(matrix, equation, dense_limit):
    with pytest.raises(ModelError) as caught:
        Factor(csc_array(matrix), analyse(csc_array(matrix), dense_limit))
    assert caught.value.code == "singular"
    if dense_limit:
        assert caught.value.positions == (equation,)
    assert caught.value.positions


@given(seeds, st.integers(2, 40))
def test_closing_the_gaps_keeps_the_lists(seed, n):
    rng = np.random.default_rng(seed)
    pattern = positive(seed, n, 3.0)
    pattern.setdiag(0.0)
    pattern.eliminate_zeros()
    graph = new_graph(pattern.indptr.astype(np.int64), pattern.indices.astype(np.int64))
    graph.length[rng.random(n) < 0.4] = 0
    graph.length[:] = np.minimum(graph.length, rng.integers(0, 5, n))
    lists = [graph.items[s : s + k].tolist() for s, k in zip(graph.start, graph.length, strict=True)]
    compact(graph)
    assert [graph.items[s : s + k].tolist() for s, k in zip(graph.start, graph.length, strict=True) if k] == [
        entries for entries in lists if entries
    ]
    assert graph.state[FREE] == sum(len(entries) for entries in lists)
