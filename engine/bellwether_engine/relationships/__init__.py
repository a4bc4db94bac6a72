"""Relationships from genotypes, and their inverses: G, H of single-step, APY.

`centre` gives Z with products on packed genotypes, `genomic_relationship` G, `base_frequencies` the allele frequencies
of the founders and `metafounder_gamma` the relationships within and between their populations.
"""

from .base_frequencies import base_frequencies, metafounder_gamma
from .centred import Centred, allele_frequencies, centre
from .genomic import genomic_relationship

__all__ = [
    "Centred", "allele_frequencies", "base_frequencies", "centre", "genomic_relationship", "metafounder_gamma",
]  # fmt: skip
