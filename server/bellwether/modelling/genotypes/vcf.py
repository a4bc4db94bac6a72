"""A VCF or BCF file, read by cyvcf2."""

from __future__ import annotations

import gzip
import os
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl
from bellwether_engine import ModelError
from bellwether_engine.genotypes import from_variants
from bellwether_engine.genotypes.variants import Variant

from bellwether.modelling.findings import SHOWN, refuse
from bellwether.modelling.genotypes.source import ReadGenotypes, digest, occurred, real_valued

BLOCKED = b"BC\x02\x00"
END_OF_BLOCKS = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
GZIP, FIRST_SAMPLE, LONGEST_HEADER = b"\x1f\x8b", 9, 1 << 28
VCF_ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")


class Record(Variant, Protocol):
    """What is used of a record beside what the engine reads."""

    QUAL: float | None
    FILTERS: list[str]
    INFO: Iterable[tuple[str, object]]


class Reader(Protocol):
    """What is used of cyvcf2, which has no types."""

    samples: Iterable[str]

    def __iter__(self) -> Iterator[Record]: ...

    def close(self) -> None: ...


def read_vcf(path: Path) -> ReadGenotypes:
    """The alternative allele (ALT) is counted; sites with several are left out."""
    if not path.is_file():
        raise refuse(path, None, "unreadable_file", "there is no such file", "Check the path", "genotypes")
    _refuse_lost_blocks(path)
    _refuse_repeated_samples(path)
    reader = _open(path)
    samples = [str(name) for name in reader.samples]
    _refuse_uneven_lines(path, len(samples))
    try:
        noted = _Noted()
        found = from_variants(_noted(path, _records(path, reader), noted), samples)
    except ModelError as error:
        raise refuse(path, None, error.code, error.message, error.fix, "genotypes") from error
    finally:
        reader.close()
    return ReadGenotypes(
        found.packed,
        ids=pl.Series("id", samples),
        markers=pl.Series("marker", found.markers.name.tolist()),
        alleles=pl.Series("allele", found.markers.counted.tolist()),
        kind="vcf",
        map=found.markers,
        animal_file=path,
        marker_file=path,
        line=lambda _row: None,
        digests=[digest(path)],
        left_out=found.multi_allelic,
        read_as=occurred(
            sites_by_dosage=found.n_dosages,
            sites_with_dosage_and_call=found.n_both,
            half_calls=found.n_half_calls,
            unnamed_markers=found.n_unnamed,
            real_valued_dosages=real_valued(found.packed),
            **noted.sites,
        ),
        written=noted.chromosomes,
    )


def _refuse_lost_blocks(path: Path) -> None:
    """A file in blocks (BGZF) ends with an empty one; the library goes on without, whatever is lost."""
    with path.open("rb") as file:
        if BLOCKED not in file.read(18):
            return
        file.seek(-min(len(END_OF_BLOCKS), path.stat().st_size), os.SEEK_END)
        if file.read() != END_OF_BLOCKS:
            message, fix = "the file breaks off: its last block is missing", "Transfer or write the file again"
            raise refuse(path, None, "broken_vcf", message, fix, "genotypes")


def _refuse_repeated_samples(path: Path) -> None:
    """A name that two columns have; the library says only that the file cannot be read."""
    names = Counter(_sample_names(path))
    repeated = [name for name, count in names.items() if count > 1]
    if repeated:
        listed = ", ".join(repeated[:SHOWN]) + (f" and {len(repeated) - SHOWN} more" if len(repeated) > SHOWN else "")
        message = f"the file has several samples named {listed}"
        raise refuse(path, None, "repeated_animal", message, "Keep one sample per animal", "genotypes")


