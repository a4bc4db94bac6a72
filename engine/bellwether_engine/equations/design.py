"""From blocks to matrices: the design W of all equations, and the inverse of the residual covariance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from ..errors import ModelError
from ..linear.symmetric import inverse_of_covariances
from ..model.records import Records
from ..model.variances import Variances, inverse, is_singular, raised
from .blocks import FixedBlock, RandomBlock

BITS = 62


@dataclass(frozen=True, eq=False)
class Design:
    """The linear model of the observations (a record times a trait that is not missing).

    Attributes
    ----------
    values : float64, shape (n_records, n_traits)
        NaN where missing.
    weights : float64, shape (n_records,), optional
    residual : float64, shape (n_traits, n_traits) or (n_classes, n_traits, n_traits)
        Residual covariances of a record of weight 1, of each residual class where there are some.
    fixed, random : tuple of blocks
    fixed_start, random_start : tuple of int
        First column of each block.
    covariance, precision : tuple of float64 matrices
        Of the coefficients of each random block, and its inverse; a singular one is raised by a millionth.
    given_w : csr_array, optional
        In the place of the W that follows from the blocks.
    residual_class : int32, shape (n_records,), optional
    """

    values: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    residual: NDArray[np.float64]
    fixed: tuple[FixedBlock, ...]
    random: tuple[RandomBlock, ...]
    fixed_start: tuple[int, ...]
    random_start: tuple[int, ...]
    covariance: tuple[NDArray[np.float64], ...]
    precision: tuple[NDArray[np.float64], ...]
    given_w: csr_array | None = None
    residual_class: NDArray[np.int32] | None = None

    @property
    def n_fixed(self) -> int:
        """Number of fixed columns."""
        return sum(len(block.level) for block in self.fixed)

    @property
    def n_equations(self) -> int:
        """Number of columns of W."""
        if self.given_w is not None:
            return int(self.given_w.shape[1])
        return self.n_fixed + sum(len(block.level) * len(block.members) for block in self.random)

    @cached_property
    def observed(self) -> NDArray[np.bool_]:
        """Which traits each record has, bool of shape (n_records, n_traits)."""
        return np.isfinite(self.values)

    @property
    def n_observations(self) -> int:
        """Number of records times traits that are not missing."""
        return int(np.count_nonzero(self.observed))

    @property
    def y(self) -> NDArray[np.float64]:
        """Observations, record by record, float64 of shape (n_observations,)."""
        return self.values[self.observed]

    @cached_property
    def trait(self) -> NDArray[np.int32]:
        """Trait of each observation, int32 of shape (n_observations,)."""
        return np.nonzero(self.observed)[1].astype(np.int32)

    @cached_property
    def w(self) -> csr_array:
        """W as a matrix, csr_array of shape (n_observations, n_equations); formed when it is asked for.

        Columns: fixed blocks in turn, then random blocks, coefficients inside each level.
        """
        if self.given_w is not None:
            return self.given_w
        number = np.full(self.observed.shape, -1, np.int64)
        number[self.observed] = np.arange(self.n_observations)
        entries = [
            _fixed_entries(block, number, start) for block, start in zip(self.fixed, self.fixed_start, strict=True)
        ]
        for block, start in zip(self.random, self.random_start, strict=True):
            entries += [_member_entries(block, k, number, start) for k in range(len(block.members))]
        rows, columns, values = (np.concatenate(parts) for parts in zip(*entries, strict=True))
        return csr_array(coo_array((values, (rows, columns)), shape=(self.n_observations, self.n_equations)))

    @cached_property
    def residual_inverse(self) -> csr_array:
        """R^-1 as a matrix, csr_array of shape (n_observations, n_observations), block diagonal by record."""
        return residual_inverse(self.observed, self.residual, self.weights, self.residual_class)


def build_design(fixed: list[FixedBlock], random: list[RandomBlock], records: Records, variances: Variances) -> Design:
    """Put the blocks side by side.

    Raises
    ------
    ModelError
        A variance that is missing, unused, of the wrong size or not positive definite.
    """
    widths = [len(block.level) for block in fixed] + [len(block.level) * len(block.members) for block in random]
    starts = np.concatenate([[0], np.cumsum(widths)]).astype(int).tolist()
    given = covariances(random, records.values.shape[1], variances)
    covariance = tuple(raised(matrix) if is_singular(matrix) else matrix for matrix in given)
    check_residual(variances.residual, records)
    return Design(
        values=records.values,
        weights=records.weights,
        residual=variances.residual,
        fixed=tuple(fixed),
        random=tuple(random),
        fixed_start=tuple(starts[: len(fixed)]),
        random_start=tuple(starts[len(fixed) : -1]),
        covariance=covariance,
        precision=tuple(
            inverse(matrix, f"variances.{block.variance_of}") for block, matrix in zip(random, covariance, strict=True)
        ),
        residual_class=records.residual_class,
    )


def check_residual(residual: NDArray[np.float64], records: Records) -> None:
    """Refuse residual matrices of another size, that are not positive definite, or that the classes do not fit."""
    n_traits, classes, place = records.values.shape[1], records.residual_class, "variances.residual"
    size = residual.shape[-1]
    if size != n_traits:
        message = f"the residual matrix is {size} x {size}, the model has {n_traits} traits"
        raise ModelError("variance_size", message, place=place, fix="Give one row per trait")
    if (residual.ndim == 3) != (classes is not None):
        message = "residual classes of the records and one residual matrix for each class belong together"
        raise ModelError("residual_class", message, place=place, fix="Give both, or neither")
    if classes is not None and not ((classes >= 0) & (classes < len(residual))).all():
        rows = np.flatnonzero((classes < 0) | (classes >= len(residual)))
        message, fix = "a residual class has no matrix", f"Use classes 0 to {len(residual) - 1}"
        raise ModelError(
            "residual_class", message, place="records", fix=fix, positions=tuple(rows[:20].tolist()), total=len(rows)
        )
    for matrix in residual.reshape(-1, n_traits, n_traits):
        inverse(matrix, place)


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
    observed: NDArray[np.bool_],
    residual: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    residual_class: NDArray[np.int32] | None = None,
) -> csr_array:
    """Inverse of R: one small inverse per residual class and pattern of missing traits, times the weight of the record.

    Parameters
    ----------
    observed : bool, shape (n_records, n_traits)
    residual : float64, shape (n_traits, n_traits) or (n_classes, n_traits, n_traits)
    weights : float64, shape (n_records,), optional
    residual_class : int32, shape (n_records,), optional

    Returns
    -------
    csr_array, shape (n_observations, n_observations)
    """
    kinds, classes, pattern = residual_patterns(observed, residual_class)
    weight = np.ones(len(observed)) if weights is None else weights
    start = np.concatenate([[0], np.cumsum(observed.sum(axis=1))])
    rows, columns, values = [], [], []
    for i, (kind, block) in enumerate(zip(kinds, pattern_inverses(kinds, residual, classes), strict=True)):
        traits, members = np.flatnonzero(kind), np.flatnonzero(pattern == i)
        for a, trait in enumerate(traits):
            for b, other in enumerate(traits):
                rows.append(start[members] + a)
                columns.append(start[members] + b)
                values.append(weight[members] * block[trait, other])
    triplets = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csr_array(coo_array(triplets, shape=(start[-1], start[-1])))


def number_patterns(observed: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int32]]:
    """The rows of `observed` that differ, and which of them each record has, int32 of shape (n_records,)."""
    t = observed.shape[1]
    if t > BITS:
        kinds, kind_of = np.unique(observed, axis=0, return_inverse=True)
        return kinds, kind_of.ravel().astype(np.int32)
    bits = np.left_shift(np.int64(1), np.arange(t))
    codes = observed @ bits
    present = np.unique(codes)
    return (present[:, None] & bits) != 0, np.searchsorted(present, codes).astype(np.int32)


def residual_patterns(
    observed: NDArray[np.bool_], residual_class: NDArray[np.int32] | None
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int32]]:
    """Records with one inverse: which traits are observed, the residual class, and which of them each record has."""
    kinds, pattern = number_patterns(observed)
    if residual_class is None:
        return kinds, np.zeros(len(kinds), np.int64), pattern
    codes = residual_class.astype(np.int64) * len(kinds) + pattern
    present, found = np.unique(codes, return_inverse=True)
    return kinds[present % len(kinds)], present // len(kinds), found.astype(np.int32)


def pattern_inverses(
    kinds: NDArray[np.bool_], residual: NDArray[np.float64], classes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Inverse of the residual covariances of the observed traits, 0 at the others, (n_kinds, n_traits, n_traits).

    `residual` is one matrix, or one for each residual class.

    Examples
    --------
    >>> found = pattern_inverses(np.array([[True, False], [True, True]]), 2.0 * np.eye(2), np.zeros(2, int))
    >>> np.round(found, 12).tolist()
    [[[0.5, 0.0], [0.0, 0.0]], [[0.5, 0.0], [0.0, 0.5]]]
    """
    matrices = residual[classes] if residual.ndim == 3 else np.broadcast_to(residual, (len(kinds), *residual.shape))
    inverses = np.zeros(matrices.shape)
    for own, kind, matrix in zip(inverses, kinds, matrices, strict=True):
        traits = np.flatnonzero(kind)
        if traits.size:
            block = inverse_of_covariances(matrix[np.ix_(traits, traits)])
            own[np.ix_(traits, traits)] = 0.5 * (block + block.T)
    return inverses


def covariances(random: list[RandomBlock], n_traits: int, variances: Variances) -> tuple[NDArray[np.float64], ...]:
    """The covariance matrix of each random block; a matrix over all traits is cut to those of the effect."""
    given = {name: getattr(variances, name) for name in ("additive", "additive_maternal", "permanent", "permanent_dam")}
    given |= {f"random.{name}": matrix for name, matrix in variances.random.items()}
    unused = {name for name, matrix in given.items() if matrix is not None} - {block.variance_of for block in random}
    missing = {block.variance_of for block in random} - {name for name, matrix in given.items() if matrix is not None}
    if unused == {"additive"} and "additive_maternal" in missing:
        message = "a maternal effect needs the variances of direct and maternal effects together, not additive alone"
        fix = "Write additive_maternal in the place of additive: traits direct first, then maternal"
        raise ModelError("missing_variance", message, place="variances.additive_maternal", fix=fix)
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
