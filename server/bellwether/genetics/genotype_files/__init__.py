"""Genotype files of a farm: kept whole, read by evaluations."""
