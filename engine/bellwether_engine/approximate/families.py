"""Full sibs with their parents, in an order in which parents come first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


class Families(NamedTuple):
    """Full sibs with their parents.

    Attributes
    ----------
    sire, dam : int32, shape (n_families,)
        Of each family, -1 where unknown; never both. A family stands after those of its parents.
    start : int64, shape (n_families + 1,)
    child : int32, shape (n_children,)
        Children of family f are ``child[start[f]:start[f + 1]]``.
    """

    sire: Ints
    dam: Ints
    start: NDArray[np.int64]
    child: Ints


def nuclear_families(sire: Ints, dam: Ints, order: Ints) -> Families:
    """Group animals by their parents.

    Parameters
    ----------
    sire, dam : int32, shape (n_animals,)
        Positions of the parents, -1 when unknown.
    order : int32, shape (n_animals,)
        Parents before offspring.

    Examples
    --------
    >>> families = nuclear_families(np.array([-1, -1, 0, 0, 2]), np.array([-1, -1, 1, 1, 1]), np.arange(5))
    >>> families.sire, families.start, families.child
    (array([0, 2], dtype=int32), array([0, 2, 3]), array([2, 3, 4], dtype=int32))
    """
    rank = np.empty(len(order) + 1, np.int64)
    rank[order] = np.arange(len(order))
    rank[-1] = -1
    child = np.flatnonzero((sire >= 0) | (dam >= 0))
    s, d = sire[child], dam[child]
    sorting = np.lexsort((child, d, s, np.maximum(rank[s], rank[d])))
    child, s, d = child[sorting], s[sorting], d[sorting]
    new = np.ones(len(child), dtype=bool)
    new[1:] = (s[1:] != s[:-1]) | (d[1:] != d[:-1])
    first = np.flatnonzero(new)
    start = np.append(first, len(child)).astype(np.int64)
    return Families(s[first].astype(np.int32), d[first].astype(np.int32), start, child.astype(np.int32))
