"""Names, places and alleles of markers, and how the alleles of two chips fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_fields, checked, flags, instance, integers, many, optional, text, texts
from .chromosomes import chromosome_codes
from .packed import SHIFTS, PackedGenotypes

Texts = NDArray[np.str_]
_COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}


@dataclass(frozen=True, eq=False)
class Markers:
    """The map of a set of markers; arrays of shape (n_markers,).

    Attributes
    ----------
    name : str
    chromosome : int32
        As `chromosome_code`.
    position_bp : int64
        Base pairs; 0 unknown.
    counted, other : str
        The allele that is counted and the other one, in upper case; empty where unknown.

    Raises
    ------
    ModelError
        ``shape``: the columns differ in length.
    """

    name: Texts
    chromosome: NDArray[np.int32]
    position_bp: NDArray[np.int64]
    counted: Texts
    other: Texts

    def __post_init__(self) -> None:
        check_fields(
            self,
            "markers",
            name=texts("m"),
            chromosome=integers("m", low=0, high=2**31 - 1, empty=True),
            position_bp=integers("m", empty=True),
            counted=texts("m"),
            other=texts("m"),
        )

    @classmethod
    def of(
        cls,
        name: Iterable[str],
        chromosome: Iterable[str],
        position_bp: Iterable[int],
        counted: Iterable[str],
        other: Iterable[str],
    ) -> Markers:
        """From columns of text; ``0`` and ``.`` stand for an unknown allele.

        Examples
        --------
        >>> Markers.of(["s1"], ["OARX"], [77], ["g"], ["0"]).chromosome
        array([27], dtype=int32)
        """
        alleles = [np.array(["" if a in ("0", ".") else a.upper() for a in column]) for column in (counted, other)]
        return cls(
            np.array(list(name), dtype=np.str_),
            chromosome_codes(chromosome),
            np.fromiter(position_bp, dtype=np.int64),
            counted=alleles[0].astype(np.str_),
            other=alleles[1].astype(np.str_),
        )


class Fit(IntEnum):
    """How the alleles of a marker stand to those of a reference."""

    SAME = 0
    SWAPPED = 1
    FLIPPED = 2
    FLIPPED_AND_SWAPPED = 3
    AMBIGUOUS = 4
    DIFFERENT = 5
    UNKNOWN = 6


@checked(counted=texts("m"), other=texts("m"), reference_counted=texts("m"), reference_other=texts("m"))
def compare_alleles(counted: Texts, other: Texts, reference_counted: Texts, reference_other: Texts) -> NDArray[np.int8]:
    """How the alleles of the same markers on two chips fit, `Fit` as int8 of shape (n_markers,).

    A marker of A and T, or of C and G, reads the same on both strands: its strand is ambiguous, whatever the order.
    Where one allele is unknown (a marker that does not vary), the other must fit one way only.

    Parameters
    ----------
    counted, other : str, shape (n_markers,)
        Alleles on one chip, ``0`` where unknown.
    reference_counted, reference_other : str, shape (n_markers,)
        Alleles of the same markers on the other chip.

    Raises
    ------
    ModelError
        ``shape``.

    Examples
    --------
    >>> found = compare_alleles(*np.array([["A", "A", "A", "A"], ["G", "G", "T", "C"]]),
    ...                         *np.array([["G", "T", "A", "A"], ["A", "C", "T", "G"]]))
    >>> [Fit(code).name for code in found]
    ['SWAPPED', 'FLIPPED', 'AMBIGUOUS', 'DIFFERENT']
    """
    columns = [np.asarray(column, dtype=np.str_) for column in (counted, other, reference_counted, reference_other)]
    known: dict[tuple[str, ...], Fit] = {}
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return np.array([known.setdefault(row, _fit(*row)) for row in rows], dtype=np.int8)


@checked(packed=instance(PackedGenotypes, m="n_markers"), swap=flags("m"))
def swap_alleles(packed: PackedGenotypes, swap: NDArray[np.bool_]) -> PackedGenotypes:
    """Count the other allele at the markers of `swap` (bool, (n_markers,)): 0 becomes 2 and 2 becomes 0.

    Parameters
    ----------
    packed : PackedGenotypes
    swap : bool, shape (n_markers,)

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> swap_alleles(pack([[0, 0], [1, 3], [2, 2]]), np.array([True, False])).unpack()[:, 0]
    array([2, 1, 0], dtype=uint8)
    """
    fours = (np.arange(256, dtype=np.uint8)[:, None] >> SHIFTS) & np.uint8(3)
    other = np.array([2, 1, 0, 3], dtype=np.uint8)[fours] << SHIFTS
    data = packed.data.copy()
    data[swap] = np.bitwise_or.reduce(other, axis=1).astype(np.uint8)[data[swap]]
    turned = None if packed.deviation is None else np.where(swap, -packed.deviation, packed.deviation)
    return PackedGenotypes(data, packed.n_animals, turned)


@checked(
    name=many(optional(text(empty=True)), "k"),
    chromosome=many(text(empty=True), "k"),
    position_bp=integers("k", empty=True),
)
def name_unnamed(
    name: Iterable[str | None], chromosome: Iterable[str], position_bp: Iterable[int]
) -> tuple[list[str], int]:
    """Names of markers where those without one (nothing, or ``.``) are called ``chromosome:position``, and how many.

    Where the position is unknown, or another marker has the name, the running number of the marker follows.

    Parameters
    ----------
    name, chromosome : iterable of str
    position_bp : iterable of int
        0 unknown.

    Examples
    --------
    >>> name_unnamed([".", "s1", ".", None], ["1", "1", "1", "2"], [77, 80, 77, 0])
    (['1:77', 's1', '1:77_3', 'marker_4'], 3)
    """
    rows = [(given or ".", where, at) for given, where, at in zip(name, chromosome, position_bp, strict=True)]
    taken = {given for given, _, _ in rows}
    names: list[str] = []
    unnamed = 0
    for number, (given, where, at) in enumerate(rows, 1):
        called = given
        if given == ".":
            unnamed += 1
            called = f"{where}:{at}" if at > 0 else f"marker_{number}"
            called = called if called not in taken else f"{called}_{number}"
            taken.add(called)
        names.append(called)
    return names, unnamed


def _fit(counted: str, other: str, reference_counted: str, reference_other: str) -> Fit:
    here, there = (counted, other), (reference_counted, reference_other)
    if "" in here + there:
        return _fit_of_one(here, there)
    flipped = tuple(_COMPLEMENT.get(allele, allele) for allele in here)
    if set(here) == set(flipped) and set(here) == set(there):
        return Fit.AMBIGUOUS
    ways = {here: Fit.SAME, here[::-1]: Fit.SWAPPED}
    for alleles, fit in ((flipped, Fit.FLIPPED), (flipped[::-1], Fit.FLIPPED_AND_SWAPPED)):
        ways.setdefault((alleles[0], alleles[1]), fit)
    return ways.get(there, Fit.DIFFERENT)


def _fit_of_one(here: tuple[str, ...], there: tuple[str, ...]) -> Fit:
    """The ways that stay open while an allele is unknown: unknown unless there is one way."""
    options = [[allele] if allele else list("ACGT") for allele in here + there]
    filled = [alleles for alleles in product(*options) if alleles[0] != alleles[1] and alleles[2] != alleles[3]]
    fits = {_fit(*alleles) for alleles in filled} - {Fit.DIFFERENT}
    return fits.pop() if len(fits) == 1 else Fit.UNKNOWN if fits else Fit.DIFFERENT
