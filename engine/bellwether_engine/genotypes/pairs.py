"""Pairs of animals: opposing homozygotes and duplicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, bdtrik

from ..arguments import check_fields, checked, instance, integers, number, whole, words
from ..parallel.workers import Workers, even_pieces
from .packed import PackedGenotypes

Bits = NDArray[np.uint64]
WORD = 64
WORDS = 16
PAIRS = 4096
ROWS = 8


@dataclass(frozen=True, eq=False)
class GenotypeBits:
    """Genotypes animal by animal: one bit a marker for each kind of call, uint64 of shape (n_animals, words).

    Attributes
    ----------
    none, one, two : uint64, shape (n_animals, words)
        Bit j of word w is set where the call of marker 64 w + j has so many copies; nowhere for a missing call.
    """

    none: Bits
    one: Bits
    two: Bits

    def __post_init__(self) -> None:
        check_fields(self, "bits", none=words("n", "w"), one=words("n", "w"), two=words("n", "w"))

    @property
    def n_animals(self) -> int:
        """Number of animals."""
        return len(self.none)


@checked(packed=instance(PackedGenotypes))
def genotype_bits(packed: PackedGenotypes) -> GenotypeBits:
    """Turn packed genotypes around, so that two animals are compared 64 markers at a time.

    Parameters
    ----------
    packed : PackedGenotypes

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> bits = genotype_bits(pack([[0, 2, 1], [2, 3, 1]]))
    >>> bits.none[:, 0], bits.two[:, 0]
    (array([1, 0], dtype=uint64), array([2, 1], dtype=uint64))
    """
    words = -(-packed.n_markers // WORD)
    planes = np.zeros((3, packed.n_animals, words), np.uint64)
    Workers().run(lambda first, last: _turn(packed.data, planes, first, last), even_pieces(words, WORDS))
    return GenotypeBits(planes[0], planes[1], planes[2])


@checked(
    bits=instance(GenotypeBits, n="n_animals"),
    first=integers("k", low=0, high="n", empty=True),
    second=integers("k", low=0, high="n", empty=True),
)
def opposing_homozygotes(
    bits: GenotypeBits, first: ArrayLike, second: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Markers at which two animals are homozygous for different alleles: none between parent and offspring.

    Parameters
    ----------
    bits : GenotypeBits
    first, second : int32, shape (n_pairs,)
        Rows of the genotypes.

    Returns
    -------
    opposing, compared : int64, shape (n_pairs,)
        `compared` counts the markers at which both are homozygous.

    Raises
    ------
    ModelError
        ``unknown_position`` or ``shape``.

    References
    ----------
    Hayes 2011, J Dairy Sci 94:2114 (exclusion by opposing homozygotes).

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> opposing_homozygotes(genotype_bits(pack([[0, 2, 1, 2], [2, 2, 0, 3]])), [0], [1])
    (array([1]), array([2]))
    """
    a, b = (np.ascontiguousarray(rows, dtype=np.int32) for rows in (first, second))
    opposing, compared = np.zeros(len(a), np.int64), np.zeros(len(a), np.int64)
    Workers().run(
        lambda first, last: _opposing(bits.none, bits.two, a, b, opposing, compared, first, last),
        even_pieces(len(a), PAIRS),
    )
    return opposing, compared


@checked(
    compared=integers("k", low=0, empty=True),
    error_rate=number(above=0.0, below=0.5, code="bad_option"),
    p_false=number(above=0.0, below=1.0, code="bad_option"),
)
def exclusion_limit(compared: ArrayLike, error_rate: float, p_false: float = 1e-6) -> NDArray[np.int64]:
    """The most opposing homozygotes that genotyping errors explain; a parent with more is excluded.

    Parameters
    ----------
    compared : int, shape (n_pairs,)
    error_rate : float
        Probability that errors make a true parent and its offspring opposing homozygotes at a compared marker.
    p_false : float
        Probability of excluding a true parent.

    Raises
    ------
    ModelError
        ``bad_option``: a probability outside its range.

    Examples
    --------
    >>> exclusion_limit([100, 20000], 0.002)
    array([ 5, 73])
    """
    number, back = np.unique(np.asarray(compared, dtype=np.int64), return_inverse=True)
    kept = 1.0 - p_false
    limit = np.nan_to_num(np.ceil(bdtrik(kept, number, error_rate)), nan=0.0)
    below = np.maximum(limit - 1.0, 0.0)
    is_enough = bdtr(below, number, error_rate) >= kept
    return np.asarray(np.where(is_enough, below, limit), dtype=np.int64)[back]


