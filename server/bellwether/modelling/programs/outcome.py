"""What a step with a program of others gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.chips.writing.given import Given

Counts = Mapping[str, int | float | None]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Genotypes as they are kept on, or the file that holds them; tables by name; further files; numbers to report."""

    genotypes: Given | Path | None
    report: Counts
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    files: Sequence[Path] = ()


def chosen(given: Given, animals: NDArray[np.int64], markers: NDArray[np.int64]) -> Given:
    """Some animals and some markers of genotypes, in their order."""
    found = given.map.markers
    part = replace(
        found,
        name=found.name[markers],
        chromosome=found.chromosome[markers],
        position_bp=found.position_bp[markers],
        counted=found.counted[markers],
        other=found.other[markers],
    )
    written, cm = ([each[i] for i in markers.tolist()] for each in (given.map.written, given.map.cm))
    return Given(
        given.packed.markers(markers).animals(animals),
        MarkerMap(part, written, cm, given.map.ordinal[markers]),
        [given.names[i] for i in animals.tolist()],
        [given.fam[i] for i in animals.tolist()],
    )


def marker_table(given: Given) -> dict[str, pl.Series]:
    """Columns that name markers."""
    found = given.map.markers
    return {
        "marker": pl.Series(found.name.tolist()),
        "chromosome": pl.Series(list(given.map.written)),
        "position": pl.Series(found.position_bp),
    }
