"""Genotypes as files for other programs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bellwether.modelling.chips.writing.given import Given
from bellwether.modelling.chips.writing.parquet import write_parquet
from bellwether.modelling.chips.writing.plink import write_plink
from bellwether.modelling.chips.writing.vcf import write_vcf
from bellwether.modelling.chips.writing.vcf_zarr import write_vcf_zarr

#: format -> ending of its file, its kind, and what writes it
FORMATS: Mapping[str, tuple[str, str, Callable[[Given, Path], None]]] = {
    "plink": ("plink.zip", "application/zip", write_plink),
    "vcf": ("vcf.gz", "application/gzip", write_vcf),
    "vcf_zarr": ("vcz.zip", "application/zip", write_vcf_zarr),
    "parquet": ("parquet", "application/vnd.apache.parquet", write_parquet),
}

__all__ = ["FORMATS", "Given", "write_parquet", "write_plink", "write_vcf", "write_vcf_zarr"]
