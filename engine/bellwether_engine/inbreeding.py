"""Inbreeding coefficients of a whole pedigree."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .tracing import trace_families


def inbreeding(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    order: NDArray[np.int32],
    gamma: NDArray[np.float64] | None = None,
    known: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Inbreeding coefficients F by tracing ancestors.

    F of an animal is half the relationship ``a_sd`` of its parents. For a sire, ``c = D L' e_s`` is found by tracing
    its ancestors, youngest first (Meuwissen and Luo 1992, GSE 24:305); then ``a_sd = c_d + (a_s,sire(d) +
    a_s,dam(d)) / 2`` is followed upwards from all its mates of one generation at once, so that an ancestor of many
    mates is visited once (after Colleau 2002, GSE 34:409, and Sargolzaei et al. 2005, J Anim Breed Genet 122:325),
    and for eight sires together. Full sibs share one coefficient. Memory is about 200 bytes per animal.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown; ``n_animals + k`` for metafounder k.
    order : int32, shape (n_animals,)
        Positions with parents before offspring, as of ``Pedigree.order``.
    gamma : float64, shape (n_metafounders, n_metafounders), optional
        Relationships of the metafounders (Legarra et al. 2015, Genetics 200:455).
    known : float64, shape (n_animals,), optional
        Coefficients that are known already, NaN for the others; those of an animal's ancestors need not be known.

    Returns
    -------
    float64, shape (n_animals,)

    Examples
    --------
    >>> import numpy as np
    >>> parents = np.array([-1, -1, 0], np.int32), np.array([-1, -1, 1], np.int32)
    >>> inbreeding(*parents, np.arange(3, dtype=np.int32))
    array([0., 0., 0.])
    """
    n = len(order)
    base = np.zeros((0, 0)) if gamma is None else np.ascontiguousarray(gamma, dtype=np.float64)
    generation = generations(sire, dam, order)
    families = np.lexsort((dam, sire, generation)).astype(np.int32)
    rank = np.empty(n + len(base) + 1, np.int32)
    rank[families] = np.arange(len(base), n + len(base), dtype=np.int32)
    rank[n:-1] = np.arange(len(base), dtype=np.int32)
    rank[-1] = -1
    founders = np.full(len(base), -1, np.int32)
    ranked = [np.concatenate([founders, rank[parent[families]]]) for parent in (sire, dam)]
    start = np.full(n + len(base), np.nan)
    start[: len(base)] = np.diag(base) - 1.0
    if known is not None:
        start[len(base) :] = known[families]
    counts = np.bincount(generation) if n else np.zeros(0, np.int64)
    trace_families(ranked[0], ranked[1], base, start, len(base) + np.concatenate([[0], np.cumsum(counts)]))
    result = np.empty(n)
    result[families] = start[len(base) :]
    return result


def inbreeding_of_new(
    sire: NDArray[np.int32], dam: NDArray[np.int32], known: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Inbreeding coefficients when animals were added: only the ancestors of the new ones are looked at.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown.
    known : float64, shape (n_known,)
        Coefficients of the first `n_known` animals, whose parents have not changed.

    Returns
    -------
    float64, shape (n_animals,)
        `known`, then the coefficients of the new animals.

    Raises
    ------
    PedigreeError
        ``pedigree_loop`` among the new animals and their ancestors.

    Examples
    --------
    >>> import numpy as np
    >>> sire, dam = np.array([-1, -1, 0, 0], np.int32), np.array([-1, -1, 1, 2], np.int32)
    >>> inbreeding_of_new(sire, dam, np.zeros(3))
    array([0.  , 0.  , 0.  , 0.25])
    """
    from .pedigree import Pedigree

    n, old = len(sire), len(known)
    members = np.flatnonzero(ancestry(sire, dam, np.arange(old, n, dtype=np.int32)))
    position = np.full(n + 1, -1, np.int32)
    position[members] = np.arange(len(members), dtype=np.int32)
    part = Pedigree(position[sire[members]], position[dam[members]])
    before = np.full(len(members), np.nan)
    before[members < old] = known[members[members < old]]
    found = inbreeding(part.sire, part.dam, part.order, known=before)
    return np.concatenate([known, found[members >= old]])


@njit(cache=True)
def ancestry(sire: NDArray[np.int32], dam: NDArray[np.int32], animals: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Marks `animals` and all their ancestors."""
    n = len(sire)
    marked = np.zeros(n, np.bool_)
    stack = np.empty(n, np.int32)
    size = 0
    for i in animals:
        if not marked[i]:
            marked[i] = True
            stack[size] = i
            size += 1
    while size > 0:
        size -= 1
        i = stack[size]
        for p in (sire[i], dam[i]):
            if 0 <= p < n and not marked[p]:
                marked[p] = True
                stack[size] = p
                size += 1
    return marked


@njit(cache=True)
def generations(sire: NDArray[np.int32], dam: NDArray[np.int32], order: NDArray[np.int32]) -> NDArray[np.int32]:
    """Longest line of known ancestors of each animal; founders 0."""
    generation = np.zeros(len(order), np.int32)
    for i in order:
        for p in (sire[i], dam[i]):
            if 0 <= p < len(order):
                generation[i] = max(generation[i], generation[p] + 1)
    return generation
