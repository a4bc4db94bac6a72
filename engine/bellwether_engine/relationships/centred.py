"""Centred and scaled genotypes Z: products with vectors on packed data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..arguments import able, check_fields, checked, choice, floats, instance, optional
from ..errors import ModelError
from ..genotypes.packed import MISSING, PackedGenotypes, count_markers
from ..parallel.executor import Executor
from ..parallel.workers import Workers
from .animal_blocks import animal_blocks, sum_in_order, times, transposed_times

LOCAL = Workers()
TILE = 512
Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Centred:
    """``Z = (M - 2 p) * scale``, a missing call standing at 0 (the mean); ``Z Z'`` is the genomic relationship.

    Attributes
    ----------
    packed : PackedGenotypes
    frequency : float64, shape (n_markers,)
        Frequency p of the counted allele, 0 to 1.
    scale : float64, shape (n_markers,)
    executor : Executor
        Computes the products, by ranges of animals; the bits do not depend on it.

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> z = centre(pack([[0, 2], [1, 1], [2, 1]]))
    >>> (z.product(np.ones(2)) / z.scale[0]).round(6)
    array([-0.333333, -0.333333,  0.666667])
    """

    packed: PackedGenotypes
    frequency: NDArray[np.float64]
    scale: NDArray[np.float64]
    executor: Executor = LOCAL

    def __post_init__(self) -> None:
        packed = instance(PackedGenotypes, m="n_markers")
        shares = floats("m", low=0.0, high=1.0)
        executor = able("place", "map", "add")
        check_fields(self, "z", packed=packed, frequency=shares, scale=floats("m"), executor=executor)

    @property
    def n_animals(self) -> int:
        """Rows of Z."""
        return self.packed.n_animals

    @property
    def n_markers(self) -> int:
        """Columns of Z."""
        return self.packed.n_markers

    @cached_property
    def table(self) -> Matrix:
        """The number that each code stands for, float64 of shape (n_markers, 4)."""
        table = (np.array([0.0, 1.0, 2.0, 0.0]) - 2.0 * self.frequency[:, None]) * self.scale[:, None]
        table[:, MISSING] = 0.0
        return np.ascontiguousarray(table)

    @cached_property
    def _placed(self) -> Any:
        return self.executor.place(animal_blocks(self.packed, self.table))

    def product(self, v: Matrix) -> Matrix:
        """Z v: float64 of shape (n_animals,) or (n_animals, k) from (n_markers,) or (n_markers, k)."""
        z_v = np.concatenate(self.executor.map(times, self._placed, v))
        for part, scale, columns in self._deviations():
            z_v += part @ (scale.reshape(-1, *[1] * (v.ndim - 1)) * v[columns])
        return z_v

    def transposed_product(self, v: Matrix) -> Matrix:
        """Z' v: float64 of shape (n_markers,) or (n_markers, k) from (n_animals,) or (n_animals, k)."""
        z_v = sum_in_order(self.executor.map(transposed_times, self._placed, v))
        for part, scale, columns in self._deviations():
            z_v[columns] += scale.reshape(-1, *[1] * (v.ndim - 1)) * (part.T @ v)
        return z_v

    def _deviations(self) -> Iterator[tuple[Matrix, Matrix, slice]]:
        """What dosages are above their nearest calls, some markers at a time."""
        if self.packed.deviation is not None:
            for first in range(0, self.n_markers, TILE):
                columns = slice(first, min(first + TILE, self.n_markers))
                yield self.packed.deviation[:, columns].astype(np.float64), self.scale[columns], columns

    def decode(self, first: int, last: int, dtype: type[np.floating] = np.float64) -> NDArray[np.floating]:
        """Columns `first` to `last` of Z, in full, shape (n_animals, last - first)."""
        out = np.empty((min(last, self.n_markers) - first, 4 * self.packed.data.shape[1]), dtype=dtype)
        _decode(self.packed.data[first:last], self.table[first:last].astype(dtype), out)
        decoded = out[:, : self.n_animals].T
        if self.packed.deviation is not None:
            decoded = decoded + self.packed.deviation[:, first:last] * self.scale[first:last].astype(dtype)
        return decoded

    def squares(self) -> Matrix:
        """Diagonal of Z Z', float64 of shape (n_animals,)."""
        if self.packed.deviation is not None:
            tiles = range(0, self.n_markers, TILE)
            return sum_in_order([(self.decode(k, k + TILE) ** 2).sum(axis=1) for k in tiles])
        blocks = animal_blocks(self.packed, self.table**2)
        return np.concatenate(LOCAL.map(times, blocks, np.ones(self.n_markers)))

    def weighted_squares(self, weight: Matrix) -> Matrix:
        """Squares of each column of Z summed with `weight` (n_animals,), float64 of shape (n_markers,)."""
        if self.packed.deviation is not None:
            tiles = range(0, self.n_markers, TILE)
            return np.concatenate([(self.decode(k, k + TILE) ** 2).T @ weight for k in tiles])
        return sum_in_order(LOCAL.map(transposed_times, animal_blocks(self.packed, self.table**2), weight))


