"""Genotypes and what is computed from them.

`pack`, `from_bed` make `PackedGenotypes`; `centre` gives Z with products on packed data; `genomic_relationship` is G.
"""

from .bed import from_bed, to_bed
from .centred import Centred, allele_frequencies, centre
from .options import Genomic, Genotypes
from .packed import PackedGenotypes, count_animals, count_markers, pack
from .relationship import genomic_relationship

__all__ = [
    "Centred", "Genomic", "Genotypes", "PackedGenotypes", "allele_frequencies", "centre", "count_animals",
    "count_markers", "from_bed", "genomic_relationship", "pack", "to_bed",
]  # fmt: skip
