"""Inbreeding coefficients of a whole pedigree."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..arguments import checked, covariance, floats, integers, optional, whole
from ..errors import PedigreeError
from ..parallel.workers import Workers
from .a_inverse import mendelian_variance
from .tracing import Ancestors, Families, Tracer


@checked(
    order=integers("n", low=0, high="n", empty=True),
    sire=integers("n", low=-1, empty=True),
    dam=integers("n", low=-1, empty=True),
    gamma=optional(covariance("g")),
    known=optional(floats("n", low=-1.0, high=1.0, missing=True, empty=True)),
    threads=whole(low=0),
)
def inbreeding(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    order: NDArray[np.int32],
    gamma: NDArray[np.float64] | None = None,
    known: NDArray[np.float64] | None = None,
    threads: int = 0,
) -> NDArray[np.float64]:
    """Inbreeding coefficients F by tracing ancestors.

    F of an animal is half the relationship ``a_sd`` of its parents. Where ancestors are few, it is summed along every
    path from the mates of a sire to the ancestors of both (Meuwissen and Luo 1992, GSE 24:305). Where they are many,
    ``A e_s = T D T' e_s`` is found for 16 sires together (Colleau 2002, GSE 34:409; Sargolzaei et al. 2005, J Anim
    Breed Genet 122:325), in two passes over the ancestors of the sires and of their mates. Each generation, only
    parents are looked at, full sibs share one coefficient, and batches of sires are shared among threads. Memory is
    about 60 bytes per animal and, for each thread, 152 bytes per parent.

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
    threads : int
        0: as many as there are cores. The coefficients have the same bits for any number.

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
    _check_parents(sire, dam, len(order) + (0 if gamma is None else len(gamma)))
    base = np.zeros((0, 0)) if gamma is None else np.ascontiguousarray(gamma, dtype=np.float64)
    f = np.full(len(order), np.nan) if known is None else known.astype(np.float64)
    f[np.isnan(f) & ((sire < 0) | (dam < 0))] = 0.0
    generation = generations(sire, dam, order)
    parents, rank = _rank_parents(sire, dam, generation, len(base))
    offspring, family, traced = _families(sire, dam, np.flatnonzero(np.isnan(f)), generation, rank)
    by_rank, d = np.append(np.diag(base) - 1.0, f[parents]), np.ones(len(base) + len(parents))
    links = _links(sire, parents, rank, len(base)), _links(dam, parents, rank, len(base))
    found = np.empty(len(traced.sire))
    last = int(generation.max(initial=0)) + 1
    of_parents, of_offspring, of_sires = (
        np.searchsorted(level, np.arange(last + 1))
        for level in (generation[parents], generation[offspring], generation[offspring][traced.first_member])
    )
    workers = Workers(threads)
    tracer = Tracer(Ancestors(links[0], links[1], d, base), traced, found, workers)
    for g in range(last):
        tracer.run(int(of_sires[g]), int(of_sires[g + 1]), len(base) + int(of_parents[g]))
        new = slice(of_offspring[g], of_offspring[g + 1])
        f[offspring[new]] = found[family[new]]
        own = slice(len(base) + of_parents[g], len(base) + of_parents[g + 1])
        by_rank[own] = f[parents[of_parents[g] : of_parents[g + 1]]]
        d[own] = mendelian_variance(links[0][own], links[1][own], by_rank)
    return f


def _check_parents(sire: NDArray[np.int32], dam: NDArray[np.int32], n_levels: int) -> None:
    for name, parent in (("sire", sire), ("dam", dam)):
        if len(parent) and parent.max() >= n_levels:
            message = f"a {name} is not a position between 0 and {n_levels - 1}, or -1"
            raise PedigreeError("unknown_position", message, place=name, fix="Use -1 for an unknown parent")


def _rank_parents(
    sire: NDArray[np.int32], dam: NDArray[np.int32], generation: NDArray[np.int32], n_metafounders: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Animals with offspring, sorted by generation and by the rank of the dam, so that dams are read in turn; and the
    rank of every animal and metafounder: metafounders, then parents; -1 for the others and, last, an unknown parent."""
    n = len(sire)
    is_parent = np.zeros(n + n_metafounders + 1, dtype=bool)
    is_parent[sire] = is_parent[dam] = True
    parents = np.flatnonzero(is_parent[:n]).astype(np.int32)
    parents = parents[np.argsort(generation[parents], kind="stable")]
    starts = np.flatnonzero(np.diff(generation[parents], prepend=-1, append=n))
    rank = np.full(n + n_metafounders + 1, -1, np.int32)
    rank[n:-1] = np.arange(n_metafounders, dtype=np.int32)
    for first, last in pairwise(starts.tolist()):
        own = parents[first:last]
        own = own[np.lexsort((rank[sire[own]], rank[dam[own]]))]
        parents[first:last], rank[own] = own, np.arange(n_metafounders + first, n_metafounders + last)
    return parents, rank


def _links(
    parent: NDArray[np.int32], animals: NDArray[np.int32], rank: NDArray[np.int32], n_metafounders: int
) -> NDArray[np.int32]:
    """Rank of the parent of each metafounder (none) and each of `animals`; the number of both where it has none."""
    unknown = n_metafounders + len(animals)
    links = np.full(unknown, unknown, np.int32)
    found = rank[parent[animals]]
    links[n_metafounders:] = np.where(found < 0, unknown, found)
    return links


def _families(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    offspring: NDArray[np.intp],
    generation: NDArray[np.int32],
    rank: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.int32], Families]:
    """`offspring` sorted by generation, sire and dam, the family of each, and the families."""
    s, m = rank[sire[offspring]], rank[dam[offspring]]
    level = generation[offspring]
    order = np.lexsort((m, s, level))
    s, m, level = s[order], m[order], level[order]
    is_new_sire = np.append(True, (np.diff(s) != 0) | (np.diff(level) != 0))[: len(s)]
    is_new = is_new_sire | np.append(True, np.diff(m) != 0)[: len(s)]
    family = (np.cumsum(is_new) - 1).astype(np.int32)
    starts = np.append(family[is_new_sire], np.count_nonzero(is_new)).astype(np.int32)
    families = Families(s[is_new], m[is_new], starts, np.flatnonzero(is_new_sire))
    return offspring[order].astype(np.int32), family, families


@njit(cache=True)
def ancestry(sire: NDArray[np.int32], dam: NDArray[np.int32], animals: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Marks `animals` and all their ancestors, bool of shape (n_animals,): depth first, each animal once."""
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
