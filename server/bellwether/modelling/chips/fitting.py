"""Genotypes of a file as those of a chip: its markers in their order, its alleles counted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from bellwether_engine.genotypes import Fit, PackedGenotypes, compare_alleles, swap_alleles
from numpy.typing import NDArray

from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.findings import SHOWN, refuse
from bellwether.modelling.genotypes.source import ReadGenotypes

PALINDROMES = ({"A", "T"}, {"C", "G"})
ENOUGH = 20  # markers of a sure strand, from which that of the others follows
LEAST_SHARE = 0.5
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class FitRules:
    """What may differ between a file and the map of its chip, and how it is read then.

    `strand` same: alleles are written on the strand of the map; either: a marker may be turned, and one that reads the
    same on both strands is refused where another was turned; either_but_palindromic: it is missing instead.
    `counts` says whose copies a file without alleles counts.
    """

    strand: Literal["same", "either", "either_but_palindromic"] = "either"
    foreign_markers: Literal["refuse", "leave_out"] = "refuse"
    positions: Literal["refuse", "of_map"] = "refuse"
    counts: Literal["counted", "other"] | None = None


@dataclass(frozen=True)
class Fitted:
    """The genotypes by the map, and what was done to them: how many markers of each kind."""

    packed: PackedGenotypes
    told: dict[str, int] = field(default_factory=dict)


def fit_to_map(read: ReadGenotypes, chip: MarkerMap, rules: FitRules) -> Fitted:
    """The genotypes of a file with the markers and the counted alleles of a chip; what the file lacks is missing.

    Raises
    ------
    BadInput
        ``repeated_marker``, ``other_chip``, ``foreign_marker``, ``other_position``, ``unknown_alleles``,
        ``other_alleles``, ``other_strand``, ``ambiguous_strand``: the markers are named.
    """
    names = read.markers.to_list()
    if len(set(names)) < len(names):
        seen: set[str] = set()
        again = [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
        raise _named(read, "repeated_marker", "appear twice in the file", again, "Give every marker its own name")
    place = np.array([chip.places.get(name, -1) for name in names], dtype=np.int64)
    _check_chip(read, rules, place)
    known = np.flatnonzero(place >= 0)
    told = {"markers": len(known), "foreign_markers": len(names) - len(known), "absent": len(chip) - len(known)}
    told |= _check_positions(read, chip, rules, known, place[known])
    swap, missing, alleles = _alleles(read, chip, rules, known, place[known])
    packed = read.packed if len(known) == len(names) else read.packed.markers(known)
    if swap.any():
        packed = swap_alleles(packed, swap)
    return Fitted(_placed(packed, place[known], missing, len(chip)), {k: n for k, n in (told | alleles).items() if n})


def _placed(packed: PackedGenotypes, place: NDArray[np.int64], missing: Flags, n_markers: int) -> PackedGenotypes:
    """The markers at their places of the map."""
    if len(place) == n_markers and not missing.any() and (np.diff(place) == 1).all():
        return packed
    data = np.full((n_markers, packed.data.shape[1]), 0xFF, dtype=np.uint8)
    data[place] = packed.data
    data[place[missing]] = 0xFF
    deviation = None
    if packed.deviation is not None:
        deviation = np.zeros((packed.n_animals, n_markers), dtype=np.float32)
        deviation[:, place] = packed.deviation
        deviation[:, place[missing]] = 0.0
    return PackedGenotypes(data, packed.n_animals, deviation)


def _check_chip(read: ReadGenotypes, rules: FitRules, place: NDArray[np.int64]) -> None:
    names, found = read.markers, int((place >= 0).sum())
    if found < LEAST_SHARE * max(len(names), 1):
        message = f"{len(names) - found:,} of {len(names):,} markers of the file are not on the chip"
        raise refuse(read.marker_file, None, "other_chip", message, "Name the chip of the file", "chip_id")
    if rules.foreign_markers == "refuse" and found < len(names):
        foreign = [name for name, at in zip(names.to_list(), place.tolist(), strict=True) if at < 0]
        fix = "Upload the map as a new version, or set foreign_markers to leave_out"
        raise _named(read, "foreign_marker", "are not on the chip", foreign, fix)


def _check_positions(
    read: ReadGenotypes, chip: MarkerMap, rules: FitRules, known: NDArray[np.int64], place: NDArray[np.int64]
) -> dict[str, int]:
    """How many markers stand elsewhere in the map of the file."""
    if read.map is None:
        return {}
    here, there = read.map, chip.markers
    is_told = (here.position_bp[known] > 0) & (there.position_bp[place] > 0)
    other = is_told & (here.position_bp[known] != there.position_bp[place])
    both = (here.chromosome[known] > 0) & (there.chromosome[place] > 0)
    other |= both & (here.chromosome[known] != there.chromosome[place])
    if other.any() and rules.positions == "refuse":
        names = here.name[known[other]].tolist()
        fix = "Upload the map as a new version of the chip, or set positions to of_map"
        raise _named(read, "other_position", "stand elsewhere on the chip", names, fix)
    return {"other_positions": int(other.sum())}


def _alleles(
    read: ReadGenotypes, chip: MarkerMap, rules: FitRules, known: NDArray[np.int64], place: NDArray[np.int64]
) -> tuple[Flags, Flags, dict[str, int]]:
    """Which markers count the other allele, which are missing, and how many of each kind."""
    nothing = np.zeros(len(known), dtype=np.bool_)
    if read.map is None or not ((read.map.counted != "") | (read.map.other != "")).any():
        if rules.counts is None:
            message = "the file does not say which alleles it counts"
            fix = "Set counts to counted or other: the allele of the chip's map whose copies the file gives"
            raise refuse(read.marker_file, None, "unknown_alleles", message, fix, "counts")
        return np.full(len(known), rules.counts == "other"), nothing, {}
    here = (read.map.counted[known], read.map.other[known])
    there = (chip.markers.counted[place], chip.markers.other[place])
    names = read.map.name[known]
    _refuse_unknown(read, here, there, names)
    fits = compare_alleles(*here, *there)
    is_palindromic = np.array([{a, b} in PALINDROMES for a, b in zip(*there, strict=True)], dtype=bool)
    turned = ~is_palindromic & np.isin(fits, [Fit.FLIPPED, Fit.FLIPPED_AND_SWAPPED])
    same, swapped = _as_written(here, there)
    sure = ~is_palindromic & (same | swapped)
    wrong = fits == Fit.DIFFERENT
    if wrong.any():
        message, fix = "have other alleles on the chip", "Check the chip, or upload the map as a new version"
        raise _named(read, "other_alleles", message, names[wrong].tolist(), fix)
    if rules.strand == "same" and turned.any():
        message, fix = "fit the chip only on the other strand", "Set strand to either"
        raise _named(read, "other_strand", message, names[turned].tolist(), fix)
    unsure = ~(same | swapped | turned)
    is_one_strand = rules.strand == "same" or (
        not turned.any() and (sure.sum() >= ENOUGH or bool(same[is_palindromic].all() and same.all()))
    )
    missing = (nothing if is_one_strand else is_palindromic) | unsure
    if missing.any() and rules.strand != "either_but_palindromic":
        fix = "Set strand to same if the alleles are on the strand of the map, or to either_but_palindromic"
        raise _named(read, "ambiguous_strand", "read the same on both strands", names[missing].tolist(), fix)
    swap = np.where(turned, fits == Fit.FLIPPED_AND_SWAPPED, swapped & ~same) & ~missing
    counts = {"swapped": int(swap.sum()), "turned": int(turned.sum()), "palindromic_left_out": int(missing.sum())}
    return swap, missing, counts


Alleles = tuple[NDArray[np.str_], NDArray[np.str_]]


def _as_written(here: Alleles, there: Alleles) -> tuple[Flags, Flags]:
    """Which markers have the letters of the map, and which have them the other way round; an unknown one fits any."""

    def alike(a: NDArray[np.str_], b: NDArray[np.str_]) -> Flags:
        return np.asarray((a == b) | (a == ""), dtype=np.bool_)

    return alike(here[0], there[0]) & alike(here[1], there[1]), alike(here[0], there[1]) & alike(here[1], there[0])


def _refuse_unknown(read: ReadGenotypes, here: Alleles, there: Alleles, names: NDArray[np.str_]) -> None:
    """An allele of the file that the map does not know would lose its letter."""
    known_here = np.where(here[0] != "", 1, 0) + np.where(here[1] != "", 1, 0)
    known_there = np.where(there[0] != "", 1, 0) + np.where(there[1] != "", 1, 0)
    is_equal = (here[0] == there[0]) & (here[1] == there[1])
    short = (known_there < 2) & (known_here > 0) & ~is_equal
    if short.any():
        fix = "Upload a map of the chip with both alleles as a new version"
        raise _named(read, "unknown_alleles", "have an unknown allele on the chip", names[short].tolist(), fix)


def _named(read: ReadGenotypes, code: str, rule: str, names: list[str], fix: str) -> Exception:
    """A refusal that names the markers."""
    listed = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")
    return refuse(read.marker_file, None, code, f"{len(names):,} markers {rule}: {listed}", fix, names[0])


def of_samples(read: ReadGenotypes, keep: NDArray[np.int64]) -> ReadGenotypes:
    """Some of the samples."""
    if len(keep) == len(read.ids):
        return read
    line = read.line
    return replace(
        read,
        packed=read.packed.animals(keep),
        ids=read.ids.gather(keep),
        fam=[read.fam[i] for i in keep.tolist()] if read.fam else (),
        line=lambda row: line(int(keep[row])),
    )
