"""Markers of a chip and the sites of a reference panel: the same by place and alleles, whatever names and strand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bellwether_engine.genotypes import Fit, compare_alleles, is_autosomal
from numpy.typing import NDArray

from bellwether.modelling.chips.fitting import ENOUGH
from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.programs.panel import Panel, place_keys, wrong

NAMED = 5
TURNED = (Fit.FLIPPED, Fit.FLIPPED_AND_SWAPPED)
OTHER_ASSEMBLY = "Give a panel with positions on the assembly of the chip's map, or choose a map on that of the panel"
ONE_NAMING = "Name its chromosomes 1 to 26, chr1, OAR1 or by their RefSeq numbers of an assembly of sheep"


@dataclass(frozen=True, eq=False)
class Matched:
    """For each marker of a chip its site in a panel, -1 without one, and then the reason; whether the site counts the
    other allele; and how many markers are written on the other strand."""

    site: NDArray[np.int64]
    reason: NDArray[np.str_]
    is_swapped: NDArray[np.bool_]
    n_turned: int


def match(panel: Panel, chip: MarkerMap) -> Matched:
    """Which markers of a chip a panel has.

    A marker of A and T, or of C and G, reads the same on both strands: it counts only where no other marker is turned.

    Raises
    ------
    BadInput
        ``other_chromosomes``, ``other_assembly``, ``no_shared_markers``
    """
    _check_chromosomes(panel, chip)
    _check_names(panel, chip)
    here, there = chip.markers, panel.markers
    keys, wanted = place_keys(there), place_keys(here)
    at = np.searchsorted(keys, wanted).clip(max=len(keys) - 1)
    is_there = is_autosomal(here.chromosome) & (here.position_bp > 0) & (keys[at] == wanted)
    fits = compare_alleles(here.counted, here.other, there.counted[at], there.other[at])
    _check_alleles(panel, fits[is_there])
    is_turned = is_there & np.isin(fits, TURNED)
    is_plain = is_there & np.isin(fits, (Fit.SAME, Fit.SWAPPED))
    is_one_strand = not is_turned.any() and is_plain.sum() >= ENOUGH
    reason = np.full(len(at), "", dtype="<U16")
    for name, is_out in (
        ("strand_unknown", (fits == Fit.AMBIGUOUS) & (not is_one_strand)),
        ("other_alleles", fits == Fit.DIFFERENT),
        ("unknown_alleles", fits == Fit.UNKNOWN),
        ("not_in_panel", ~is_there),
    ):
        reason[is_out] = name
    is_kept = reason == ""
    if not is_kept.any():
        message = "the panel has no marker of the chip at its place and with its alleles"
        raise wrong(panel.path, None, "no_shared_markers", message, OTHER_ASSEMBLY)
    is_swapped = np.isin(fits, (Fit.SWAPPED, Fit.FLIPPED_AND_SWAPPED))
    is_swapped |= (fits == Fit.AMBIGUOUS) & (here.counted == there.other[at])
    return Matched(np.where(is_kept, at, -1), reason, is_swapped & is_kept, int(is_turned.sum()))


def _check_chromosomes(panel: Panel, chip: MarkerMap) -> None:
    """They have an autosome in common."""
    mine = chip.markers.chromosome[is_autosomal(chip.markers.chromosome)]
    if not np.isin(panel.markers.chromosome, mine).any():
        names = [", ".join(list(dict.fromkeys(each))[:NAMED]) or "none" for each in (panel.named, chip.written)]
        message = f"the panel has no autosome of the chip: its chromosomes are {names[0]}, those of the chip {names[1]}"
        raise wrong(panel.path, None, "other_chromosomes", message, ONE_NAMING)


def _check_names(panel: Panel, chip: MarkerMap) -> None:
    """Markers of one name stand at one place, or most do."""
    here, there = chip.markers, panel.markers
    _, mine, theirs = np.intersect1d(here.name, there.name, return_indices=True)
    is_told = here.position_bp[mine] > 0
    mine, theirs = mine[is_told], theirs[is_told]
    n_other = int((place_keys(here)[mine] != place_keys(there)[theirs]).sum())
    if n_other > len(mine) / 2:
        message = f"{n_other:,} of {len(mine):,} markers that panel and chip both name stand elsewhere in the panel"
        raise wrong(panel.path, None, "other_assembly", message, OTHER_ASSEMBLY)


def _check_alleles(panel: Panel, fits: NDArray[np.int8]) -> None:
    """Markers at one place have the same alleles, or most do."""
    n_other = int((fits == Fit.DIFFERENT).sum())
    if n_other > len(fits) / 2:
        message = f"{n_other:,} of {len(fits):,} markers of the chip have other alleles at their place in the panel"
        raise wrong(panel.path, None, "other_assembly", message, OTHER_ASSEMBLY)
