"""Runs of homozygosity by sliding windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, checked, instance, integers, number, optional, whole
from ..genotypes.packed import PackedGenotypes
from .consecutive_runs import RunRules, Runs, check_order, collect


@dataclass(frozen=True)
class WindowRules(RunRules):
    """What a run is; state all seven with the result.

    Attributes
    ----------
    min_markers, min_length_bp, max_gap_bp : int
        As in `RunRules`.
    max_heterozygous, max_missing : int
        Calls of each kind allowed inside a window.
    window_markers : int
        Markers in a window, on one chromosome. A window with a gap above `max_gap_bp` is not homozygous.
    window_share : float
        A marker is in a run where more than this share of the windows over it are homozygous.

    Examples
    --------
    >>> WindowRules(window_markers=20).window_share
    0.1
    """

    min_markers: int = 15
    min_length_bp: int = 1_000_000
    max_heterozygous: int = 1
    max_missing: int = 1
    window_markers: int = 15
    window_share: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        share = number(low=0.0, below=1.0, code="bad_option")
        check_fields(self, "roh", window_markers=whole(low=1, code="bad_option"), window_share=share)


@checked(
    packed=instance(PackedGenotypes, m="n_markers"),
    chromosome=integers("m"),
    position_bp=integers("m"),
    rules=optional(instance(WindowRules)),
)
def runs_by_windows(
    packed: PackedGenotypes, chromosome: ArrayLike, position_bp: ArrayLike, rules: WindowRules | None = None
) -> Runs:
    """Runs of markers over which enough sliding windows are homozygous.

    Parameters
    ----------
    packed : PackedGenotypes
        Autosomes, markers in the order of chromosome and position.
    chromosome : int, shape (n_markers,)
    position_bp : int, shape (n_markers,)
        Base pairs.
    rules : WindowRules, number, optional, whole

    Raises
    ------
    ModelError
        ``shape``, ``marker_order`` or ``bad_option``.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559 (windows); Biscarini et al. 2018, detectRUNS (this rule of the share).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> rules = WindowRules(min_markers=2, min_length_bp=1, max_heterozygous=0, window_markers=3, window_share=0.4)
    >>> runs = runs_by_windows(pack([[1, 0, 2, 2, 0, 1, 1]]), [1] * 7, range(7), rules)
    >>> runs.first, runs.last
    (array([1], dtype=int32), array([3], dtype=int32))
    """
    rules = rules or WindowRules()
    where, bp = np.asarray(chromosome, dtype=np.int32), np.asarray(position_bp, dtype=np.int64)
    covered = check_order(where, bp, rules)
    least = np.array([rules.min_markers, rules.min_length_bp, rules.max_gap_bp], np.int64)
    most = np.array([rules.max_heterozygous, rules.max_missing, rules.window_markers], np.int64)
    needed = np.asarray(rules.window_share * _windows_over(where, rules.window_markers), dtype=np.float64)
    return collect(packed, where, bp, covered, lambda codes: _runs(codes, where, bp, least, most, needed))


def _windows_over(chromosome: NDArray[np.int32], window: int) -> NDArray[np.int64]:
    """How many windows lie over each marker."""
    m = len(chromosome)
    change = np.flatnonzero(np.diff(chromosome)) + 1
    begin, end = np.append(0, change), np.append(change, m)
    j, lengths = np.arange(m), end - begin
    first = np.maximum(j - window + 1, np.repeat(begin, lengths))
    last = np.minimum(j, np.repeat(end, lengths) - window)
    return np.asarray(np.maximum(last - first + 1, 0), dtype=np.int64)


@njit(cache=True)
def _runs(
    codes: NDArray[np.uint8],
    chromosome: NDArray[np.int32],
    bp: NDArray[np.int64],
    least: NDArray[np.int64],
    most: NDArray[np.int64],
    needed: NDArray[np.float64],
) -> NDArray[np.int64]:
    """First and last marker of each run of one animal, (n_runs, 2).

    `least` is markers, length and largest gap; `most` heterozygous and missing calls in a window and its markers;
    `needed` how many windows over a marker have to be homozygous.
    """
    m, window = len(codes), most[2]
    # windows over each marker as differences: +1 where a homozygous window begins, -1 behind its end
    over = np.zeros(m + 1, np.int64)
    het, missing, begin = 0, 0, 0
    for j in range(m):
        if j > 0 and (chromosome[j] != chromosome[j - 1] or bp[j] - bp[j - 1] > least[2]):
            het, missing, begin = 0, 0, j
        het += codes[j] == 1
        missing += codes[j] == 3
        if j - begin == window:
            het -= codes[begin] == 1
            missing -= codes[begin] == 3
            begin += 1
        if j - begin + 1 == window and het <= most[0] and missing <= most[1]:
            over[begin] += 1
            over[j + 1] -= 1
    # markers under enough of them, joined until a gap, the end of the chromosome or a marker under too few
    found = np.empty((m, 2), np.int64)
    n_found, first, n_over = 0, -1, 0
    for j in range(m + 1):
        n_over += over[j]
        is_in = j < m and n_over > needed[j]
        breaks = j == m or (j > 0 and (chromosome[j] != chromosome[j - 1] or bp[j] - bp[j - 1] > least[2]))
        if first >= 0 and (breaks or not is_in):
            if j - first >= least[0] and bp[j - 1] - bp[first] >= least[1]:
                found[n_found, 0], found[n_found, 1] = first, j - 1
                n_found += 1
            first = -1
        if is_in and first < 0:
            first = j
    return found[:n_found]
