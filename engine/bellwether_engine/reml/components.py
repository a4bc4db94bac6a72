"""The parameters: the lower triangles of all covariance matrices, one after another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..equations.design import Design

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Component:
    """A covariance matrix of the model.

    `name` is its place under ``Variances``, `effect` the effect (``residual`` for the last), `labels` its rows,
    `traits` the trait of each row, `kinds` what it is of its trait (direct, maternal, a regression), `n_levels` the
    levels of the effect, `start` its first parameter.
    """

    name: str
    effect: str
    labels: tuple[str, ...]
    traits: tuple[int, ...]
    kinds: tuple[str, ...]
    n_levels: int
    start: int
    has_basis: bool = False

    @property
    def size(self) -> int:
        """Rows of the matrix."""
        return len(self.labels)

    @property
    def own(self) -> slice:
        """Its parameters."""
        return slice(self.start, self.start + self.size * (self.size + 1) // 2)

    @property
    def alike(self) -> NDArray[np.bool_]:
        """Which rows are of one kind, bool of shape (size, size)."""
        kinds = np.array(self.kinds)
        return np.asarray(kinds[:, None] == kinds)

    def matrix(self, theta: Floats) -> Floats:
        """Its matrix out of all parameters."""
        return unpack(theta[self.own])


def triangle(size: int) -> list[tuple[int, int]]:
    """Rows and columns of a lower triangle, row by row.

    Examples
    --------
    >>> triangle(2)
    [(0, 0), (1, 0), (1, 1)]
    """
    return [(j, k) for j in range(size) for k in range(j + 1)]


def pack(matrix: Floats) -> Floats:
    """The lower triangle of a matrix, row by row.

    Examples
    --------
    >>> pack(np.array([[1.0, 2.0], [2.0, 3.0]]))
    array([1., 2., 3.])
    """
    return np.array([matrix[j, k] for j, k in triangle(len(matrix))])


def unpack(values: Floats) -> Floats:
    """The symmetric matrix of a lower triangle.

    Examples
    --------
    >>> unpack(np.array([1.0, 2.0, 3.0]))
    array([[1., 2.],
           [2., 3.]])
    """
    size = int(np.sqrt(2 * len(values)))
    matrix = np.empty((size, size))
    for (j, k), value in zip(triangle(size), values, strict=True):
        matrix[j, k] = matrix[k, j] = value
    return matrix


def unit(size: int, j: int, k: int) -> Floats:
    """Derivative of a symmetric matrix in its element (j, k)."""
    matrix = np.zeros((size, size))
    matrix[j, k] = matrix[k, j] = 1.0
    return matrix


def components_of(design: Design, traits: tuple[str, ...], n_groups: int = 0) -> tuple[Component, ...]:
    """One component for each random block, and the residual last; fixed groups are no levels of the genetic one."""
    found: list[Component] = []
    start = 0
    for block in design.random:
        kinds = tuple("" if member.label == "additive" else member.label for member in block.members)
        acting = tuple(member.trait for member in block.members)
        labels = tuple(f"{traits[t]}:{kind}" if kind else traits[t] for t, kind in zip(acting, kinds, strict=True))
        has_basis = any(member.value is not None for member in block.members)
        n_levels = len(block.level) - (n_groups if block.is_genetic else 0)
        known = (block.variance_of, block.effect, labels, acting, kinds, n_levels, start)
        found.append(Component(*known, has_basis=has_basis))
        start = found[-1].own.stop
    all_traits, kinds = tuple(range(len(traits))), ("",) * len(traits)
    found.append(Component("residual", "residual", traits, all_traits, kinds, len(design.y), start))
    return tuple(found)
