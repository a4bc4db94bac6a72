"""The best step among positive semidefinite matrices: conditions of an optimum (Boyd and Vandenberghe 2004, 5.9)."""

import numpy as np
import pytest
from bellwether_engine import NotConverged
from bellwether_engine.linear.cone import best_step
from scipy.linalg import block_diag

from .twin import random_psd


def problem(rng):
    """One to four matrices of 1 to 4 rows, some singular; a quadratic model of which some parameters are held."""
    sizes = rng.integers(1, 5, rng.integers(1, 5))
    slack = [random_psd(rng, size) * 10.0 ** rng.integers(-6, 1) for size in sizes]
    for matrix in slack:
        if rng.random() < 0.5:
            matrix[-1] = matrix[:, -1] = 0.0
    n = sum(size * (size + 1) // 2 for size in sizes)
    information = random_psd(rng, n) / n
    score = rng.normal(size=n) * 10.0 ** rng.integers(-2, 2)
    free = np.concatenate([np.arange(s * (s + 1) // 2) != (1 if s > 2 and rng.random() < 0.2 else -1) for s in sizes])
    return slack, score, information, free


def symmetric(values, sizes, *, halved):
    """One matrix of all lower triangles; a gradient has both halves of what is off the diagonal."""
    blocks, start = [], 0
    for size in sizes:
        rows, columns = np.tril_indices(size)
        block = np.zeros((size, size))
        block[rows, columns] = values[start : start + len(rows)]
        block = block + np.tril(block, -1).T
        blocks.append(np.where(np.eye(size), block, block / 2.0) if halved else block)
        start += len(rows)
    return block_diag(*blocks)


def test_a_best_step_stays_inside_and_nothing_inside_is_better(rounds, chance):
    for _ in range(rounds(50, 2000)):
        seed = chance.randrange(2**32)
        slack, score, information, free = problem(np.random.default_rng(seed))
        step = best_step(slack, np.ones(len(score)), score, information, free)
        assert not step[~free].any(), f"seed {seed}"
        sizes = [len(matrix) for matrix in slack]
        reached = block_diag(*slack) + symmetric(step, sizes, halved=False)
        assert np.linalg.eigvalsh(reached)[0] > -1e-6, f"seed {seed}"
        price = symmetric(information @ step - score, sizes, halved=True)
        scale = 1.0 + np.abs(price).max()
        if free.all():
            assert np.linalg.eigvalsh(price)[0] > -1e-5 * scale, f"seed {seed}"
            assert abs(np.sum(price * reached)) < 1e-4 * scale, f"seed {seed}"


def test_a_step_that_is_not_found_is_refused():
    information = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
    with pytest.raises(NotConverged, match="no step was found"):
        best_step([np.eye(2)], np.ones(3), np.array([0.0, np.nan, 0.0]), information, np.ones(3, dtype=bool))
