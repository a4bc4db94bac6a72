"""From blocks to matrices: the design W of all equations, and the inverse of the residual covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from .blocks import FixedBlock, RandomBlock
from .errors import ModelError
from .records import Records
from .variances import Variances, inverse


@dataclass(frozen=True, eq=False)
class Design:
    """The linear model of the observations (a record times a trait that is not missing).

    Attributes
    ----------
    y : float64, shape (n_observations,)
    trait : int32, shape (n_observations,)
    w : csr_array, shape (n_observations, n_equations)
        Columns: fixed blocks in turn, then random blocks, coefficients inside each level.
    residual_inverse : csr_array, shape (n_observations, n_observations)
        Block diagonal by record.
    fixed, random : tuple of blocks
    fixed_start, random_start : tuple of int
        First column of each block.
    covariance, precision : tuple of float64 matrices
        Of the coefficients of each random block, and its inverse.
    """

    y: NDArray[np.float64]
    trait: NDArray[np.int32]
    w: csr_array
    residual_inverse: csr_array
    fixed: tuple[FixedBlock, ...]
    random: tuple[RandomBlock, ...]
    fixed_start: tuple[int, ...]
    random_start: tuple[int, ...]
    covariance: tuple[NDArray[np.float64], ...]
    precision: tuple[NDArray[np.float64], ...]

    @property
    def n_fixed(self) -> int:
        """Number of fixed columns."""
        return sum(len(block.level) for block in self.fixed)

    @property
    def n_equations(self) -> int:
        """Number of columns of W."""
        return int(self.w.shape[1])


def build_design(fixed: list[FixedBlock], random: list[RandomBlock], records: Records, variances: Variances) -> Design:
    """Put the blocks side by side.

    Raises
    ------
    ModelError
        A variance that is missing, unused, of the wrong size or not positive definite.
    """
    observed = np.isfinite(records.values)
    number = np.full(observed.shape, -1, np.int64)
    number[observed] = np.arange(int(observed.sum()))
    widths = [len(block.level) for block in fixed] + [len(block.level) * len(block.members) for block in random]
    starts = np.concatenate([[0], np.cumsum(widths)]).astype(int).tolist()
    entries = [_fixed_entries(block, number, start) for block, start in zip(fixed, starts, strict=False)]
    for block, start in zip(random, starts[len(fixed) :], strict=False):
        entries += [_member_entries(block, k, number, start) for k in range(len(block.members))]
    rows, columns, values = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    shape = (int(observed.sum()), starts[-1])
    covariance = covariances(random, records.values.shape[1], variances)
    return Design(
        y=records.values[observed],
        trait=np.nonzero(observed)[1].astype(np.int32),
        w=csr_array(coo_array((values, (rows, columns)), shape=shape)),
        residual_inverse=residual_inverse(observed, variances.residual, records.weights),
        fixed=tuple(fixed),
        random=tuple(random),
        fixed_start=tuple(starts[: len(fixed)]),
        random_start=tuple(starts[len(fixed) : -1]),
        covariance=covariance,
        precision=tuple(
            inverse(matrix, f"variances.{block.variance_of}") for block, matrix in zip(random, covariance, strict=True)
        ),
    )


Entries = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def _fixed_entries(block: FixedBlock, number: NDArray[np.int64], start: int) -> Entries:
    seen = np.flatnonzero(number[:, block.trait] >= 0)
    rows = number[seen, block.trait]
    if block.column is not None:
        return rows, start + block.column[seen].astype(np.int64), np.ones(len(seen))
    assert block.values is not None
    m = len(block.level)
    columns = np.tile(start + np.arange(m, dtype=np.int64), len(seen))
    return np.repeat(rows, m), columns, block.values[seen].ravel()


def _member_entries(block: RandomBlock, k: int, number: NDArray[np.int64], start: int) -> Entries:
    member = block.members[k]
    seen = np.flatnonzero((number[:, member.trait] >= 0) & (member.level >= 0))
    columns = start + member.level[seen].astype(np.int64) * len(block.members) + k
    values = np.ones(len(seen)) if member.value is None else member.value[seen]
    return number[seen, member.trait], columns, values


def residual_inverse(
    observed: NDArray[np.bool_], residual: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> csr_array:
    """Inverse of R: one small inverse per pattern of missing traits, times the weight of the record.

    Parameters
    ----------
    observed : bool, shape (n_records, n_traits)
    residual : float64, shape (n_traits, n_traits)
    weights : float64, shape (n_records,), optional

    Returns
    -------
    csr_array, shape (n_observations, n_observations)
    """
    n, t = observed.shape
    if residual.shape != (t, t):
        message = f"the residual matrix is {residual.shape[0]} x {residual.shape[1]}, the model has {t} traits"
        raise ModelError("variance_size", message, place="variances.residual", fix="Give one row per trait")
    inverse(residual, "variances.residual")
    weight = np.ones(n) if weights is None else weights
    start = np.concatenate([[0], np.cumsum(observed.sum(axis=1))])
    patterns, pattern_of = np.unique(observed, axis=0, return_inverse=True)
    rows, columns, values = [], [], []
    for i, pattern in enumerate(patterns):
        traits = np.flatnonzero(pattern)
        members = np.flatnonzero(pattern_of.ravel() == i)
        block = np.linalg.inv(residual[np.ix_(traits, traits)]) if traits.size else np.zeros((0, 0))
        for a in range(len(traits)):
            for b in range(len(traits)):
                rows.append(start[members] + a)
                columns.append(start[members] + b)
                values.append(weight[members] * 0.5 * (block[a, b] + block[b, a]))
    triplets = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_array(coo_array(triplets, shape=(start[-1], start[-1])))


def covariances(random: list[RandomBlock], n_traits: int, variances: Variances) -> tuple[NDArray[np.float64], ...]:
    """The covariance matrix of each random block; a matrix over all traits is cut to those of the effect."""
    given = {name: getattr(variances, name) for name in ("additive", "additive_maternal", "permanent", "permanent_dam")}
    given |= {f"random.{name}": matrix for name, matrix in variances.random.items()}
    unused = {name for name, matrix in given.items() if matrix is not None} - {block.variance_of for block in random}
    if unused:
        name = sorted(unused)[0]
        message = f"the variance {name} belongs to no effect of the model"
        raise ModelError("unused_variance", message, place=f"variances.{name}", fix="Add its effect or remove it")
    return tuple(_covariance(block, n_traits, given.get(block.variance_of)) for block in random)


def _covariance(block: RandomBlock, n_traits: int, matrix: NDArray[np.float64] | None) -> NDArray[np.float64]:
    place, size = f"variances.{block.variance_of}", len(block.members)
    if matrix is None:
        message = f"effect {block.effect} needs the variance {block.variance_of}"
        raise ModelError("missing_variance", message, place=place, fix=f"Add a {size} x {size} matrix")
    traits = [member.trait for member in block.members]
    if len(matrix) == n_traits > size == len(set(traits)):
        return matrix[np.ix_(traits, traits)]
    if len(matrix) != size:
        message = f"the matrix is {len(matrix)} x {len(matrix)}, effect {block.effect} needs {size} x {size}"
        raise ModelError("variance_size", message, place=place, fix="Give one row per trait (and coefficient)")
    return matrix
