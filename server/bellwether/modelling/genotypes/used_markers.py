"""Which markers make relationships: those that were called, on the chromosomes that the model takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import polars as pl
from bellwether_engine.genotypes import chromosome_code, count_markers
from bellwether_engine.genotypes.chromosomes import AUTOSOMES, MT, X, Y
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, Warned, refuse
from bellwether.modelling.genotypes.samples import Samples
from bellwether.modelling.model_file.genomic_table import GenomicTable

NAMES = {X: "X", Y: "Y", MT: "MT"}


class UsedMarkers(TypedDict):
    """Markers in the relationships, and those that were left out."""

    used: int
    without_calls: int
    by_chromosome: dict[str, int]


@dataclass(frozen=True)
class Used:
    """The samples with the markers that are used, what is said of them, and the warnings."""

    samples: Samples
    section: UsedMarkers
    warnings: list[Warned]


def used_markers(samples: Samples, table: GenomicTable) -> Used:
    """Leave out markers without calls, and X, Y and MT (or all that `chromosomes` of the model does not name).

    Raises
    ------
    BadInput
        No marker is left, or the model names chromosomes and the file has none.
    """
    called = count_markers(samples.genotypes.packed)[:, :3].sum(axis=1) > 0
    wanted = _wanted(samples, table)
    keep = called & wanted
    if not keep.any():
        message = (
            f"no marker is left: {int((~called).sum())} have no calls, the others lie on chromosomes that are not used"
        )
        fix = 'Use other markers, or set chromosomes = "all" in [genomic]'
        raise refuse(samples.path, None, "no_markers", message, fix, "genotypes")
    away = by_chromosome(samples, ~wanted)
    section: UsedMarkers = {
        "used": int(keep.sum()),
        "without_calls": int((~called & wanted).sum()),
        "by_chromosome": away,
    }
    return Used(samples if keep.all() else _only(samples, keep), section, _warnings(section, samples, ~called & wanted))


def _wanted(samples: Samples, table: GenomicTable) -> NDArray[np.bool_]:
    everything = np.ones(len(samples.markers), dtype=bool)
    if table.chromosomes == "all":
        return everything
    if samples.map is None:
        if isinstance(table.chromosomes, list):
            message = "the model names chromosomes, but the genotypes come without a map"
            fix = "Use a file with a map, or leave chromosomes out"
            raise refuse(samples.path, None, "no_map", message, fix, "genomic.chromosomes")
        return everything
    code = samples.map.chromosome
    if isinstance(table.chromosomes, list):
        return np.isin(code, [chromosome_code(name) for name in table.chromosomes])
    return ~np.isin(code, list(NAMES))


def by_chromosome(samples: Samples, away: NDArray[np.bool_]) -> dict[str, int]:
    """How many of the markers of `away` lie on each chromosome; nothing without a map."""
    if samples.map is None:
        return {}
    codes, counts = np.unique(samples.map.chromosome[away], return_counts=True)
    names = [NAMES.get(int(code), str(code) if 0 < code <= AUTOSOMES else "unplaced") for code in codes]
    return dict(zip(names, counts.tolist(), strict=True))


def _only(samples: Samples, keep: NDArray[np.bool_]) -> Samples:
    given = samples.genotypes
    frequency = None if given.frequency is None else given.frequency[keep]
    genotypes = replace(given, packed=given.packed.markers(keep), frequency=frequency)
    mask = pl.Series(keep)
    return replace(
        samples,
        genotypes=genotypes,
        markers=samples.markers.filter(mask),
        alleles=samples.alleles.filter(mask),
        map=None,
    )


def _warnings(section: UsedMarkers, samples: Samples, uncalled: NDArray[np.bool_]) -> list[Warned]:
    found = []
    if section["by_chromosome"]:
        listed = ", ".join(f"{count} on {name}" for name, count in section["by_chromosome"].items())
        message = f"markers were left out of the relationships: {listed}; chromosomes in [genomic] keeps them"
        found.append(Warned(code="chromosomes_left_out", message=message, effect="genotypes", level=None))
    if section["without_calls"]:
        names = samples.markers.filter(pl.Series(uncalled)).head(SHOWN).to_list()
        more = section["without_calls"] - len(names)
        listed = ", ".join(names) + (f" and {more} more" if more else "")
        message = f"{section['without_calls']} markers without calls were left out: {listed}"
        found.append(Warned(code="markers_without_calls", message=message, effect="genotypes", level=None))
    return found
