"""Which fixed columns are set to 0, so that the fixed solutions are unique."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.sparse import coo_array, csc_array, diags_array, hstack

from ..errors import ModelError
from ..solution.parts import Notice
from .design import Design

CONVENTION = (
    "in each trait the class effect with the most levels (the first of equals) keeps all its levels; in every other "
    "class effect the first level is 0; of columns that still depend on others the later one is 0"
)
DENSE_LIMIT = 4000
DEPENDENT = 1e-9
BLOCK = 64


@dataclass(frozen=True, eq=False)
class Constraints:
    """`constrained` (n_fixed,) marks the columns set to 0; warnings name what cannot be separated."""

    constrained: NDArray[np.bool_]
    warnings: tuple[Notice, ...]


def find_constraints(design: Design, traits: tuple[str, ...]) -> Constraints:
    """Sweep the fixed columns of each trait for linear dependence.

    The class effect with the most levels is absorbed (its cross-products are diagonal); the others are swept in the
    order of the convention.

    Raises
    ------
    ModelError
        ``level_not_estimable``: a level with one record that cannot be compared with any other level of its effect.
        ``too_many_levels``: more than 4,000 columns beside the largest class effect of a trait.
    """
    constrained = np.zeros(design.n_fixed, dtype=bool)
    warnings: list[Notice] = []
    for trait in range(len(traits)):
        members = [i for i, block in enumerate(design.fixed) if block.trait == trait]
        kept = max((i for i in members if design.fixed[i].is_class), key=lambda i: len(design.fixed[i].level))
        swept = [i for i in members if i != kept]
        columns = np.concatenate([np.empty(0, np.int64), *[_sweep_order(design, i) for i in swept]]).astype(np.int64)
        if len(columns) > DENSE_LIMIT:
            message = f"trait {traits[trait]} has {len(columns)} fixed columns beside its largest class effect"
            fix = f"Make large class effects random, or merge levels: at most {DENSE_LIMIT}"
            raise ModelError("too_many_levels", message, place=f"traits.{traits[trait]}", fix=fix)
        sweep = _Sweep.of(design, trait, kept, columns)
        dependent = columns[sweep.dependent]
        constrained[dependent] = True
        expected = {design.fixed_start[i] for i in swept if design.fixed[i].is_class}
        expected |= {design.fixed_start[i] for i in swept if design.fixed[i].kind == "curve"}
        extra = [int(column) for column in dependent if int(column) not in expected]
        if extra:
            _refuse_lonely_levels(design, traits[trait], [kept, *swept], sweep)
            warnings += [_describe(design, column, traits[trait]) for column in extra]
    return Constraints(constrained, tuple(warnings))


def _sweep_order(design: Design, i: int) -> NDArray[np.int64]:
    """Columns of a block, the first level of a class effect last: it is the one that gives way."""
    columns = design.fixed_start[i] + np.arange(len(design.fixed[i].level), dtype=np.int64)
    if design.fixed[i].is_class:
        return columns[::-1]
    return np.roll(columns, -1) if design.fixed[i].kind == "curve" else columns


@dataclass(frozen=True, eq=False)
class _Sweep:
    """Swept columns of a trait: which depend on earlier ones, and what their null vectors are made of."""

    columns: NDArray[np.int64]
    kept_columns: NDArray[np.int64]
    dependent: NDArray[np.bool_]
    lower: NDArray[np.float64]
    x1: csc_array
    x2: csc_array
    length: NDArray[np.float64]

    @staticmethod
    def of(design: Design, trait: int, kept: int, columns: NDArray[np.int64]) -> _Sweep:
        kept_columns = design.fixed_start[kept] + np.arange(len(design.fixed[kept].level), dtype=np.int64)
        is_class = np.isin(columns, _class_columns(design))
        x1 = _columns(design, kept, trait)
        swept = dict.fromkeys(_blocks_of(design, columns))
        starts = np.cumsum([0, *(len(design.fixed[i].level) for i in swept)])
        place = {i: int(start) - design.fixed_start[i] for i, start in zip(swept, starts, strict=False)}
        at = [int(column) + place[i] for column, i in zip(columns, _blocks_of(design, columns), strict=True)]
        x = hstack([csc_array((x1.shape[0], 0)), *(_columns(design, i, trait) for i in swept)], format="csc")
        x2, length = _scaled(csc_array(x[:, at]), is_class)
        lower, dependent = sweep(_absorb(x1, x2, is_class), DEPENDENT)
        return _Sweep(columns, kept_columns, dependent, lower, x1, x2, length)

    def null_vectors(self, n_fixed: int) -> NDArray[np.float64]:
        """Vectors b with X b = 0 (covariates scaled), columns of (n_fixed, n_dependent)."""
        free = ~self.dependent
        vectors = np.zeros((n_fixed, int(self.dependent.sum())))
        triangle = np.tril(self.lower[np.ix_(free, free)])
        for k, j in enumerate(np.flatnonzero(self.dependent)):
            local = np.zeros(len(self.columns))
            local[j] = 1.0
            local[free] = -np.linalg.solve(triangle.T, self.lower[j, free])
            vectors[self.columns, k] = local / self.length
            vectors[self.kept_columns, k] = -(self.x1.T @ (self.x2 @ local)) / self.x1.sum(axis=0)
        return vectors


def _columns(design: Design, i: int, trait: int) -> csc_array:
    """The columns of fixed block `i` in the records that have its trait."""
    block, seen = design.fixed[i], design.observed[:, trait]
    if block.column is None:
        assert block.values is not None
        return csc_array(block.values[seen])
    rows = np.arange(np.count_nonzero(seen), dtype=np.int32)
    ones = np.ones(len(rows))
    return csc_array(coo_array((ones, (rows, block.column[seen])), shape=(len(rows), len(block.level))))


def _blocks_of(design: Design, columns: NDArray[np.int64]) -> list[int]:
    """The fixed block of each column."""
    found: list[int] = (np.searchsorted(design.fixed_start, columns, side="right") - 1).tolist()
    return found


def _class_columns(design: Design) -> NDArray[np.int64]:
    parts = [
        start + np.arange(len(block.level), dtype=np.int64)
        for block, start in zip(design.fixed, design.fixed_start, strict=True)
        if block.is_class
    ]
    return np.concatenate(parts)


def _scaled(x: csc_array, is_class: NDArray[np.bool_]) -> tuple[csc_array, NDArray[np.float64]]:
    """Columns of unit length, those of covariates centred first (the kept classes hold the mean); and the lengths."""
    length = np.sqrt(np.asarray(x.multiply(x).sum(axis=0), dtype=np.float64))
    parts = [x]
    other = np.flatnonzero(~is_class)
    if other.size:
        values = x[:, other].toarray()
        values -= values.mean(axis=0)
        centred = np.linalg.norm(values, axis=0)
        has_variation = centred > 1e-12 * length[other]
        values[:, ~has_variation] = 0.0
        length[other] = np.where(has_variation, centred, 1.0)
        parts = [x[:, np.flatnonzero(is_class)], csc_array(values)]
    back = np.argsort(np.concatenate([np.flatnonzero(is_class), other])) if other.size else np.arange(len(length))
    joined = csc_array(hstack(parts, format="csc"))[:, back]
    return csc_array(joined @ diags_array(1.0 / length)), length


def _absorb(x1: csc_array, x2: csc_array, is_class: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Cross-products of x2 within the classes x1, float64 of shape (n_columns, n_columns)."""
    means = csc_array(diags_array(1.0 / x1.sum(axis=0)) @ (x1.T @ x2))
    crossed = np.asarray((x2.T @ x2 - (x1.T @ x2).T @ means).todense())
    other = np.flatnonzero(~is_class)
    if other.size:
        within = x2[:, other].toarray() - x1 @ means[:, other].toarray()
        crossed[:, other] = x2.T @ within
        crossed[other] = crossed[:, other].T
    return crossed