@checked(packed=instance(PackedGenotypes))
def allele_frequencies(packed: PackedGenotypes) -> NDArray[np.float64]:
    """Frequency of the counted allele among the calls of each marker.

    Parameters
    ----------
    packed : PackedGenotypes

    Returns
    -------
    float64, shape (n_markers,)
        Between 0 and 1.

    Raises
    ------
    ModelError
        ``no_calls``: a marker that no animal was called at.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> allele_frequencies(pack([[0, 2], [1, 3], [2, 1]]))
    array([0.5 , 0.75])
    """
    counts = count_markers(packed)
    calls = counts[:, :3].sum(axis=1)
    empty = np.flatnonzero(calls == 0)
    if empty.size:
        message = f"{empty.size} markers have no call, the first is number {empty[0] + 1}"
        fix = "Leave markers without calls out"
        raise ModelError("no_calls", message, place="genotypes", fix=fix, positions=tuple(empty[:20].tolist()))
    return np.asarray(np.clip(packed.dosage_sums() / (2.0 * calls), 0.0, 1.0))


@checked(
    packed=instance(PackedGenotypes, m="n_markers"),
    frequency=optional(floats("m", low=0.0, high=1.0, code="frequency")),
    relationship=choice("vanraden1", "vanraden2"),
)
def centre(
    packed: PackedGenotypes,
    frequency: NDArray[np.float64] | None = None,
    relationship: Literal["vanraden1", "vanraden2"] = "vanraden1",
) -> Centred:
    """Centre and scale genotypes so that Z Z' is VanRaden's G.

    Parameters
    ----------
    packed : PackedGenotypes
    frequency : float64, shape (n_markers,), optional
        p of the counted allele; by default that of these animals.
    relationship : str
        ``vanraden1``: all markers divided by ``sqrt(2 sum p(1-p))``; ``vanraden2``: each by its own
        ``sqrt(m 2 p(1-p))``, the m markers that vary.

    Raises
    ------
    ModelError
        ``no_calls``, ``frequency`` (outside 0 to 1, wrong length) or ``no_variation``.

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> z = centre(pack([[0, 2], [1, 1], [2, 1]]), np.array([0.5, 0.5]))
    >>> z.decode(0, 2)
    array([[-1.,  1.],
           [ 0.,  0.],
           [ 1.,  0.]])
    """
    p = allele_frequencies(packed) if frequency is None else np.ascontiguousarray(frequency, dtype=np.float64)
    heterozygosity = 2.0 * p * (1.0 - p)
    varies = heterozygosity > 1e-12
    if not varies.any():
        raise ModelError("no_variation", "no marker varies", place="genotypes", fix="Use other markers")
    if relationship == "vanraden1":
        return Centred(packed, p, np.full(len(p), 1.0 / np.sqrt(heterozygosity.sum())))
    scale = np.zeros(len(p))
    scale[varies] = 1.0 / np.sqrt(varies.sum() * heterozygosity[varies])
    return Centred(packed, p, scale)


@njit(cache=True, nogil=True)
def _decode(data: NDArray[np.uint8], table: NDArray[np.floating], out: NDArray[np.floating]) -> None:
    """`out` (n_markers, 4 n_bytes) <- the number that each code stands for, two bits for each animal."""
    for j in range(data.shape[0]):
        for b in range(data.shape[1]):
            x = data[j, b]
            i = 4 * b
            out[j, i] = table[j, x & 3]
            out[j, i + 1] = table[j, (x >> 2) & 3]
            out[j, i + 2] = table[j, (x >> 4) & 3]
            out[j, i + 3] = table[j, x >> 6]
