"""Genotype files: a PLINK 1 prefix, or a table of dosages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from bellwether_engine import Genotypes, Model, ModelError, PackedGenotypes
from bellwether_engine.genomic import from_bed, pack
from numpy.typing import NDArray

from .findings import SHOWN, BadInput, Finding, refuse
from .genomic_table import GenomicTable
from .pedigree_file import Animals, match
from .tables import Table, read_table

COUNTS = {"0": 0, "1": 1, "2": 2, "0.0": 0, "1.0": 1, "2.0": 2, "": 3, "NA": 3}
WRONG = 4


@dataclass(frozen=True)
class Samples:
    """Genotypes for the engine, the names of markers and counted alleles, and the files that they came from."""

    path: Path
    genotypes: Genotypes
    markers: pl.Series
    alleles: pl.Series
    digests: list[dict[str, Any]]


@dataclass(frozen=True)
class _Read:
    """A file as it was read: `lines` are those of the animals in the file `listed`."""

    packed: PackedGenotypes
    ids: pl.Series
    markers: pl.Series
    alleles: pl.Series
    listed: Path
    lines: list[int]
    digests: list[dict[str, Any]]


def read_genotypes(name: str, animals: Animals) -> Samples:
    """Read `name`.bed, .bim and .fam where they are, else the table `name`.

    Raises
    ------
    BadInput
        Files that are missing or do not fit together, an animal that is not in the pedigree or has two rows, a call
        that is not 0, 1, 2 or missing.
    """
    prefix = name.removesuffix(".bed")
    is_plink = name.endswith(".bed") or Path(f"{prefix}.bed").exists()
    read = _plink(prefix) if is_plink else _dosages(read_table(Path(name)))
    _refuse_repeated_markers(read)
    positions = animals.positions(read.ids)
    _refuse_rows(read, positions < 0, "unknown_animal", "is not in the pedigree", "Add it to the pedigree")
    again = (~read.ids.is_first_distinct()).to_numpy()
    _refuse_rows(read, again, "repeated_animal", "has a genotype already", "Keep one sample per animal")
    genotypes = Genotypes(read.packed, positions)
    return Samples(Path(name), genotypes, read.markers, read.alleles, read.digests)


def with_samples(
    table: GenomicTable, model: Model, samples: Samples, animals: Animals, path: Path
) -> tuple[Model, Samples]:
    """Fill in what the table says by name: the core's animals, and the file of frequencies beside the model file.

    Raises
    ------
    BadInput
        A core animal that is not in the pedigree, or a file of frequencies that cannot be used.
    """
    if isinstance(table.core, list) and model.genomic is not None:
        names = pl.Series("id", [str(name) for name in table.core], dtype=pl.String)
        core = animals.positions(names)
        unknown = np.flatnonzero(core < 0)
        if unknown.size:
            message = f"core animal {names[int(unknown[0])]} is not in the pedigree"
            raise refuse(path, None, "unknown_animal", message, "Name genotyped animals", "genomic.core")
        model = replace(model, genomic=replace(model.genomic, core=tuple(int(i) for i in core)))
    if table.frequencies not in ("observed", "half"):
        frequency = read_frequencies(path.parent / table.frequencies, samples.markers)
        samples = replace(samples, genotypes=replace(samples.genotypes, frequency=frequency))
    return model, samples


def read_frequencies(path: Path, markers: pl.Series) -> NDArray[np.float64]:
    """Frequencies of the counted alleles from a table with the columns `marker` and `p`."""
    table = read_table(path)
    place = match(markers, table.column("marker"))
    missing = np.flatnonzero(place < 0)
    if missing.size:
        message = f"marker {markers[int(missing[0])]} has no frequency ({missing.size} markers have none)"
        raise refuse(path, None, "missing_marker", message, "Give every marker of the genotypes a row", "marker")
    p = table.column("p").cast(pl.Float64, strict=False)
    wrong = np.flatnonzero(~((p >= 0) & (p <= 1)).fill_null(False).to_numpy())[:SHOWN].tolist()
    if wrong:
        message, fix = "{} is not a frequency", "Give a number from 0 to 1, of the counted allele"
        raise BadInput(table.findings(wrong, "frequency", message, fix, "p"))
    return np.asarray(p.to_numpy()[place], dtype=np.float64)


def _plink(prefix: str) -> _Read:
    """The allele in the fifth column of the `.bim` file (A1) is counted."""
    fam, bim = (_lines(Path(f"{prefix}{ending}"), 6) for ending in (".fam", ".bim"))
    bed = Path(f"{prefix}.bed")
    raw = _bytes(bed)
    try:
        packed = from_bed(raw, len(fam), len(bim))
    except ModelError as error:
        raise refuse(bed, None, error.code, error.message, error.fix) from error
    return _Read(
        packed,
        ids=pl.Series("id", [cells[1] for _, cells in fam]),
        markers=pl.Series("marker", [cells[1] for _, cells in bim]),
        alleles=pl.Series("allele", [cells[4] for _, cells in bim]),
        listed=Path(f"{prefix}.fam"),
        lines=[number for number, _ in fam],
        digests=[_digest(Path(f"{prefix}{ending}")) for ending in (".bed", ".bim", ".fam")],
    )


def _lines(path: Path, width: int) -> list[tuple[int, list[str]]]:
    text = _bytes(path).decode("utf-8", errors="replace")
    rows = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, cells in rows:
        if len(cells) < width:
            message = f"the line has {len(cells)} columns instead of {width}"
            raise refuse(path, number, "ragged_line", message, "Write the three files again with plink --make-bed")
    if not rows:
        raise refuse(path, 1, "empty_file", "the file is empty", "Write the three files again with plink --make-bed")
    return rows


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        fix = "Keep .bed, .bim and .fam together, or check the path"
        raise refuse(path, None, "unreadable_file", message, fix, "genotypes") from error


def _digest(path: Path) -> dict[str, Any]:
    return {"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def _dosages(table: Table) -> _Read:
    ids = table.column("animal").alias("id")
    names = [name for name in table.frame.columns if name != "animal"]
    if not names:
        raise refuse(table.path, 1, "no_markers", "the file has no marker", "Give one column per marker after animal")
    coded = table.frame.select(
        pl.col(names).replace_strict(COUNTS, default=WRONG, return_dtype=pl.UInt8),
    ).to_numpy()
    rows, columns = np.nonzero(coded == WRONG)
    if rows.size:
        fix = "Write 0, 1 or 2 copies of the counted allele; leave it empty where it is missing"
        field = names[int(columns[0])]
        found = rows[columns == columns[0]][:SHOWN].tolist()
        raise BadInput(table.findings(found, "not_a_genotype", "{} is not 0, 1, 2 or missing", fix, field))
    return _Read(
        pack(coded),
        ids=ids,
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", [None] * len(names), dtype=pl.String),
        listed=table.path,
        lines=[],
        digests=[{"file": str(table.path), "sha256": table.sha256, "rows": table.frame.height}],
    )


def _refuse_repeated_markers(read: _Read) -> None:
    again = (~read.markers.is_first_distinct()).to_numpy()
    if again.any():
        name = read.markers[int(np.flatnonzero(again)[0])]
        path = read.listed.with_suffix(".bim") if read.lines else read.listed
        raise refuse(path, None, "repeated_marker", f"marker {name} appears twice", "Give every marker its own name")


def _refuse_rows(read: _Read, wrong: NDArray[np.bool_], code: str, rule: str, fix: str) -> None:
    found = np.flatnonzero(wrong)[:SHOWN].tolist()
    if found:
        lines = read.lines or [row + 2 for row in range(len(read.ids))]
        raise BadInput(
            [Finding(str(read.listed), lines[i], code, f"animal {read.ids[i]} {rule}", fix, "animal") for i in found]
        )
