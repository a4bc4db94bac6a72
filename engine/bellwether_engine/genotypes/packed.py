"""Genotypes at two bits a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, checked, flags, floats, instance, integers, optional, whole
from ..errors import ModelError

MISSING = 3
SHIFTS = np.array([0, 2, 4, 6], dtype=np.uint8)
TILE_CELLS = 1 << 24
# calls are counted in the four fields, of 16 bits, of one number: what each call of a byte adds, and what all four do
OF_ANIMAL = np.uint64(1) << (((np.arange(256, dtype=np.uint64)[:, None] >> SHIFTS) & np.uint64(3)) * np.uint64(16))
OF_BYTE = OF_ANIMAL.sum(axis=1, dtype=np.uint64)
FULL = (1 << 16) - 1
MOST_BYTES = FULL // 4


@dataclass(frozen=True, eq=False)
class PackedGenotypes:
    """Copies of the counted allele, four animals to a byte, marker by marker.

    Attributes
    ----------
    data : uint8, shape (n_markers, ceil(n_animals / 4))
        Codes 0, 1, 2 copies and 3 missing, low bits first; places beyond the last animal hold 3.
    n_animals : int
    deviation : float32, shape (n_animals, n_markers), optional
        What a dosage is above its nearest call, for genotypes that are imputed; 0 where missing. `centre` and
        everything that stands on it takes both, what judges calls takes the nearest call.

    Raises
    ------
    ModelError
        ``genotype_shape``: type, width, padding or the shape of `deviation` are not as above.

    Examples
    --------
    >>> packed = pack([[0, 2], [1, 3], [2, 2]])
    >>> packed.data
    array([[228],
           [238]], dtype=uint8)
    >>> packed.n_animals, packed.n_markers
    (3, 2)
    """

    data: NDArray[np.uint8]
    n_animals: int
    deviation: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        whole_animals = whole(low=1, code="genotype_shape")
        check_fields(self, "genotypes", n_animals=whole_animals, data=integers("markers", "bytes"))
        data = np.ascontiguousarray(self.data)
        wide = -(-self.n_animals // 4)
        if data.dtype != np.uint8 or data.shape[1] != wide:
            message = f"data of {self.n_animals} animals must be uint8 of shape (n_markers, {wide})"
            raise _refuse("genotype_shape", message, "Use pack or from_bed")
        object.__setattr__(self, "data", data)
        if (data[:, -1] | padding(self.n_animals) != data[:, -1]).any():
            message = "places of data beyond the last animal must hold 3"
            raise _refuse("genotype_shape", message, "Use pack or from_bed")
        check_fields(self, "genotypes", deviation=optional(floats(self.n_animals, len(data), low=-1.0, high=1.0)))

    @property
    def n_markers(self) -> int:
        """Number of markers."""
        return int(self.data.shape[0])

    def unpack(self, first: int = 0, last: int | None = None) -> NDArray[np.uint8]:
        """Codes of the markers `first` to `last` (excluded), uint8 of shape (n_animals, markers)."""
        part = self.data[first:last]
        codes = (part[:, :, None] >> SHIFTS) & np.uint8(3)
        return np.ascontiguousarray(codes.reshape(len(part), -1)[:, : self.n_animals].T)

    def markers(self, keep: NDArray[Any]) -> PackedGenotypes:
        """Some of the markers: bool of shape (n_markers,), or positions."""
        deviation = None if self.deviation is None else self.deviation[:, keep]
        return PackedGenotypes(self.data[keep], self.n_animals, deviation)

    def animals(self, positions: Sequence[int] | NDArray[Any]) -> PackedGenotypes:
        """Some of the animals, in the order of `positions`."""
        positions = np.asarray(positions, dtype=np.int64)
        step = max(1, TILE_CELLS // self.n_animals)
        parts = [pack(self.unpack(k, k + step)[positions]).data for k in range(0, self.n_markers, step)]
        deviation = None if self.deviation is None else self.deviation[positions]
        return PackedGenotypes(np.concatenate(parts), len(positions), deviation)

    def dosage_sums(self) -> NDArray[np.float64]:
        """Copies of the counted allele over the called animals, float64 of shape (n_markers,)."""
        counts = count_markers(self)
        calls = (counts[:, 1] + 2.0 * counts[:, 2]).astype(np.float64)
        return calls if self.deviation is None else calls + self.deviation.sum(axis=0, dtype=np.float64)


def pack(codes: ArrayLike) -> PackedGenotypes:
    """Pack allele counts.

    Parameters
    ----------
    codes : integer array, shape (n_animals, n_markers)
        0, 1 or 2 copies, 3 missing.

    Returns
    -------
    PackedGenotypes

    Raises
    ------
    ModelError
        ``genotype_code`` for any other number or type, ``genotype_shape`` without animals or markers.

    Examples
    --------
    >>> pack([[0], [1], [2], [3], [1]]).data
    array([[228, 253]], dtype=uint8)
    """
    try:
        given = np.asarray(codes)
    except ValueError:
        given = np.zeros(0)
    if given.ndim != 2 or 0 in given.shape:
        raise _refuse("genotype_shape", f"codes have shape {given.shape}", "Give animals by markers")
    if given.dtype.kind not in "iu" or given.min() < 0 or given.max() > MISSING:
        message = "one of the codes is not 0, 1, 2 or 3"
        raise _refuse("genotype_code", message, "Count one allele; write 3 where missing")
    n, m = given.shape
    padded = np.full((m, 4 * -(-n // 4)), MISSING, dtype=np.uint8)
    padded[:, :n] = given.T
    fours = padded.reshape(m, -1, 4)
    data = fours[:, :, 0] | fours[:, :, 1] << 2 | fours[:, :, 2] << 4 | fours[:, :, 3] << 6
    return PackedGenotypes(data, n)


@checked(dosages=floats("n", "m", low=0.0, high=2.0, missing=True, code="genotype_code"))
def pack_dosages(dosages: ArrayLike) -> PackedGenotypes:
    """Pack real-valued dosages: the nearest call, and what the dosage is above it.

    Parameters
    ----------
    dosages : float64, shape (n_animals, n_markers)
        0 to 2 copies, NaN where missing.

    Returns
    -------
    PackedGenotypes
        Without `deviation` where all dosages are whole.

    Raises
    ------
    ModelError
        ``genotype_code`` for a dosage outside 0 to 2.

    Examples
    --------
    >>> packed = pack_dosages([[1.75], [0.0], [np.nan]])
    >>> packed.unpack().ravel(), packed.deviation.ravel()
    (array([2, 0, 3], dtype=uint8), array([-0.25,  0.  ,  0.  ], dtype=float32))
    """
    given = np.asarray(dosages, dtype=np.float64)
    called = np.isfinite(given)
    nearest = np.rint(np.where(called, given, MISSING))
    packed = pack(nearest.astype(np.uint8))
    deviation = np.where(called, given - nearest, 0.0).astype(np.float32)
    return PackedGenotypes(packed.data, packed.n_animals, deviation) if deviation.any() else packed


def padding(n_animals: int) -> np.uint8:
    """The bits of the last byte that belong to no animal."""
    return np.uint8((0xFF << 2 * ((n_animals - 1) % 4 + 1)) & 0xFF)


@checked(packed=instance(PackedGenotypes))
def count_markers(packed: PackedGenotypes) -> NDArray[np.int64]:
    """How often each code occurs at each marker.

    Parameters
    ----------
    packed : PackedGenotypes

    Returns
    -------
    int64, shape (n_markers, 4)
        Columns: 0, 1, 2 copies, missing.

    Examples
    --------
    >>> count_markers(pack([[0, 2], [1, 3], [2, 2]]))
    array([[1, 1, 1, 0],
           [0, 0, 2, 1]])
    """
    counts = _count_markers(packed.data)
    counts[:, MISSING] -= 4 * packed.data.shape[1] - packed.n_animals
    return counts


@checked(packed=instance(PackedGenotypes, m="n_markers"), keep=optional(flags("m")))
def count_animals(packed: PackedGenotypes, keep: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """How often each code occurs in each animal, int64 of shape (n_animals, 4); `keep` picks markers.

    Parameters
    ----------
    packed : PackedGenotypes
    keep : bool, shape (n_markers,), optional
        Markers that are counted; by default all.

    Examples
    --------
    >>> count_animals(pack([[0, 2, 1], [3, 1, 2]]), np.array([True, True, False]))
    array([[1, 0, 1, 0],
           [0, 1, 0, 1]])
    """
    use = np.ones(packed.n_markers, dtype=np.bool_) if keep is None else np.asarray(keep, dtype=np.bool_)
    return _count_animals(packed.data, use)[: packed.n_animals]


@njit(cache=True, nogil=True)
def _count_markers(data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Calls of each code by marker, int64 of shape (n_markers, 4)."""
    counts = np.zeros((data.shape[0], 4), np.int64)
    for j in range(data.shape[0]):
        for start in range(0, data.shape[1], MOST_BYTES):
            fields = np.uint64(0)
            for b in range(start, min(data.shape[1], start + MOST_BYTES)):
                fields += OF_BYTE[data[j, b]]
            for code in range(4):
                counts[j, code] += np.int64((fields >> np.uint64(16 * code)) & np.uint64(0xFFFF))
    return counts


@njit(cache=True, nogil=True)
def _count_animals(data: NDArray[np.uint8], use: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Calls of each code by animal over the markers in `use`, int64 of shape (4 bytes per row, 4)."""
    counts = np.zeros((4 * data.shape[1], 4), np.int64)
    fields = np.zeros((data.shape[1], 4), np.uint64)
    n_added = 0
    for j in range(data.shape[0]):
        if use[j]:
            for b in range(data.shape[1]):
                x = data[j, b]
                for k in range(4):
                    fields[b, k] += OF_ANIMAL[x, k]
            n_added += 1
        if n_added == FULL or (n_added > 0 and j == data.shape[0] - 1):
            for b in range(data.shape[1]):
                for k in range(4):
                    for code in range(4):
                        counts[4 * b + k, code] += np.int64((fields[b, k] >> np.uint64(16 * code)) & np.uint64(0xFFFF))
            fields[:] = 0
            n_added = 0
    return counts


def _refuse(code: str, message: str, fix: str) -> ModelError:
    return ModelError(code, message, place="genotypes", fix=fix)
