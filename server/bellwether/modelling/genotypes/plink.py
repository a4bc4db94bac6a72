"""PLINK 1 files: `.bed`, `.bim` and `.fam`, or the text files `.ped` and `.map`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine import ModelError
from bellwether_engine.genotypes import Markers, PackedGenotypes, count_half_calls, from_alleles, from_bed, name_unnamed

from bellwether.modelling.findings import BadInput, refuse
from bellwether.modelling.genotypes.source import ReadGenotypes, digest, occurred, read_bytes

AGAIN = "Write the files again with plink --make-bed"
LONGEST = 18  # digits of a position that surely fits 64 bits
Rows = list[tuple[int, list[str]]]


def read_bed(prefix: str, content: bytes | None = None) -> ReadGenotypes:
    """The allele in the fifth column of the `.bim` file (A1) is counted. `content` is the `.bed`, where it is read."""
    bed, bim_file, fam_file = (Path(f"{prefix}{ending}") for ending in (".bed", ".bim", ".fam"))
    fam, bim = _rows(fam_file, 6), _rows(bim_file, 6)
    raw = read_bytes(bed) if content is None else content
    packed = _calls(bed, raw, len(fam), len(bim))
    columns = list(zip(*(cells[:6] for _, cells in bim), strict=True))
    places = _positions(bim_file, bim)
    names, unnamed = name_unnamed(columns[1], columns[0], places)
    return ReadGenotypes(
        packed,
        ids=pl.Series("id", [cells[1] for _, cells in fam]),
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", columns[4]),
        kind="plink bed",
        map=Markers.of(names, columns[0], places, columns[4], columns[5]),
        animal_file=fam_file,
        marker_file=bim_file,
        line=lambda row: fam[row][0],
        digests=[digest(bed, raw), digest(bim_file), digest(fam_file)],
        read_as=occurred(unnamed_markers=unnamed),
        written=columns[0],
        fam=[[cells[0], *cells[2:6]] for _, cells in fam],
    )


def count_bed(prefix: str, content: bytes) -> tuple[int, int]:
    """How many samples and markers the files have, if they fit together; no call is read."""
    bed, bim_file, fam_file = (Path(f"{prefix}{ending}") for ending in (".bed", ".bim", ".fam"))
    fam, bim = _rows(fam_file, 6), _rows(bim_file, 6)
    _positions(bim_file, bim)
    of_one = 3 + -(-len(fam) // 4)
    if len(content) == 3 + (of_one - 3) * len(bim):
        _calls(bed, content[:of_one], len(fam), 1)
    else:
        _calls(bed, content, len(fam), len(bim))
    return len(fam), len(bim)


def _calls(path: Path, raw: bytes, n_samples: int, n_markers: int) -> PackedGenotypes:
    try:
        return from_bed(raw, n_samples, n_markers)
    except ModelError as error:
        raise refuse(path, None, error.code, error.message, error.fix) from error


def read_ped(prefix: str) -> ReadGenotypes:
    """The rarer allele is counted, as PLINK does."""
    ped_file, map_file = Path(f"{prefix}.ped"), Path(f"{prefix}.map")
    places = _rows(map_file, 4)
    ped = _rows(ped_file, 6 + 2 * len(places), exactly=True)
    cells = np.array([row[6:] for _, row in ped])
    try:
        packed, counted, other = from_alleles(cells[:, ::2], cells[:, 1::2])
    except ModelError as error:
        raise _of_marker(error, ped_file, places) from error
    chromosomes, positions = [row[0] for _, row in places], _positions(map_file, places)
    names, unnamed = name_unnamed([row[1] for _, row in places], chromosomes, positions)
    half_calls = count_half_calls(cells[:, ::2], cells[:, 1::2])
    return ReadGenotypes(
        packed,
        ids=pl.Series("id", [row[1] for _, row in ped]),
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", counted.tolist()),
        kind="plink ped",
        map=Markers.of(names, chromosomes, positions, counted, other),
        animal_file=ped_file,
        marker_file=map_file,
        line=lambda row: ped[row][0],
        digests=[digest(path) for path in (ped_file, map_file)],
        read_as=occurred(unnamed_markers=unnamed, half_calls=half_calls),
        written=chromosomes,
        fam=[[row[0], *row[2:6]] for _, row in ped],
    )


def _of_marker(error: ModelError, path: Path, places: Rows) -> BadInput:
    name = places[error.positions[0]][1][1]
    return refuse(path, None, error.code, f"marker {name}: {error.message}", error.fix, name)


def _rows(path: Path, width: int, *, exactly: bool = False) -> Rows:
    """Lines that are not blank, with their numbers."""
    text = read_bytes(path).decode("utf-8", errors="replace")
    rows = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, cells in rows:
        if len(cells) < width or (exactly and len(cells) > width):
            message = f"the line has {len(cells):,} columns instead of {width:,}"
            raise refuse(path, number, "ragged_line", message, AGAIN)
    if not rows:
        raise refuse(path, 1, "empty_file", "the file is empty", AGAIN)
    return rows


def _positions(path: Path, rows: Rows) -> list[int]:
    """Base pairs in the fourth column; PLINK leaves a marker with a negative one out."""
    found = []
    for number, cells in rows:
        if not (cells[3].isascii() and cells[3].isdigit() and len(cells[3]) <= LONGEST):
            message = f"{cells[3]} is not a position in base pairs"
            raise refuse(path, number, "bad_position", message, "Give a whole number, 0 where it is unknown")
        found.append(int(cells[3]))
    return found
