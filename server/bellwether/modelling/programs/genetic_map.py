"""The genetic positions of a chip's map, in the form of PLINK that Beagle reads."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from bellwether_engine.genotypes import is_autosomal

from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.findings import BadInput, Finding

FIX = (
    "Upload a map of the chip with cM at each marker, as the third column of a .bim has them, or leave genetic_map out"
)


def write_genetic_map(chip: MarkerMap, path: Path) -> None:
    """Markers of the autosomes whose cM the map tells; Beagle reads places between them off the line.

    Raises
    ------
    BadInput
        ``no_genetic_map``, ``genetic_map_order``
    """
    found = chip.markers
    cm = np.array([_number(each) for each in chip.cm])
    is_placed = is_autosomal(found.chromosome) & (found.position_bp > 0)
    is_kept = is_placed & np.isfinite(cm)
    lines = []
    for chromosome in np.unique(found.chromosome[is_placed]).tolist():
        here = np.flatnonzero(is_kept & (found.chromosome == chromosome))
        here = here[np.unique(found.position_bp[here], return_index=True)[1]]
        if len(here) < 2 or cm[here[0]] == cm[here[-1]]:
            raise _wrong("no_genetic_map", f"the map of the chip tells no genetic distance on chromosome {chromosome}")
        back = np.flatnonzero(np.diff(cm[here]) < 0)
        if len(back):
            first, second = found.name[here[back[0]]], found.name[here[back[0] + 1]]
            raise _wrong("genetic_map_order", f"{second} comes after {first} by base pairs, and before it by cM")
        lines += [f"{chromosome} m{i} {chip.cm[i]} {found.position_bp[i]}\n" for i in here.tolist()]
    path.write_text("".join(lines))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _wrong(code: str, message: str) -> BadInput:
    return BadInput([Finding("map of the chip", None, code, message, FIX, "genetic_map")])
