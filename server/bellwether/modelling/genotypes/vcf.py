"""A VCF or BCF file, read by cyvcf2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import polars as pl
from bellwether_engine import ModelError
from bellwether_engine.genotypes import from_variants
from bellwether_engine.genotypes.variants import Variant

from bellwether.modelling.findings import refuse
from bellwether.modelling.genotypes.source import ReadGenotypes, digest

VCF_ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")


class Reader(Protocol):
    """What is used of cyvcf2, which has no types."""

    samples: Iterable[str]

    def __iter__(self) -> Iterator[Variant]: ...

    def close(self) -> None: ...


def read_vcf(path: Path) -> ReadGenotypes:
    """The alternative allele (ALT) is counted; sites with several are left out."""
    if not path.is_file():
        raise refuse(path, None, "unreadable_file", "there is no such file", "Check the path", "genotypes")
    reader = _open(path)
    samples = [str(name) for name in reader.samples]
    try:
        found = from_variants(_records(path, reader), samples)
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
    )


def _open(path: Path) -> Reader:
    try:
        from cyvcf2.cyvcf2 import VCF
    except ImportError as error:
        message = "VCF files are read by the package cyvcf2, which is not installed"
        fix = "pip install 'bellwether-engine[vcf]', or convert the file with plink --vcf FILE --make-bed"
        raise refuse(path, None, "missing_package", message, fix, "genotypes") from error
    try:
        reader: Reader = VCF(str(path))
    except Exception as error:  # cyvcf2 raises OSError or a plain Exception, by what is wrong with the header
        message = "the file is not a whole VCF or BCF file"
        raise refuse(path, None, "not_vcf", message, "Give a whole VCF file with its header", "genotypes") from error
    return reader


def _records(path: Path, reader: Reader) -> Iterator[Variant]:
    try:
        yield from reader
    except Exception as error:  # cyvcf2 has no class of its own for a broken file
        message = "the file breaks off, or a line is not a VCF record"
        fix = "Transfer or write the file again; bcftools view shows the line"
        raise refuse(path, None, "broken_vcf", message, fix, "genotypes") from error
