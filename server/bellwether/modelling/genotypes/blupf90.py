"""Genotypes of BLUPF90: an id and one digit for each marker, all beginning in the same column."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine.genotypes import Markers, name_unnamed, pack

from bellwether.modelling.findings import Faults, Finding, refuse
from bellwether.modelling.genotypes.source import FileDigest, ReadGenotypes, digest, occurred, read_bytes

LINE = re.compile(rb"^\s*(\S+)\s+([0125]+)\s*$")
FEWEST = 3  # a second column of one or two digits is a number
MISSING = 5


def is_blupf90(path: Path) -> bool:
    """Are the first lines an id and as many digits of 0, 1, 2 and 5 each?"""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        lines = [LINE.match(line) for line in islice(file, 5)]
    widths = {len(line[2]) if line else 0 for line in lines}
    return bool(lines) and len(widths) == 1 and widths.pop() >= FEWEST


def read_blupf90(path: Path) -> ReadGenotypes:
    """Copies of the allele that the file counts; 5 is missing. Markers have names where the map `path`.map stands
    beside it (SNP_ID, CHR, POS, in any order by their header), else running numbers."""
    numbered = [(n, line) for n, line in enumerate(read_bytes(path).splitlines(), 1) if line.strip()]
    rows = [(n, LINE.match(line)) for n, line in numbered]
    first = rows[0][1]
    width = len(first[2]) if first else 0
    faults, file = Faults(), str(path)
    wrong = [n for n, row in rows if row is None or len(row[2]) != width]
    message = f"the line is not an id and {width:,} digits of 0, 1, 2 or 5"
    fix = "Give every animal one digit per marker"
    found = [Finding(file, n, "not_a_genotype", message, fix, "genotypes") for n in wrong[:20]]
    faults.add(found, len(wrong))
    faults.stop()
    cells = [(row[1], row[2]) for _, row in rows if row is not None]
    digits = np.frombuffer(b"".join(calls for _, calls in cells), dtype=np.uint8).reshape(len(cells), width) - ord("0")
    markers, unnamed = _map(path, width)
    digests: list[FileDigest] = [digest(path)]
    names = [f"marker_{j + 1}" for j in range(width)] if markers is None else markers.name.tolist()
    return ReadGenotypes(
        pack(np.where(digits == MISSING, 3, digits)),
        ids=pl.Series("id", [name.decode("utf-8", errors="replace") for name, _ in cells]),
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", [None] * width, dtype=pl.String),
        kind="blupf90",
        map=markers,
        animal_file=path,
        marker_file=path,
        line=lambda row: rows[row][0],
        digests=digests if markers is None else [*digests, digest(_beside(path))],
        read_as=occurred(unnamed_markers=unnamed),
    )


def _beside(path: Path) -> Path:
    """The map of the markers."""
    return path.with_name(f"{path.name}.map")


def _map(path: Path, width: int) -> tuple[Markers | None, int]:
    """Names, chromosomes and positions, and how many markers have no name."""
    file = _beside(path)
    if not file.is_file():
        return None, width
    rows = [line.split() for line in read_bytes(file).decode("utf-8", errors="replace").splitlines() if line.strip()]
    header = [cell.upper() for cell in rows[0]]
    if not {"SNP_ID", "CHR", "POS"} <= set(header):
        message = "the first line does not name the columns SNP_ID, CHR and POS"
        raise refuse(file, 1, "no_header", message, "Write SNP_ID CHR POS into the first line", "genotypes")
    if len(rows) - 1 != width or any(
        len(row) < len(header) or not row[header.index("POS")].isdigit() for row in rows[1:]
    ):
        message = f"the map does not have one whole line for each of the {width:,} markers"
        raise refuse(file, None, "map_size", message, "Keep genotypes and map of one run together", "genotypes")
    given, places, at = ([row[header.index(name)] for row in rows[1:]] for name in ("SNP_ID", "CHR", "POS"))
    positions = [int(cell) for cell in at]
    names, unnamed = name_unnamed(given, places, positions)
    return Markers.of(names, places, positions, [""] * width, [""] * width), unnamed
