"""Genes of sheep that are tested one by one."""

from bellwether.sheep.genes.single import GENES, Gene, GenotypeUnknown, meaning, read_genotype

__all__ = ["GENES", "Gene", "GenotypeUnknown", "meaning", "read_genotype"]
