"""What a genotype file of any kind gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import numpy as np
import polars as pl
from bellwether_engine import PackedGenotypes
from bellwether_engine.genotypes import Markers

from bellwether.modelling.findings import refuse


class FileDigest(TypedDict):
    """A file that was read."""

    file: str
    sha256: str
    rows: NotRequired[int]


class ReadAs(TypedDict, total=False):
    """How calls and markers were read, and sites of a VCF that say more than is kept; what did not occur is absent."""

    sites_by_dosage: int
    sites_with_dosage_and_call: int
    half_calls: int
    unnamed_markers: int
    real_valued_dosages: int
    sites_with_quality: int
    sites_with_filter: int
    sites_with_info: int
    sites_with_other_formats: int
    phased_sites: int


@dataclass(frozen=True)
class ReadGenotypes:
    """Genotypes as they were read; `line` is the line of an animal in `animal_file`, where there is one.

    `written` are the chromosomes as the file writes them, `fam` the further columns of a `.fam` or `.ped` file: family,
    father, mother, sex and phenotype of each sample.
    """

    packed: PackedGenotypes
    ids: pl.Series
    markers: pl.Series
    alleles: pl.Series
    kind: str
    map: Markers | None
    animal_file: Path
    marker_file: Path
    line: Callable[[int], int | None]
    digests: list[FileDigest]
    left_out: tuple[str, ...] = ()
    read_as: ReadAs = field(default_factory=ReadAs)
    written: Sequence[str] = ()
    fam: Sequence[Sequence[str]] = ()


def occurred(**counts: int) -> ReadAs:
    """The counts that are not 0."""
    return cast(ReadAs, {name: count for name, count in counts.items() if count})


def real_valued(packed: PackedGenotypes) -> int:
    """Dosages that lie between calls."""
    return 0 if packed.deviation is None else int(np.count_nonzero(packed.deviation))


def read_bytes(path: Path) -> bytes:
    """The whole file, or a finding."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        fix = "Keep the files of one run together, or check the path"
        raise refuse(path, None, "unreadable_file", message, fix, "genotypes") from error


def digest(path: Path, content: bytes | None = None) -> FileDigest:
    """Name and SHA-256 of a file, or of what was its content."""
    if content is not None:
        return {"file": str(path), "sha256": hashlib.sha256(content).hexdigest()}
    with path.open("rb") as file:
        return {"file": str(path), "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
