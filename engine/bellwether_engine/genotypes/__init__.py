"""Genotypes, packed two bits a call, and what is judged from them alone.

`pack`, `from_bed`, `from_alleles` and `from_variants` make `PackedGenotypes`; `marker_quality`, `animal_quality`,
`duplicates`, `mendelian_conflicts` and `check_sex` judge them; `identity_by_descent` compares animals.
"""

from .alleles import count_half_calls, from_alleles
from .bed import from_bed, to_bed
from .chromosomes import chromosome_code, chromosome_codes, is_autosomal, is_on_x
from .hardy_weinberg import hardy_weinberg
from .identity import IdentityByDescent, identity_by_descent
from .markers import Fit, Markers, compare_alleles, name_unnamed, swap_alleles
from .packed import PackedGenotypes, count_animals, count_markers, pack, pack_dosages
from .pairs import GenotypeBits, duplicates, exclusion_limit, genotype_bits, opposing_homozygotes
from .quality import AnimalQuality, MarkerQuality, animal_quality, marker_quality
from .sex import SexCheck, check_sex
from .trios import Conflicts, mendelian_conflicts
from .turning import turn
from .variants import VariantGenotypes, from_variants

__all__ = [
    "AnimalQuality", "Conflicts", "Fit", "GenotypeBits", "IdentityByDescent", "MarkerQuality", "Markers",
    "PackedGenotypes", "SexCheck", "VariantGenotypes", "animal_quality", "check_sex", "chromosome_code",
    "chromosome_codes", "compare_alleles", "count_animals", "count_half_calls", "count_markers", "duplicates",
    "exclusion_limit", "from_alleles", "from_bed", "from_variants", "genotype_bits", "hardy_weinberg",
    "identity_by_descent", "is_autosomal", "is_on_x", "marker_quality", "mendelian_conflicts", "name_unnamed",
    "opposing_homozygotes", "pack", "pack_dosages", "swap_alleles", "to_bed",
    "turn",
]  # fmt: skip
