"""The pedigree as nuclear families, for peeling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..pedigree.pedigree import Pedigree

Rows = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Families:
    """Pairs of parents with their offspring, oldest first; an unknown mate of a known parent is an animal of its own.

    Attributes
    ----------
    sire, dam : int32, shape (n_families,)
        Positions; from `n_animals` of the pedigree on they are unknown mates, one for each offspring.
    start : int32, shape (n_families + 1,)
        Where the offspring of each family begin in `offspring`.
    offspring : int32
    founder : int32
        Animals without any known parent, and all unknown mates.
    n_total : int
        Animals of the pedigree and unknown mates.
    """

    sire: Rows
    dam: Rows
    start: Rows
    offspring: Rows
    founder: Rows
    n_total: int


def families(pedigree: Pedigree) -> Families:
    """Nuclear families of a pedigree.

    Raises
    ------
    PedigreeError
        ``pedigree_loop``.

    Examples
    --------
    >>> found = families(Pedigree(sire=[-1, -1, 0, 0, 0], dam=[-1, -1, 1, 1, -1]))
    >>> found.sire, found.dam, found.start
    (array([0, 0], dtype=int32), array([5, 1], dtype=int32), array([0, 1, 3], dtype=int32))
    >>> found.offspring, found.founder
    (array([4, 2, 3], dtype=int32), array([0, 1, 5], dtype=int32))
    """
    sire, dam = pedigree.sire.copy(), pedigree.dam.copy()
    n = len(sire)
    half = np.flatnonzero((sire < 0) != (dam < 0))
    mate = n + np.arange(len(half), dtype=np.int32)
    sire[half], dam[half] = np.where(sire[half] < 0, mate, sire[half]), np.where(dam[half] < 0, mate, dam[half])
    rank = np.full(n + len(half), -1)
    rank[pedigree.order] = np.arange(n)
    child = np.flatnonzero(sire >= 0)
    key = np.maximum(rank[sire[child]], rank[dam[child]])
    child = child[np.lexsort((child, dam[child], sire[child], key))]
    first = np.ones(len(child), dtype=bool)
    first[1:] = (np.diff(sire[child]) != 0) | (np.diff(dam[child]) != 0)
    begin = np.flatnonzero(first)
    founder = np.concatenate([np.flatnonzero(sire < 0), mate])
    return Families(
        sire[child][begin],
        dam=dam[child][begin],
        start=np.append(begin, len(child)).astype(np.int32),
        offspring=child.astype(np.int32),
        founder=founder.astype(np.int32),
        n_total=n + len(half),
    )
