"""What a genotype file of any kind gives."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import polars as pl
from bellwether_engine import PackedGenotypes
from bellwether_engine.genotypes import Markers

from bellwether.modelling.findings import refuse


class FileDigest(TypedDict):
    """A file that was read."""

    file: str
    sha256: str
    rows: NotRequired[int]


@dataclass(frozen=True)
class ReadGenotypes:
    """Genotypes as they were read; `line` is the line of an animal in `animal_file`, where there is one."""

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


def read_bytes(path: Path) -> bytes:
    """The whole file, or a finding."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        fix = "Keep the files of one run together, or check the path"
        raise refuse(path, None, "unreadable_file", message, fix, "genotypes") from error


def digest(path: Path) -> FileDigest:
    """Name and SHA-256 of a file."""
    with path.open("rb") as file:
        return {"file": str(path), "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
