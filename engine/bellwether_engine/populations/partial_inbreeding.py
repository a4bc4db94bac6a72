"""Inbreeding by the ancestor whose genes have met."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, instance, integers
from ..errors import ModelError
from ..pedigree.inbreeding import ancestry
from ..pedigree.pedigree import Pedigree

Matrix = NDArray[np.float64]
Positions = NDArray[np.int32]


@checked(
    pedigree=instance(Pedigree, n="n_animals"),
    animals=integers("k", low=0, high="n"),
    ancestors=integers("a", low=0, high="n"),
)
def partial_inbreeding(pedigree: Pedigree, animals: ArrayLike, ancestors: ArrayLike) -> Matrix:
    """Probability that both genes of an animal at a locus are copies of one gene of an ancestor.

    Over all founders, unknown parents among them, the coefficients sum to the inbreeding coefficient. An ancestor that
    is no founder counts as one: its own ancestors are left out of its coefficient, so that coefficients of an animal
    and of its ancestors overlap.

    Parameters
    ----------
    pedigree : Pedigree
        Without metafounders.
    animals, ancestors : int32, shapes (m,) and (k,)
        Positions.

    Returns
    -------
    float64, shape (m, k)

    Raises
    ------
    ModelError
        ``unknown_position``; ``metafounders``.

    References
    ----------
    Lacy, Alaks and Walsh 1996, Evolution 50:2187; Gulisija and Crow 2007, Evolution 61:1043; Garcia-Cortes, Martinez-
    Avila and Toro 2010, Conserv Genet 11:1463 (by products with A instead of the tabular method).

    Examples
    --------
    The lamb of full sibs: both grandparents have an equal part in it.

    >>> pedigree = Pedigree(sire=[-1, -1, 0, 0, 2], dam=[-1, -1, 1, 1, 3])
    >>> partial_inbreeding(pedigree, [4], [0, 1])
    array([[0.125, 0.125]])
    """
    if pedigree.groups is not None and pedigree.groups.is_random:
        message = "metafounders are related: inbreeding has no parts by founder"
        raise ModelError("metafounders", message, place="pedigree", fix="Use a pedigree without metafounders")
    chosen = np.asarray(animals, dtype=np.int32)
    kept = np.flatnonzero(ancestry(pedigree.sire, pedigree.dam, chosen))
    rank = np.full(pedigree.n_animals + 1, -1, dtype=np.int32)
    ordered = pedigree.order[np.isin(pedigree.order, kept)]
    rank[ordered] = np.arange(len(ordered), dtype=np.int32)
    sire, dam = rank[pedigree.sire[ordered]], rank[pedigree.dam[ordered]]
    result = np.zeros((len(chosen), np.size(ancestors)))
    for column, ancestor in enumerate(rank[np.asarray(ancestors)]):
        if ancestor >= 0:
            result[:, column] = _partial(sire, dam, ancestor)[rank[chosen]]
    return result


@njit(cache=True)
def _partial(sire: Positions, dam: Positions, ancestor: int) -> Matrix:
    """Partial F of all animals for one ancestor; parents stand before their offspring.

    Genes of the ancestor alone vary: ``A_k = T D_k T'`` with ``d_i = (c_s - F_s + c_d - F_d) / 4``, where c is the
    share of the ancestor's genes in an animal, and 1 for the ancestor; ``F_i`` is half the element of the parents.
    """
    n = len(sire)
    share, f, d = np.zeros(n), np.zeros(n), np.zeros(n)
    share[ancestor] = d[ancestor] = 1.0
    t_s, t_d = np.zeros(n), np.zeros(n)
    for i in range(ancestor + 1, n):
        s, m = sire[i], dam[i]
        for p in (s, m):
            if p >= 0:
                share[i] += 0.5 * share[p]
                d[i] += 0.25 * (share[p] - f[p])
        if s < 0 or m < 0 or share[s] == 0.0 or share[m] == 0.0:
            continue
        t_s[s] = t_d[m] = 1.0
        total = 0.0
        for j in range(max(s, m), ancestor - 1, -1):
            if t_s[j] != 0.0 or t_d[j] != 0.0:
                total += t_s[j] * t_d[j] * d[j]
                if j != ancestor:
                    # what lies above the ancestor has nothing of it
                    for p in (sire[j], dam[j]):
                        if p >= ancestor:
                            t_s[p] += 0.5 * t_s[j]
                            t_d[p] += 0.5 * t_d[j]
                t_s[j] = t_d[j] = 0.0
        f[i] = 0.5 * total
    return f
