"""Identity by descent of pairs, by the method of moments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..arguments import checked, instance, number
from ..errors import ModelError
from ..parallel.workers import Workers, even_pieces
from .packed import PackedGenotypes, count_markers
from .pairs import Bits, genotype_bits, popcount

Floats = NDArray[np.float64]
ROWS = 8


@dataclass(frozen=True, eq=False)
class IdentityByDescent:
    """Pairs of animals, the smaller row first, in the order of rows; arrays of shape (n_pairs,).

    Attributes
    ----------
    first, second : int32
        Rows of the genotypes.
    z0, z1, z2 : float64
        Share of the genome at which the pair has 0, 1, 2 alleles from common ancestors; 0 to 1, summing to 1.
    pi_hat : float64
        ``z1 / 2 + z2``: about 1/2 for parent and offspring and for full sibs, 1/4 for half sibs.
    ibs : float64
        Mean share of alleles alike in state.
    common : int64
        Markers at which both have a call.
    """

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    z0: Floats
    z1: Floats
    z2: Floats
    pi_hat: Floats
    ibs: Floats
    common: NDArray[np.int64]


@checked(packed=instance(PackedGenotypes), min_pi_hat=number(low=0.0, high=1.0, code="bad_option"))
def identity_by_descent(packed: PackedGenotypes, min_pi_hat: float = 0.0) -> IdentityByDescent:
    """Share identical by descent of all pairs, from how often they share 0, 1 and 2 alleles in state.

    Without inbreeding and in one random-mating population; the estimates are bounded as PLINK bounds them.

    Parameters
    ----------
    packed : PackedGenotypes
        Autosomes, in low linkage disequilibrium. Markers that do not vary count as shared, as in PLINK: leave them
        out for estimates that do not depend on how many there are.
    min_pi_hat : float
        Pairs below are left out. Memory grows with the pairs that are kept.

    Raises
    ------
    ModelError
        ``bad_option``, or ``no_variation`` where the markers cannot tell 0 alleles from 1.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559 (``--genome``).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> rng = np.random.default_rng(1)
    >>> founders = rng.integers(0, 2, (6, 2, 2000))
    >>> child = founders[0, 0] + founders[1, 0]
    >>> found = identity_by_descent(pack([*founders.sum(axis=1), child]), min_pi_hat=0.3)
    >>> list(zip(found.first.tolist(), found.second.tolist(), found.pi_hat.round(1).tolist()))
    [(0, 6, 0.5), (1, 6, 0.5)]
    """
    if not 0.0 <= min_pi_hat <= 1.0:
        raise ModelError("bad_option", "min_pi_hat lies between 0 and 1", place="identity", fix="Use 0.1")
    expected = _expected(count_markers(packed)[:, :3])
    bits = genotype_bits(packed)
    n = bits.n_animals
    kept: list[tuple[NDArray[Any], ...]] = [()] * n

    def work(start: int, end: int) -> None:
        for i in range(start, end):
            different, alike, common = _states(bits.none, bits.one, bits.two, i)
            z0, z1, z2 = _moments(different, alike, common, expected)
            pi_hat = 0.5 * z1 + z2
            keep = np.flatnonzero((pi_hat >= min_pi_hat) & (common > 0))
            ibs = np.divide(common - different + alike, 2.0 * common, where=common > 0, out=np.zeros(len(common)))
            rows = np.full(len(keep), i)
            kept[i] = (rows, keep + i + 1, *(part[keep] for part in (z0, z1, z2, pi_hat, ibs, common)))

    Workers().run(work, even_pieces(n, ROWS))
    first, second, z0, z1, z2, pi_hat, ibs, common = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    return IdentityByDescent(first.astype(np.int32), second.astype(np.int32), z0, z1, z2, pi_hat, ibs, common)


def _expected(counts: NDArray[np.int64]) -> dict[str, float]:
    """Mean chance of sharing 0, 1 alleles in state given 0, 1 by descent, drawing alleles without replacement."""
    x = (2 * counts[:, 2] + counts[:, 1]).astype(np.float64)
    y = (2 * counts[:, 0] + counts[:, 1]).astype(np.float64)
    n = x + y
    varies = (x > 0) & (y > 0) & (n > 3)
    x, y, n = x[varies], y[varies], n[varies]

    def chance(of_x: int, of_y: int) -> Floats:
        """Of drawing so many of each, in one given order."""
        return _falling(x, of_x) * _falling(y, of_y) / _falling(n, of_x + of_y)

    e00 = 2.0 * chance(2, 2)
    e01 = 4.0 * (chance(3, 1) + chance(1, 3))
    e11 = 2.0 * (chance(2, 1) + chance(1, 2))
    means = {"00": float(e00.sum()), "01": float(e01.sum()), "11": float(e11.sum())}
    if not means["00"] > 0.0:
        message = "no marker has both alleles twice"
        raise ModelError("no_variation", message, place="genotypes", fix="Use more animals or markers")
    return {key: value / len(n) for key, value in means.items()}


def _falling(a: Floats, k: int) -> Floats:
    out = np.ones(len(a))
    for step in range(k):
        out = out * np.maximum(a - step, 0.0)
    return out


def _moments(
    different: NDArray[np.int64], alike: NDArray[np.int64], common: NDArray[np.int64], expected: dict[str, float]
) -> tuple[Floats, Floats, Floats]:
    """Z0, Z1, Z2 from the number of markers with 0 and 2 alleles in state, within their bounds."""
    m = np.maximum(common, 1)
    z0 = different / (m * expected["00"])
    z1 = ((m - different - alike) / m - z0 * expected["01"]) / expected["11"]
    z = np.stack([z0, z1, 1.0 - z0 - z1])
    for k in range(3):
        above = z[k] > 1.0
        z[:, above] = 0.0
        z[k, above] = 1.0
    for k in range(3):
        below = z[k] < 0.0
        z[k, below] = 0.0
        z[:, below] /= z[:, below].sum(axis=0)
    return z[0], z[1], z[2]


@njit(cache=True, nogil=True)
def _states(none: Bits, one: Bits, two: Bits, i: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of animal i with each later one: markers with 0 and with 2 alleles in state, and markers that both have."""
    n, words = none.shape
    different, alike, common = (
        np.zeros(n - i - 1, np.int64),
        np.zeros(n - i - 1, np.int64),
        np.zeros(n - i - 1, np.int64),
    )
    for j in range(i + 1, n):
        k = j - i - 1
        for w in range(words):
            # 64 markers at once: opposing homozygotes share nothing, equal calls share both alleles
            different[k] += popcount((none[i, w] & two[j, w]) | (two[i, w] & none[j, w]))
            alike[k] += popcount((none[i, w] & none[j, w]) | (one[i, w] & one[j, w]) | (two[i, w] & two[j, w]))
            common[k] += popcount((none[i, w] | one[i, w] | two[i, w]) & (none[j, w] | one[j, w] | two[j, w]))
    return different, alike, common
