"""Genotypes and what is computed from them.

`pack` and `from_bed` make `PackedGenotypes`; `marker_quality`, `animal_quality`, `duplicates` and
`mendelian_conflicts` judge them; `associate` is GWAS, `runs_of_homozygosity` ROH; `centre` gives Z with products on
packed data, `genomic_relationship` G. `Genomic` and `Genotypes` go into a model: see `bellwether_engine.fit`.
"""

from .bed import from_bed, to_bed
from .centred import Centred, allele_frequencies, centre
from .gwas import Association, associate, inflation
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
from .roh import RunRules, Runs, runs_of_homozygosity

__all__ = [
    "AnimalQuality", "Association", "Centred", "Conflicts", "Genomic", "GenotypeBits", "Genotypes", "MarkerQuality",
    "PackedGenotypes", "RunRules", "Runs", "allele_frequencies", "animal_quality", "associate", "centre",
    "count_animals", "count_markers", "duplicates", "exclusion_limit", "from_bed", "genomic_relationship",
    "genotype_bits", "hardy_weinberg", "inflation", "marker_quality", "mendelian_conflicts", "opposing_homozygotes",
    "pack", "runs_of_homozygosity", "to_bed",
]  # fmt: skip