def _refuse_uneven_lines(path: Path, n_samples: int) -> None:
    """A line with more calls than samples: the library drops those at its end, whosever they are."""
    for number, line in _lines(path) if n_samples else ():
        n_cells = line.count(b"\t") + 1
        if line.strip() and not line.startswith(b"#") and n_cells != FIRST_SAMPLE + n_samples:
            message = f"line {number:,} has {n_cells:,} columns, the header {FIRST_SAMPLE + n_samples:,}"
            fix = "Write the file again: each line has a call for each sample"
            raise refuse(path, number, "columns", message, fix, "genotypes")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Of a file of text, with their numbers; one that breaks off ends, and the library says so."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            if file.read(3) != b"BCF":
                file.seek(0)
                yield from enumerate(file, start=1)
    except (OSError, EOFError, zlib.error):
        return


def _sample_names(path: Path) -> list[str]:
    """Of the line #CHROM, in text, compressed or BCF; none where there is no such line."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
    seen = b""
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            while len(seen) < LONGEST_HEADER and (piece := file.read(1 << 16)):
                seen += piece
                start = seen.find(b"#CHROM\t")
                end = seen.find(b"\n", start)
                if start >= 0 and end > start:
                    cells = seen[start:end].decode("utf-8", errors="replace").rstrip("\r\x00").split("\t")
                    return cells[FIRST_SAMPLE:]
    except (OSError, EOFError, zlib.error):
        return []
    return []


def _open(path: Path) -> Reader:
    try:
        from cyvcf2.cyvcf2 import VCF
    except ImportError as error:
        message = "VCF files are read by the package cyvcf2, which is not installed"
        fix = "pip install 'bellwether-engine[vcf]', or convert the file with plink --vcf FILE --make-bed"
        raise refuse(path, None, "missing_package", message, fix, "genotypes") from error
    try:
        with _without_library_lines():
            reader: Reader = VCF(str(path))
    except Exception as error:  # cyvcf2 raises OSError or a plain Exception, by what is wrong with the header
        message = "the file is not a whole VCF or BCF file"
        raise refuse(path, None, "not_vcf", message, "Give a whole VCF file with its header", "genotypes") from error
    return reader


@contextmanager
def _without_library_lines() -> Iterator[None]:
    """What the library prints about a header is told by us."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@dataclass
class _Noted:
    """What records say beside their calls: chromosomes as they are written, and sites with what is not kept."""

    chromosomes: list[str] = field(default_factory=list)
    sites: Counter[str] = field(default_factory=Counter)


def _noted(path: Path, records: Iterator[Record], noted: _Noted) -> Iterator[Variant]:
    """The same records; of those that are kept it is noted what else they say."""
    for record in records:
        if "GT" in record.FORMAT and record.FORMAT[0] != "GT":
            name = record.ID or f"{record.CHROM}:{record.POS}"
            message = f"FORMAT of site {name} is {':'.join(record.FORMAT)[:40]}: the calls (GT) do not stand first"
            raise refuse(path, None, "format_order", message, "Write the file again with GT first", "genotypes")
        if len(record.ALT) <= 1:
            noted.chromosomes.append(record.CHROM)
            noted.sites.update(_not_kept(record))
        yield record


def _not_kept(record: Record) -> Iterator[str]:
    """What a site says that no call says."""
    if record.QUAL is not None:
        yield "sites_with_quality"
    if record.FILTERS:
        yield "sites_with_filter"
    if next(iter(record.INFO), None) is not None:
        yield "sites_with_info"
    if set(record.FORMAT) - {"GT", "DS"}:
        yield "sites_with_other_formats"
    if "GT" in record.FORMAT and record.genotype.array()[:, -1].any():
        yield "phased_sites"


def _records(path: Path, reader: Reader) -> Iterator[Record]:
    try:
        yield from reader
    except Exception as error:  # cyvcf2 has no class of its own for a broken file
        message = "the file breaks off, or a line is not a VCF record"
        fix = "Transfer or write the file again; bcftools view shows the line"
        raise refuse(path, None, "broken_vcf", message, fix, "genotypes") from error
