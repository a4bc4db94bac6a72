"""Genotypes and what is computed from them.

`pack` and `from_bed` make `PackedGenotypes`; `marker_quality`, `animal_quality`, `duplicates` and
`mendelian_conflicts` judge them; `associate` is GWAS (`associate_leaving_out` without the chromosome in the
relationships), `runs_of_homozygosity` ROH; `centre` gives Z with products on packed data, `genomic_relationship` G.
`Genomic` and `Genotypes` go into a model: see `bellwether_engine.fit`.
"""

from .alleles import from_alleles
from .base_frequencies import base_frequencies, metafounder_gamma
from .bed import from_bed, to_bed
from .centred import Centred, allele_frequencies, centre
from .chromosomes import chromosome_code, chromosome_codes, is_autosomal, is_on_x
from .gwas import Association, associate, inflation
from .hardy_weinberg import hardy_weinberg
from .identity import IdentityByDescent, identity_by_descent
from .imputation import Imputed, impute
from .leave_out import associate_leaving_out
from .markers import Fit, Markers, compare_alleles, swap_alleles
from .masking import Accuracy, ImputationAccuracy, hide_calls, imputation_accuracy
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
from .parent_claims import ParentageRules, ParentClaim
from .parentage import assign_parents
from .quality import AnimalQuality, MarkerQuality, animal_quality, marker_quality
from .relationship import genomic_relationship
from .roh import RunRules, Runs, runs_of_homozygosity
from .sex import SexCheck, check_sex
from .sliding_runs import WindowRules, runs_by_windows
from .variants import VariantGenotypes, from_variants

__all__ = [
    "Accuracy", "AnimalQuality", "Association", "Centred", "Conflicts", "Fit", "Genomic", "GenotypeBits", "Genotypes",
    "IdentityByDescent", "ImputationAccuracy", "Imputed", "MarkerQuality", "Markers", "PackedGenotypes",
    "ParentClaim", "ParentageRules", "RunRules", "Runs", "SexCheck", "VariantGenotypes", "WindowRules",
    "allele_frequencies", "animal_quality", "assign_parents", "associate", "associate_leaving_out",
    "base_frequencies", "centre", "check_sex", "chromosome_code", "chromosome_codes", "compare_alleles",
    "count_animals", "count_markers", "duplicates", "exclusion_limit", "from_alleles", "from_bed", "from_variants",
    "genomic_relationship", "genotype_bits", "hardy_weinberg", "hide_calls", "identity_by_descent",
    "imputation_accuracy", "impute", "inflation", "is_autosomal", "is_on_x", "marker_quality", "mendelian_conflicts",
    "metafounder_gamma", "opposing_homozygotes", "pack", "runs_by_windows", "runs_of_homozygosity", "swap_alleles",
    "to_bed",
]  # fmt: skip
