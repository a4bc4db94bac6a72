"""The exact test of Hardy-Weinberg proportions."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, integers
from ..errors import ModelError

#: chances so much smaller than that of the number seen change no digit of the sum
NOTHING = 1e-22


@checked(counts=integers("m", "k", low=0, empty=True, code="negative_count"))
def hardy_weinberg(counts: ArrayLike) -> NDArray[np.float64]:
    """Exact p-value of Hardy-Weinberg proportions at each marker.

    The probability, given the allele counts, of a number of heterozygotes that is as likely as the one seen or less so.

    Parameters
    ----------
    counts : int, shape (n_markers, 3) or wider
        Animals with 0, 1 and 2 copies; further columns are not read (`count_markers` fits).

    Returns
    -------
    float64, shape (n_markers,)
        1 for a marker without variation or calls.

    Raises
    ------
    ModelError
        ``shape`` or ``negative_count``.

    References
    ----------
    Wigginton et al. 2005, Am J Hum Genet 76:887.

    Examples
    --------
    >>> hardy_weinberg([[31, 51, 18], [69, 31, 0]]).round(4)
    array([0.8391, 0.1182])
    """
    given = np.ascontiguousarray(counts, dtype=np.int64)
    if given.shape[1] < 3:
        raise ModelError("shape", f"counts have shape {given.shape}", place="counts", fix="Give three columns")
    return _exact_of_all(np.ascontiguousarray(given[:, :3]))


@njit(cache=True, nogil=True)
def _exact_of_all(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """The p-value of each row of counts."""
    found = np.empty(len(counts))
    for j in range(len(counts)):
        found[j] = _exact(counts[j, 0], counts[j, 1], counts[j, 2])
    return found


@njit(cache=True, nogil=True)
def _exact(first: int, het: int, second: int) -> float:
    """P(a count of heterozygotes as unlikely as `het`, or more so), given the allele counts (Wigginton et al. 2005)."""
    rare = 2 * min(first, second) + het
    common = 2 * max(first, second) + het
    n = first + het + second
    if rare == 0:
        return 1.0
    # chances relative to that of the likeliest count; the number of heterozygotes has the parity of `rare`
    middle = int(rare * common / (2.0 * n))
    middle += (middle + rare) % 2
    chance = np.zeros(rare + 1)
    chance[middle] = 1.0
    # first towards the number seen, which tells below what nothing counts
    if het <= middle:
        low = _below(chance, _below(chance, middle, het, rare, n, 0.0), 0, rare, n, NOTHING * chance[het])
        high = _above(chance, middle, rare, rare, n, NOTHING * chance[het])
    else:
        high = _above(chance, _above(chance, middle, het, rare, n, 0.0), rare, rare, n, NOTHING * chance[het])
        low = _below(chance, middle, 0, rare, n, NOTHING * chance[het])
    limit = chance[het] * (1.0 + 1e-8)
    total, tail = 0.0, 0.0
    for h in range(low, high + 1, 2):
        total += chance[h]
        if chance[h] <= limit:
            tail += chance[h]
    return min(1.0, tail / total)


@njit(cache=True, nogil=True)
def _below(chance: NDArray[np.float64], h: int, end: int, rare: int, n: int, least: float) -> int:
    """Chances of fewer heterozygotes than `h`, by P(h - 2) / P(h), to `end` or as long as they exceed `least`."""
    while h - 2 >= end and chance[h] > least:
        homs = (rare - h) // 2
        others = n - h - homs
        chance[h - 2] = chance[h] * h * (h - 1.0) / (4.0 * (homs + 1.0) * (others + 1.0))
        h -= 2
    return h


@njit(cache=True, nogil=True)
def _above(chance: NDArray[np.float64], h: int, end: int, rare: int, n: int, least: float) -> int:
    """Chances of more heterozygotes than `h`, by P(h + 2) / P(h), to `end` or as long as they exceed `least`."""
    while h + 2 <= end and chance[h] > least:
        homs = (rare - h) // 2
        others = n - h - homs
        chance[h + 2] = chance[h] * 4.0 * homs * others / ((h + 2.0) * (h + 1.0))
        h += 2
    return h
