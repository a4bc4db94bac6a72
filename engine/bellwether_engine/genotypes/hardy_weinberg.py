"""The exact test of Hardy-Weinberg proportions."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, integers
from ..errors import ModelError


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
    return np.array([_exact(row[0], row[1], row[2]) for row in given[:, :3]])


@njit(cache=True)
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
    # P(h - 2) / P(h), then P(h + 2) / P(h)
    h = middle
    while h >= 2:
        homs = (rare - h) // 2
        others = n - h - homs
        chance[h - 2] = chance[h] * h * (h - 1.0) / (4.0 * (homs + 1.0) * (others + 1.0))
        h -= 2
    h = middle
    while h + 2 <= rare:
        homs = (rare - h) // 2
        others = n - h - homs
        chance[h + 2] = chance[h] * 4.0 * homs * others / ((h + 2.0) * (h + 1.0))
        h += 2
    limit = chance[het] * (1.0 + 1e-8)
    total, tail = 0.0, 0.0
    for h in range(rare + 1):
        total += chance[h]
        if chance[h] <= limit:
            tail += chance[h]
    return min(1.0, tail / total)
