"""Genotypes and what is computed from them.

`pack` and `from_bed` make `PackedGenotypes`; `marker_quality`, `animal_quality`, `duplicates` and
`mendelian_conflicts` judge them; `centre` gives Z with products on packed data, `genomic_relationship` G. `Genomic` and
`Genotypes` go into a model: see `bellwether_engine.fit`.
"""

from .bed import from_bed, to_bed
from .centred import Centred, allele_frequencies, centre
from .hardy_weinberg import hardy_weinberg
from .options import Genomic, Genotypes
from .packed import PackedGenotypes, count_animals, count_markers, pack
from .pairs import (
    Conflicts,
    GenotypeBits,
    duplicates,
    exclusion_limit,
    genotype_bits,
    mendelian_conflicts,
    opposing_homozygotes,
)
from .quality import AnimalQuality, MarkerQuality, animal_quality, marker_quality
from .relationship import genomic_relationship

__all__ = [
    "AnimalQuality", "Centred", "Conflicts", "Genomic", "GenotypeBits", "Genotypes", "MarkerQuality",
    "PackedGenotypes", "allele_frequencies", "animal_quality", "centre", "count_animals", "count_markers",
    "duplicates", "exclusion_limit", "from_bed", "genomic_relationship", "genotype_bits", "hardy_weinberg",
    "marker_quality", "mendelian_conflicts", "opposing_homozygotes", "pack", "to_bed",
]  # fmt: skip