def sweep(matrix: NDArray[np.float64], tolerance: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cholesky factor of a positive semidefinite matrix with unit scale; columns with a pivot below it are skipped.

    Parameters
    ----------
    matrix : float64, shape (n, n)
    tolerance : float

    Returns
    -------
    lower : float64, shape (n, n)
        In the rows of dependent columns what they are made of: their part in each earlier column.
    dependent : bool, shape (n,)
    """
    n, lower = len(matrix), np.tril(matrix)
    dependent = np.zeros(n, dtype=bool)
    for first in range(0, n, BLOCK):
        last = min(first + BLOCK, n)
        corner = np.ascontiguousarray(lower[first:last, first:last])
        dependent[first:last] = _sweep_block(corner, tolerance)
        lower[first:last, first:last] = corner
        free = first + np.flatnonzero(~dependent[first:last])
        if last < n and free.size:
            root = np.tril(lower[np.ix_(free, free)])
            below = solve_triangular(root, lower[last:, free].T, lower=True).T
            lower[last:, free] = below
            lower[last:, last:] -= below @ below.T
    return np.tril(lower), dependent


@njit(cache=True)
def _sweep_block(lower: NDArray[np.float64], tolerance: float) -> NDArray[np.bool_]:
    """The same in place for a small block, whose upper triangle is not looked at."""
    n = lower.shape[0]
    dependent = np.zeros(n, np.bool_)
    for j in range(n):
        if lower[j, j] <= tolerance:
            dependent[j] = True
            continue
        lower[j, j] = np.sqrt(lower[j, j])
        for i in range(j + 1, n):
            lower[i, j] /= lower[j, j]
        for i in range(j + 1, n):
            if lower[i, j] != 0.0:
                for k in range(j + 1, i + 1):
                    lower[i, k] -= lower[i, j] * lower[k, j]
    return dependent


def _refuse_lonely_levels(design: Design, trait: str, members: list[int], sweep_result: _Sweep) -> None:
    """A level with one record that no other level of its effect can be compared with has no estimate at all."""
    vectors = sweep_result.null_vectors(design.n_fixed)
    for i in members:
        block, start = design.fixed[i], design.fixed_start[i]
        if block.column is None or len(block.level) < 2:
            continue
        part = vectors[start : start + len(block.level)]
        counts = np.bincount(block.column[block.column >= 0], minlength=len(block.level))
        for j in np.flatnonzero(counts == 1):
            alike = np.abs(part - part[j]).max(axis=1) < 1e-6
            if alike.sum() == 1:
                row = int(np.flatnonzero(block.column == j)[0])
                message = f"a level of {block.effect} has one record and cannot be estimated for {trait}"
                fix = "Merge the level with another one, or leave the record out"
                place = f"effects.{block.effect}"
                raise ModelError("level_not_estimable", message, place=place, fix=fix, positions=(row,))


def _describe(design: Design, column: int, trait: str) -> Notice:
    i = max(k for k, start in enumerate(design.fixed_start) if start <= column)
    block = design.fixed[i]
    if block.is_class:
        level = int(block.level[column - design.fixed_start[i]])
        message = f"{trait}: a level of {block.effect} cannot be told apart from other effects; its solution is 0"
        return Notice("confounded_level", message, block.effect, level)
    message = f"{trait}: {block.effect} cannot be told apart from the other fixed effects; a coefficient is 0"
    return Notice("confounded_covariate", message, block.effect)
