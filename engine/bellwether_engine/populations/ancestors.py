"""The ancestors through whom the genes of a cohort have come, founders or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, instance, integers, whole
from ..pedigree.pedigree import Pedigree

Vector = NDArray[np.float64]
Positions = NDArray[np.int32]
#: shares of genes below it are rounding
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class AncestorContributions:
    """Ancestors of a cohort in the order of what they add.

    Attributes
    ----------
    animals : int32, shape (k,)
        The largest marginal contribution first; -1 is an unknown parent.
    contributions : float64, shape (k,)
        Share of the genes of the cohort that come through the ancestor and through none before it.
    effective_number : float
        ``1 / sum p^2`` where all genes are explained (`lower` and `upper` are the same), else the mean of the two.
    lower, upper : float
        Between them the effective number of ancestors lies: the unexplained rest in shares of the last size, or spread
        evenly over as many founders as there are.
    explained : float
        Sum of the contributions.
    """

    animals: Positions
    contributions: Vector
    effective_number: float
    lower: float
    upper: float
    explained: float


@checked(
    pedigree=instance(Pedigree, n="n_animals"), animals=integers("k", low=0, high="n"), most=whole(low=1, code="most")
)
def effective_ancestors(pedigree: Pedigree, animals: ArrayLike, most: int = 1000) -> AncestorContributions:
    """Marginal contributions of ancestors, and their effective number.

    The ancestor with the largest share not yet explained is chosen, its own parents are cut off, and so on; of
    ancestors that are alike the one that comes first in the order of the pedigree. Animals of the cohort are ancestors
    of themselves only if they are parents within it, or founders. Unknown parents beside a known one count as founders.

    Parameters
    ----------
    pedigree : Pedigree
    animals : int32, shape (m,)
        Positions of the cohort.
    most : int
        So many ancestors at most; each costs two passes over the pedigree.

    Raises
    ------
    ModelError
        ``empty``: there is no cohort; ``unknown_position``; ``most``: below 1.

    References
    ----------
    Boichard, Maignel and Verrier 1997, GSE 29:5.

    Examples
    --------
    Four founders have eight grandchildren, all through one couple (Boichard et al. 1997):

    >>> pedigree = Pedigree(sire=[-1] * 4 + [0, 2] + [4] * 8, dam=[-1] * 4 + [1, 3] + [5] * 8)
    >>> found = effective_ancestors(pedigree, range(6, 14))
    >>> found.animals, found.contributions, found.effective_number
    (array([4, 5], dtype=int32), array([0.5, 0.5]), 2.0)
    """
    cohort = np.unique(np.asarray(animals)).astype(np.int32)
    sire, dam = _with_phantoms(pedigree.sire, pedigree.dam)
    order = np.concatenate([np.arange(pedigree.n_animals, len(sire), dtype=np.int32), pedigree.order])
    chosen, shares = _choose(sire, dam, order, cohort, most)
    explained = float(shares.sum())
    squares, rest = float((shares**2).sum()), max(0.0, 1.0 - explained)
    if rest <= 1e-9:
        lower = upper = 1.0 / squares
    else:
        n_founders = int(((sire < 0) & _is_ancestor(sire, dam, order, cohort)).sum())
        n_left = max(n_founders - int((sire[chosen] < 0).sum()), 1)
        lower = 1.0 / (squares + rest * float(shares[-1]))
        upper = 1.0 / (squares + rest**2 / n_left)
    shown = np.where(chosen < pedigree.n_animals, chosen, -1).astype(np.int32)
    return AncestorContributions(shown, shares, 0.5 * (lower + upper), lower, upper, explained)


def _with_phantoms(sire: Positions, dam: Positions) -> tuple[Positions, Positions]:
    """A founder of its own for each unknown parent beside a known one, after the animals."""
    n = len(sire)
    s, d = sire.copy(), dam.copy()
    no_sire, no_dam = np.flatnonzero((sire < 0) & (dam >= 0)), np.flatnonzero((dam < 0) & (sire >= 0))
    s[no_sire] = np.arange(n, n + len(no_sire))
    d[no_dam] = np.arange(n + len(no_sire), n + len(no_sire) + len(no_dam))
    founders = np.full(len(no_sire) + len(no_dam), -1, dtype=np.int32)
    return np.concatenate([s, founders]), np.concatenate([d, founders])


@njit(cache=True)
def _is_ancestor(sire: Positions, dam: Positions, order: Positions, cohort: Positions) -> NDArray[np.bool_]:
    """Marks the cohort and all its ancestors."""
    marked = np.zeros(len(sire), np.bool_)
    marked[cohort] = True
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        if marked[i]:
            for p in (sire[i], dam[i]):
                if p >= 0:
                    marked[p] = True
    return marked


@njit(cache=True)
def _choose(
    sire: Positions, dam: Positions, order: Positions, cohort: Positions, most: int
) -> tuple[Positions, Vector]:
    """Ancestors and marginal contributions ``p_k = q_k (1 - a_k)``: q is the share of the cohort's genes that pass
    through k where the chosen are cut off, a the share of k's own genes that come from the chosen."""
    n = len(sire)
    s, d = sire.copy(), dam.copy()
    is_chosen = np.zeros(n, np.bool_)
    chosen, shares = np.empty(most, np.int32), np.empty(most)
    own = np.zeros(n)
    own[cohort] = 1.0 / len(cohort)
    count = 0
    while count < most:
        q, a = own.copy(), np.zeros(n)
        for k in range(n - 1, -1, -1):
            i = order[k]
            if s[i] >= 0:
                q[s[i]] += 0.5 * q[i]
                q[d[i]] += 0.5 * q[i]
        best, largest = -1, ROUNDING
        for i in order:
            if is_chosen[i]:
                a[i] = 1.0
                continue
            if s[i] >= 0:
                a[i] = 0.5 * (a[s[i]] + a[d[i]])
                if q[i] <= own[i] * (1.0 + ROUNDING):
                    continue
            if q[i] * (1.0 - a[i]) > largest * (1.0 + ROUNDING):
                best, largest = i, q[i] * (1.0 - a[i])
        if best < 0:
            break
        chosen[count], shares[count] = best, largest
        is_chosen[best] = True
        s[best] = d[best] = -1
        count += 1
    return chosen[:count], shares[:count]
