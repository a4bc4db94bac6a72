"""Quality of genotypes: call rates, frequencies, Hardy-Weinberg, heterozygosity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..arguments import checked, flags, floats, instance, optional
from .hardy_weinberg import hardy_weinberg
from .packed import MISSING, SHIFTS, PackedGenotypes, count_animals, count_markers

Floats = NDArray[np.float64]
#: which of the four places of a byte hold a call
CALLED = (((np.arange(256, dtype=np.uint8)[:, None] >> SHIFTS) & np.uint8(3)) != MISSING).astype(np.float64)


@dataclass(frozen=True, eq=False)
class MarkerQuality:
    """By marker, each of shape (n_markers,).

    Attributes
    ----------
    counts : int64, shape (n_markers, 4)
        Animals with 0, 1, 2 copies and without a call.
    call_rate : float64
        Share of animals with a call, 0 to 1.
    frequency, maf : float64
        Of the counted allele, and of the rarer one; NaN without calls.
    p_hardy_weinberg : float64
        Exact test; only for autosomes has it a meaning.
    """

    counts: NDArray[np.int64]
    call_rate: Floats
    frequency: Floats
    maf: Floats
    p_hardy_weinberg: Floats


@dataclass(frozen=True, eq=False)
class AnimalQuality:
    """By animal, each of shape (n_animals,).

    Attributes
    ----------
    call_rate : float64
        Share of the markers with a call, 0 to 1.
    heterozygosity : float64
        Share of heterozygotes among the calls.
    f : float64
        ``(O - E) / (N - E)`` over homozygous calls O of N, E expected from the frequencies; NaN without calls.
    """

    call_rate: Floats
    heterozygosity: Floats
    f: Floats


@checked(packed=instance(PackedGenotypes))
def marker_quality(packed: PackedGenotypes) -> MarkerQuality:
    """Quality of each marker in one pass.

    Parameters
    ----------
    packed : PackedGenotypes

    References
    ----------
    Wigginton et al. 2005, Am J Hum Genet 76:887.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> quality = marker_quality(pack([[0, 2], [1, 3], [2, 2], [1, 2]]))
    >>> quality.call_rate, quality.maf
    (array([1.  , 0.75]), array([0.5, 0. ]))
    """
    counts = count_markers(packed)
    calls = counts[:, :MISSING].sum(axis=1)
    copies = counts[:, 1] + 2.0 * counts[:, 2]
    frequency = np.divide(copies, 2.0 * calls, out=np.full(len(calls), np.nan), where=calls > 0)
    return MarkerQuality(
        counts,
        call_rate=calls / packed.n_animals,
        frequency=frequency,
        maf=np.minimum(frequency, 1.0 - frequency),
        p_hardy_weinberg=hardy_weinberg(counts),
    )


@checked(
    packed=instance(PackedGenotypes, m="n_markers"),
    autosomal=optional(flags("m")),
    frequency=optional(floats("m", low=0.0, high=1.0, missing=True)),
)
def animal_quality(
    packed: PackedGenotypes, *, autosomal: NDArray[np.bool_] | None = None, frequency: Floats | None = None
) -> AnimalQuality:
    """Quality of each animal.

    Parameters
    ----------
    packed : PackedGenotypes
    autosomal : bool, shape (n_markers,), optional
        Markers for heterozygosity and F (in sheep chromosomes 1 to 26); by default all. The call rate is over all.
    frequency : float64, shape (n_markers,), optional
        Of the counted allele in the base; by default that of these animals.

    References
    ----------
    Purcell et al. 2007, Am J Hum Genet 81:559.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> animal_quality(pack([[0, 0], [1, 1], [2, 2], [1, 1]])).f
    array([ 1., -1.,  1., -1.])
    """
    p = marker_frequencies(packed) if frequency is None else frequency
    use = np.ones(packed.n_markers, dtype=bool) if autosomal is None else np.asarray(autosomal, dtype=bool)
    use = use & (p > 0.0) & (p < 1.0)
    counts, others = count_animals(packed, use), count_animals(packed, ~use)
    calls = counts[:, :MISSING].sum(axis=1)
    expected = np.zeros(4 * packed.data.shape[1])
    _expected_homozygotes(packed.data, use, 1.0 - 2.0 * p * (1.0 - p), expected)
    expected = expected[: packed.n_animals]
    with np.errstate(invalid="ignore", divide="ignore"):
        return AnimalQuality(
            call_rate=1.0 - (counts + others)[:, MISSING] / packed.n_markers,
            heterozygosity=counts[:, 1] / calls,
            f=(counts[:, 0] + counts[:, 2] - expected) / (calls - expected),
        )


def marker_frequencies(packed: PackedGenotypes) -> Floats:
    """Frequency of the counted allele, NaN without calls: `allele_frequencies` for data that is not clean yet."""
    counts = count_markers(packed)
    calls = counts[:, :MISSING].sum(axis=1)
    copies = counts[:, 1] + 2.0 * counts[:, 2]
    frequency: Floats = np.divide(copies, 2.0 * calls, out=np.full(len(calls), np.nan), where=calls > 0)
    return frequency


@njit(cache=True, nogil=True)
def _expected_homozygotes(data: NDArray[np.uint8], use: NDArray[np.bool_], share: Floats, out: Floats) -> None:
    """Add the expected share of homozygotes of each marker in `use` to every animal that has a call there."""
    for j in range(data.shape[0]):
        if use[j]:
            for b in range(data.shape[1]):
                x = data[j, b]
                for k in range(4):
                    out[4 * b + k] += share[j] * CALLED[x, k]
