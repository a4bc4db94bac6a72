"""Trios of an animal and its parents: Mendelian conflicts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, instance, integers
from .packed import PackedGenotypes


@dataclass(frozen=True, eq=False)
class Conflicts:
    """Mendelian conflicts between offspring and their genotyped parents.

    Attributes
    ----------
    by_trio : int64, shape (n_trios,)
        Markers whose calls cannot be inherited.
    compared : int64, shape (n_trios,)
        Markers with a call of the offspring and of at least one parent.
    by_marker : int64, shape (n_markers,)
        Trios in conflict.
    """

    by_trio: NDArray[np.int64]
    compared: NDArray[np.int64]
    by_marker: NDArray[np.int64]


@checked(
    packed=instance(PackedGenotypes, n="n_animals"),
    offspring=integers("k", low=0, high="n", empty=True),
    sire=integers("k", low=-1, high="n", empty=True),
    dam=integers("k", low=-1, high="n", empty=True),
)
def mendelian_conflicts(packed: PackedGenotypes, offspring: ArrayLike, sire: ArrayLike, dam: ArrayLike) -> Conflicts:
    """Count calls of offspring that cannot come from the calls of their parents (autosomes).

    Parameters
    ----------
    packed : PackedGenotypes
    offspring, sire, dam : int32, shape (n_trios,)
        Rows of the genotypes; a parent without genotype is -1.

    Raises
    ------
    ModelError
        ``unknown_position`` or ``shape``.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559 (the same table of errors).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> conflicts = mendelian_conflicts(pack([[0, 2], [2, 2], [1, 0]]), [2], [0], [1])
    >>> conflicts.by_trio, conflicts.by_marker
    (array([1]), array([0, 1]))
    """
    rows = [np.ascontiguousarray(given, dtype=np.int32) for given in (offspring, sire, dam)]
    return Conflicts(*_conflicts(packed.data, rows[0], rows[1], rows[2], _conflict_table()))


def _conflict_table() -> NDArray[np.bool_]:
    """Is a call of the offspring impossible, given calls of sire and dam (3 missing)?"""
    gives = ({0}, {0, 1}, {1}, {0, 1})
    table = np.zeros((4, 4, 4), dtype=np.bool_)
    for child in range(3):
        for sire in range(4):
            for dam in range(4):
                table[child, sire, dam] = child not in {a + b for a in gives[sire] for b in gives[dam]}
    return table


@njit(cache=True, nogil=True)
def _conflicts(
    data: NDArray[np.uint8],
    offspring: NDArray[np.int32],
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    table: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Calls that cannot come from both parents, by trio and by marker, and the calls that were compared.

    ``table[c, s, d]`` says whether the codes of offspring, sire and dam contradict each other; 3 is missing.
    """
    by_trio, compared = np.zeros(len(offspring), np.int64), np.zeros(len(offspring), np.int64)
    by_marker = np.zeros(data.shape[0], np.int64)
    for j in range(data.shape[0]):
        for k in range(len(offspring)):
            # four calls share a byte, and 3 is missing: an unknown parent contradicts nobody
            c = (data[j, offspring[k] >> 2] >> (2 * (offspring[k] & 3))) & 3
            s, d = 3, 3
            if sire[k] >= 0:
                s = (data[j, sire[k] >> 2] >> (2 * (sire[k] & 3))) & 3
            if dam[k] >= 0:
                d = (data[j, dam[k] >> 2] >> (2 * (dam[k] & 3))) & 3
            if c != 3 and (s != 3 or d != 3):
                compared[k] += 1
                if table[c, s, d]:
                    by_trio[k] += 1
                    by_marker[j] += 1
    return by_trio, compared, by_marker
