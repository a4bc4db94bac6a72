"""Runs of homozygosity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_fields, checked, instance, integers, optional, whole
from ..errors import ModelError
from ..genotypes.packed import PackedGenotypes


@dataclass(frozen=True)
class RunRules:
    """What a run is; state all five with the result.

    Attributes
    ----------
    min_markers : int
        Least number of markers in a run.
    min_length_bp : int
        Least distance from the first to the last homozygous marker, base pairs.
    max_gap_bp : int
        A larger distance between neighbouring markers ends a run.
    max_heterozygous, max_missing : int
        Calls of each kind allowed inside a run.

    Examples
    --------
    >>> RunRules(min_markers=20, max_heterozygous=0).max_missing
    1
    """

    min_markers: int = 30
    min_length_bp: int = 1_000_000
    max_gap_bp: int = 1_000_000
    max_heterozygous: int = 0
    max_missing: int = 1

    def __post_init__(self) -> None:
        least, none = whole(low=1, code="bad_option"), whole(low=0, code="bad_option")
        check_fields(self, "roh", min_markers=least, min_length_bp=none, max_gap_bp=least)
        check_fields(self, "roh", max_heterozygous=none, max_missing=none)


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of homozygosity, sorted by animal, chromosome and place; arrays of shape (n_runs,).

    Attributes
    ----------
    animal, chromosome : int32
    first, last : int32
        The markers where the run begins and ends; both are homozygous.
    start_bp, end_bp : int64
    n_markers : int32
    f_roh : float64, shape (n_animals,)
        Sum of the lengths over the length that the markers cover, gaps above `max_gap_bp` left out; 0 to 1.
    """

    animal: NDArray[np.int32]
    chromosome: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    start_bp: NDArray[np.int64]
    end_bp: NDArray[np.int64]
    n_markers: NDArray[np.int32]
    f_roh: NDArray[np.float64]


@checked(
    packed=instance(PackedGenotypes, m="n_markers"),
    chromosome=integers("m"),
    position_bp=integers("m"),
    rules=optional(instance(RunRules)),
)
def runs_of_homozygosity(
    packed: PackedGenotypes, chromosome: ArrayLike, position_bp: ArrayLike, rules: RunRules | None = None
) -> Runs:
    """Consecutive runs of homozygous calls.

    From the first homozygous marker on, a run goes as far as the rules allow and ends at its last homozygous marker.
    The search goes on behind the call that broke it.

    Parameters
    ----------
    packed : PackedGenotypes
        Autosomes, markers in the order of chromosome and position.
    chromosome : int, shape (n_markers,)
    position_bp : int, shape (n_markers,)
        Base pairs.
    rules : RunRules, optional, whole

    Raises
    ------
    ModelError
        ``shape``, ``marker_order`` or ``bad_option``.

    References
    ----------
    Marras et al. 2015, Anim Genet 46:110 (consecutive runs); McQuillan et al. 2008, Am J Hum Genet 83:359 (F_ROH).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> rules = RunRules(min_markers=3, min_length_bp=2, max_gap_bp=5, max_missing=0)
    >>> runs = runs_of_homozygosity(pack([[0, 2, 2, 1, 0]]), [1, 1, 1, 1, 1], [1, 2, 3, 4, 5], rules)
    >>> runs.start_bp, runs.end_bp, runs.f_roh
    (array([1]), array([3]), array([0.5]))
    """
    rules = rules or RunRules()
    where, bp = np.asarray(chromosome, dtype=np.int32), np.asarray(position_bp, dtype=np.int64)
    covered = check_order(where, bp, rules)
    least = np.array([rules.min_markers, rules.min_length_bp, rules.max_gap_bp], np.int64)
    most = np.array([rules.max_heterozygous, rules.max_missing], np.int64)
    return collect(packed, where, bp, covered, lambda codes: _runs(codes, where, bp, least, most))


def collect(
    packed: PackedGenotypes,
    where: NDArray[np.int32],
    bp: NDArray[np.int64],
    covered: int,
    find: Callable[[NDArray[np.uint8]], NDArray[np.int64]],
) -> Runs:
    """The runs of all animals; `find` gives first and last marker of those of one."""
    found = []
    for row in range(packed.n_animals):
        runs = find((packed.data[:, row // 4] >> np.uint8(2 * (row % 4))) & np.uint8(3))
        found.append(np.column_stack([np.full(len(runs), row), runs]))
    table = np.concatenate(found)
    animal, first, last = (table[:, k].astype(np.int32) for k in range(3))
    lengths = np.bincount(animal, bp[last] - bp[first], minlength=packed.n_animals)
    return Runs(
        animal,
        chromosome=where[first],
        first=first,
        last=last,
        start_bp=bp[first],
        end_bp=bp[last],
        n_markers=(last - first + 1).astype(np.int32),
        f_roh=lengths / covered if covered else np.zeros(packed.n_animals),
    )


def check_order(chromosome: NDArray[np.int32], bp: NDArray[np.int64], rules: RunRules) -> int:
    """Base pairs that the markers cover."""
    same = chromosome[1:] == chromosome[:-1]
    step = np.diff(bp)
    changes = int((~same).sum())
    if (step[same] < 0).any() or changes != len(np.unique(chromosome)) - 1:
        message = "the markers are not in the order of chromosome and position_bp"
        raise ModelError("marker_order", message, place="genotypes", fix="Sort them by chromosome and position")
    return int(step[same & (step <= rules.max_gap_bp)].sum())


@njit(cache=True)
def _runs(
    codes: NDArray[np.uint8],
    chromosome: NDArray[np.int32],
    bp: NDArray[np.int64],
    least: NDArray[np.int64],
    most: NDArray[np.int64],
) -> NDArray[np.int64]:
    """First and last marker of each run of one animal, (n_runs, 2).

    `least` is markers, length and largest gap; `most` heterozygous and missing calls inside a run.
    """
    m = len(codes)
    found = np.empty((m, 2), np.int64)
    n_found = 0
    j = 0
    while j < m:
        if codes[j] != 0 and codes[j] != 2:
            j += 1
            continue
        # a run begins and ends with a homozygous call; what follows the last one is not part of it
        first, last, het, missing = j, j, 0, 0
        j += 1
        while j < m and chromosome[j] == chromosome[first] and bp[j] - bp[j - 1] <= least[2]:
            het += codes[j] == 1
            missing += codes[j] == 3
            if het > most[0] or missing > most[1]:
                break
            if codes[j] == 0 or codes[j] == 2:
                last = j
            j += 1
        if last - first + 1 >= least[0] and bp[last] - bp[first] >= least[1]:
            found[n_found, 0], found[n_found, 1] = first, last
            n_found += 1
    return found[:n_found]
