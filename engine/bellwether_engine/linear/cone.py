"""The best step of a quadratic model of the likelihood among matrices that stay positive semidefinite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
LAST, SMALLER = 1e-10, 0.15
CENTRED, NEWTON = 1e-2, 50
LOWER, SHORTEST = 1e-4, 1e-10


def best_step(
    slack: Sequence[Floats],
    scale: Floats,
    score: Floats,
    information: Floats,
    free: Bools,
) -> Floats:
    """The step d that maximises ``score'd - d'information d / 2`` with every ``slack + d`` positive semidefinite.

    The set is convex in the (co)variances themselves, so that nothing depends on the order of the traits, and a
    matrix that is singular at the best step is no place where the search can get stuck. Solved by Newton's method with
    a logarithmic barrier, whose weight falls to 1e-10 (Boyd and Vandenberghe 2004, Convex Optimization, 11.3).

    Parameters
    ----------
    slack : sequence of float64, shape (size, size)
        Each matrix minus the least that it may become: positive semidefinite. The parameters are the lower triangles
        of these matrices, row by row, one after another.
    scale : float64, shape (n_parameters,)
        Size of each parameter: the variance of the records.
    score, information : float64, shape (n_parameters,), (n_parameters, n_parameters)
    free : bool, shape (n_parameters,)
        Parameters that may move.

    Returns
    -------
    float64, shape (n_parameters,)
    """
    matrix = information * np.outer(scale, scale)
    matrix = matrix + 1e-11 * np.diag(np.diag(matrix) + 1e-300)
    gradient = score * scale
    barrier = _Barrier(slack, scale, free)
    step = np.zeros(len(score))
    for part in barrier.parts:
        step[part.first + part.diagonal] = 0.05 + 0.05 * np.diag(part.slack)
    rest = max(1.0, abs(float(gradient @ step)), float(step @ matrix @ step))
    weight = rest / sum(len(part.slack) for part in barrier.parts)
    while weight > LAST:
        step = _centre(step, gradient, matrix, weight, barrier)
        weight *= SMALLER
    return _centre(step, gradient, matrix, LAST, barrier) * scale


@dataclass(frozen=True, eq=False)
class _Part:
    """One matrix in the scaled parameters, which begin at `first`."""

    slack: Floats
    first: int
    diagonal: NDArray[np.intp]

    @property
    def own(self) -> slice:
        return slice(self.first, self.first + len(self.slack) * (len(self.slack) + 1) // 2)


class _Barrier:
    """``-sum log |slack + d|``, its gradient and its second derivative."""

    def __init__(self, slack: Sequence[Floats], scale: Floats, free: Bools) -> None:
        self.free, self.size, self.parts, first = np.flatnonzero(free), len(scale), [], 0
        for matrix in slack:
            rows, columns = np.tril_indices(len(matrix))
            diagonal = np.flatnonzero(rows == columns)
            deviation = np.sqrt(scale[first + diagonal])
            self.parts.append(_Part(matrix / np.outer(deviation, deviation), first, diagonal))
            first += len(rows)

    def roots(self, step: Floats) -> list[Floats] | None:
        """Cholesky factors of every matrix, None outside."""
        found: list[Floats] = []
        for part in self.parts:
            size = len(part.slack)
            moved = part.slack + (duplication(size) @ step[part.own]).reshape(size, size)
            try:
                found.append(np.asarray(np.linalg.cholesky(moved), dtype=np.float64))
            except np.linalg.LinAlgError:
                return None
        return found

    def derivatives(self, roots: list[Floats]) -> tuple[Floats, Floats]:
        """Of ``-sum log |.|`` in the scaled parameters."""
        first, second = np.zeros(self.size), np.zeros((self.size, self.size))
        for part, root in zip(self.parts, roots, strict=True):
            half = np.linalg.inv(root)
            inverse, own, spread = half.T @ half, part.own, duplication(len(root))
            first[own] = -spread.T @ inverse.ravel()
            second[own, own] = spread.T @ np.kron(inverse, inverse) @ spread
        return first, second


@cache
def duplication(size: int) -> Floats:
    """The elements of a symmetric matrix out of its lower triangle, shape (size^2, size (size + 1) / 2).

    Examples
    --------
    >>> duplication(2) @ np.array([1.0, 2.0, 3.0])
    array([1., 2., 2., 3.])
    """
    rows, columns = np.tril_indices(size)
    found = np.zeros((size * size, len(rows)))
    found[rows * size + columns, np.arange(len(rows))] = 1.0
    found[columns * size + rows, np.arange(len(rows))] = 1.0
    return found


def _value(step: Floats, gradient: Floats, matrix: Floats, weight: float, roots: list[Floats]) -> float:
    logs = sum(2.0 * float(np.log(np.diag(root)).sum()) for root in roots)
    return float(0.5 * step @ matrix @ step - gradient @ step) - weight * logs


def _centre(step: Floats, gradient: Floats, matrix: Floats, weight: float, barrier: _Barrier) -> Floats:
    """Newton's method to the best point under one weight of the barrier."""
    free = barrier.free
    roots = barrier.roots(step)
    assert roots is not None
    for _ in range(NEWTON):
        first, second = barrier.derivatives(roots)
        slope = (matrix @ step - gradient + weight * first)[free]
        curvature = (matrix + weight * second)[np.ix_(free, free)]
        move = np.zeros(len(step))
        move[free] = -solve_scaled(curvature, slope)
        decrement = -float(slope @ move[free])
        if not decrement > CENTRED * weight:
            break
        before, part = _value(step, gradient, matrix, weight, roots), 1.0
        while part > SHORTEST:
            moved = barrier.roots(step + part * move)
            if moved is not None and _value(step + part * move, gradient, matrix, weight, moved) < (
                before - LOWER * part * decrement
            ):
                break
            part *= 0.5
        else:
            break
        step, roots = step + part * move, moved
    return step


def solve_scaled(matrix: Floats, right: Floats) -> Floats:
    """``matrix^-1 right`` for a symmetric matrix, scaled to a unit diagonal first."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    scaled = np.linalg.solve(matrix * np.outer(scale, scale), (right.T * scale).T)
    return np.asarray((scaled.T * scale).T)
