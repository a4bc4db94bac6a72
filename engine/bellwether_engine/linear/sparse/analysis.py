"""Everything about a factor that depends on the pattern alone; computed once, used for every set of values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from . import symbolic
from .ordering import minimum_degree
from .symbolic import Supernodes

Ints = NDArray[np.int64]
DENSE_LIMIT = 300


@dataclass(frozen=True, eq=False)
class Analysis:
    """Ordering, supernodes and places of the values.

    Attributes
    ----------
    order : int64, shape (n,)
        Equations in the order of elimination.
    shape : Supernodes
        In the new order.
    target : int64, shape (nnz,)
        Place in the panels of each entry of the matrix, in either triangle.
    lower : bool, shape (nnz,)
        Entries on or below the diagonal in the new order.
    """

    order: Ints
    shape: Supernodes
    target: Ints
    lower: NDArray[np.bool_]

    @property
    def n_entries(self) -> int:
        """Entries of all panels."""
        return int(self.shape.panel[-1])

    @property
    def is_dense(self) -> bool:
        """One panel holds everything."""
        return len(self.shape.first) == 2


def analyse(matrix: csc_array, dense_limit: int = DENSE_LIMIT) -> Analysis:
    """Order a symmetric pattern and find the supernodes of its factor; a small one is a single dense panel.

    Parameters
    ----------
    matrix : csc_array, shape (n, n)
        Symmetric, rows sorted and without repeats, the whole diagonal stored.
    dense_limit : int
        Up to so many equations one panel holds everything.

    Returns
    -------
    Analysis

    References
    ----------
    Davis 2006, Direct Methods for Sparse Linear Systems, chapters 4 and 7; Ng and Peyton 1993, SIAM J Sci Comput
    14:1034.

    Examples
    --------
    >>> import numpy as np
    >>> analysis = analyse(csc_array(np.array([[2.0, 1.0], [1.0, 2.0]])))
    >>> analysis.n_entries
    4
    """
    n = matrix.shape[0]
    pointers, rows = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    column = np.repeat(np.arange(n), np.diff(pointers))
    if n <= dense_limit:
        return _whole(rows, column, n)
    off = rows != column
    neighbours = np.concatenate([[0], np.cumsum(np.bincount(column[off], minlength=n))]).astype(np.int64)
    order = minimum_degree(neighbours, rows[off])
    parent, _ = symbolic.elimination_tree(*symbolic.upper_pattern(pointers, rows, _inverse(order)))
    order = order[symbolic.postorder(parent)]
    place = _inverse(order)
    parent, count = symbolic.elimination_tree(*symbolic.upper_pattern(pointers, rows, place))
    first = symbolic.supernodes(parent, count)
    # the upper triangle of the reversed order is the lower one of the order
    start, mirrored = symbolic.upper_pattern(pointers, rows, n - 1 - place)
    below = np.concatenate([[0], np.cumsum(np.diff(start)[::-1])]).astype(np.int64)
    row_start, row_list = symbolic.row_lists(below, (n - 1 - mirrored)[::-1].copy(), first, n)
    panel = np.concatenate([[0], np.cumsum(np.diff(row_start) * np.diff(first))]).astype(np.int64)
    shape = Supernodes(first, row_start, row_list, panel)
    target = symbolic.targets(pointers, rows, place, shape)
    return Analysis(order, shape, target, place[rows] >= place[column])


def _whole(rows: Ints, column: Ints, n: int) -> Analysis:
    """One panel, in the order of the equations."""
    ends, target = np.array([0, n]), np.maximum(rows, column) * n + np.minimum(rows, column)
    shape = Supernodes(ends, ends, np.arange(n), np.array([0, n * n]))
    return Analysis(np.arange(n), shape, target, rows >= column)


def _inverse(order: Ints) -> Ints:
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return place