@checked(
    bits=instance(GenotypeBits), concordance=number(above=0.5, high=1.0, code="bad_option"), min_compared=whole(low=1)
)
def duplicates(bits: GenotypeBits, concordance: float = 0.98, min_compared: int = 100) -> NDArray[np.int64]:
    """Pairs of animals with (nearly) the same genotype: one sample twice, or identical twins.

    Parameters
    ----------
    bits : GenotypeBits
    concordance : float
        Least share of equal calls among the markers that both have, above 0.5.
    min_compared : int
        Pairs with fewer common calls are not reported.

    Returns
    -------
    int64, shape (n_pairs, 4)
        Rows of the two animals (the smaller first), equal calls, common calls.

    Raises
    ------
    ModelError
        ``bad_option``.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> duplicates(genotype_bits(pack([[0, 2, 1], [2, 2, 0], [0, 2, 1]])), min_compared=3)
    array([[0, 2, 3, 3]])
    """
    found = [np.zeros((0, 4), np.int64)] * bits.n_animals

    def work(first: int, last: int) -> None:
        for i in range(first, last):
            found[i] = _alike(bits.none, bits.one, bits.two, i, concordance, min_compared)

    Workers().run(work, even_pieces(bits.n_animals, ROWS))
    return np.concatenate(found) if found else np.zeros((0, 4), np.int64)


@njit(cache=True, inline="always")
def popcount(x: np.uint64) -> int:
    """Number of bits that are set: sums of neighbours in fields of 2, 4 and 8 bits (Warren 2013, ch. 5)."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * np.uint64(0x0101010101010101)) >> np.uint64(56))  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def _turn(data: NDArray[np.uint8], planes: NDArray[np.uint64], first: int, last: int) -> None:
    """Packed calls, marker by marker, to one bit a marker, animal by animal: words `first` to `last` of `planes`."""
    n = planes.shape[1]
    word = np.empty((3, 4 * data.shape[1]), np.uint64)
    for w in range(first, last):
        word[:] = 0
        for j in range(w * WORD, min(data.shape[0], (w + 1) * WORD)):
            bit = np.uint64(1) << np.uint64(j - w * WORD)
            for b in range(data.shape[1]):
                x = data[j, b]
                for k in range(4 * b, 4 * b + 4):
                    code = x & 3
                    if code != 3:
                        word[code, k] |= bit
                    x >>= 2
        planes[:, :, w] = word[:, :n]


@njit(cache=True, nogil=True)
def _opposing(
    none: Bits,
    two: Bits,
    a: NDArray[np.int32],
    b: NDArray[np.int32],
    opposing: NDArray[np.int64],
    compared: NDArray[np.int64],
    start: int,
    end: int,
) -> None:
    """Opposing homozygotes of the pairs `start` to `end`, and markers at which both animals are homozygous."""
    for k in range(start, end):
        i, j = a[k], b[k]
        differ, both = 0, 0
        for w in range(none.shape[1]):
            differ += popcount((none[i, w] & two[j, w]) | (two[i, w] & none[j, w]))
            both += popcount((none[i, w] | two[i, w]) & (none[j, w] | two[j, w]))
        opposing[k], compared[k] = differ, both


@njit(cache=True, nogil=True)
def _alike(none: Bits, one: Bits, two: Bits, i: int, concordance: float, min_compared: int) -> NDArray[np.int64]:
    """Animals after i whose calls agree with its own: rows of (i, j, equal calls, common calls)."""
    n, words = none.shape
    # more differences than even a full set of common calls allows: the pair is left early
    allowed = (1.0 - concordance) * words * WORD
    found = np.empty((n - i, 4), np.int64)
    k = 0
    for j in range(i + 1, n):
        equal, common = 0, 0
        for w in range(words):
            equal += popcount((none[i, w] & none[j, w]) | (one[i, w] & one[j, w]) | (two[i, w] & two[j, w]))
            common += popcount((none[i, w] | one[i, w] | two[i, w]) & (none[j, w] | one[j, w] | two[j, w]))
            if common - equal > allowed:
                break
        if common >= min_compared and equal >= concordance * common:
            found[k] = (i, j, equal, common)
            k += 1
    return found[:k]
