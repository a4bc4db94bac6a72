"""Beagle onto the markers of a reference panel: what the chip does not have, as dosages, with how sure they are."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine.genotypes import PackedGenotypes, pack
from numpy.typing import NDArray

from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.chips.writing.given import Given
from bellwether.modelling.programs.beagle import MISSING, Imputing, Prepared, check, of_panel, prepare, run
from bellwether.modelling.programs.outcome import Outcome, marker_table
from bellwether.modelling.programs.panel import FIXED, part_of, wrong
from bellwether.modelling.programs.running import ProgramFailed, Runner

MOST_CALLS = 200_000_000


def impute_onto_panel(given: Given, runner: Runner, options: Imputing, path: Path) -> Outcome:
    """Genotypes at all sites that the panel has on chromosomes of the chip. Known calls stay; the others are dosages.

    Raises
    ------
    BadInput
        As `beagle.impute`, and ``too_many_calls``.
    ProgramFailed
        Beagle failed, or changed a call that was known.
    """
    ready = prepare(given, runner, options, path)
    panel, matched, codes = ready.panel, ready.matched, ready.codes
    assert panel is not None
    assert matched is not None
    chromosomes = given.map.markers.chromosome[ready.markers]
    kept = np.flatnonzero(np.isin(panel.markers.chromosome, chromosomes))
    if len(kept) * len(codes) > MOST_CALLS:
        message = f"{len(codes):,} animals at {len(kept):,} markers are more than {MOST_CALLS:,} calls"
        raise wrong(path, None, "too_many_calls", message, 'Take a smaller panel, or markers "chip"')
    run(given, codes[:, ready.markers], ready, runner, options, "out", "impute=true")
    dosages, r2 = read_dosages(runner.folder / "out.vcf.gz", ready, kept, len(codes))
    typed = np.full(len(panel.written), -1, dtype=np.int64)
    typed[matched.site[ready.markers]] = ready.markers
    typed = typed[kept]
    is_typed = typed >= 0
    known = codes[:, typed[is_typed]]
    if (dosages[:, is_typed] != known)[known != MISSING].any():
        raise ProgramFailed("beagle", "calls that were known came back as others", "")
    # the panel counts its own alternative allele
    is_swapped = np.zeros(len(kept), dtype=np.bool_)
    is_swapped[is_typed] = matched.is_swapped[typed[is_typed]]
    dosages[:, is_swapped] = 2 - dosages[:, is_swapped]
    chip = MarkerMap.of(part_of(panel.markers, kept), [panel.written[i] for i in kept.tolist()])
    found = Given(packed_of(dosages), chip, given.names, given.fam)
    sites = {**marker_table(found), "is_typed": pl.Series(is_typed.tolist()), "dr2": pl.Series(r2, nan_to_null=True)}
    left_out = {**marker_table(given), "left_out": pl.Series(ready.reason.tolist())}
    report = {
        "n_animals": len(codes),
        "n_markers": len(kept),
        "n_markers_of_chip": codes.shape[1],
        "n_markers_phased": len(ready.markers),
        "mean_dr2_imputed": None if is_typed.all() else float(np.nanmean(r2[~is_typed])),
        **of_panel(ready),
        **check(given, ready, runner, options),
    }
    return Outcome(found, report, {"markers.csv": pl.DataFrame(left_out), "panel_markers.csv": pl.DataFrame(sites)})


def read_dosages(
    path: Path, ready: Prepared, kept: NDArray[np.int64], n_animals: int
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Copies of the allele that Beagle was told to count, (n_animals, n_sites), and its own measure of each site.

    Raises
    ------
    ProgramFailed
    """
    assert ready.matched is not None
    site_of = {f"m{i}": int(ready.matched.site[i]) for i in ready.markers.tolist()}
    column = {int(site): j for j, site in enumerate(kept.tolist())}
    dosages, r2 = np.full((n_animals, len(kept)), np.nan, dtype=np.float32), np.full(len(kept), np.nan)
    n_read = 0
    with gzip.open(path, "rt") as file:
        for line in file:
            if line.startswith("#"):
                continue
            cells = line.rstrip("\n").split("\t")
            name = cells[2]
            j = column[site_of[name] if name in site_of else int(name[1:])]
            at = cells[FIXED - 1].split(":").index("DS")
            dosages[:, j] = [cell.split(":")[at] for cell in cells[FIXED:]]
            told = dict(each.partition("=")[::2] for each in cells[7].split(";"))
            r2[j] = float(told.get("DR2", "nan"))
            n_read += 1
    if n_read != len(kept) or np.isnan(dosages).any():
        raise ProgramFailed("beagle", f"{n_read} of {len(kept)} sites of the panel came back", "")
    return dosages, r2


def packed_of(dosages: NDArray[np.float32]) -> PackedGenotypes:
    """The nearest calls, and what the dosages are above them."""
    nearest = np.rint(dosages).astype(np.uint8)
    deviation = (dosages - nearest).astype(np.float32)
    return PackedGenotypes(pack(nearest).data, len(nearest), deviation if deviation.any() else None)
