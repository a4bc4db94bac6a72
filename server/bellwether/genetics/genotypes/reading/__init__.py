"""Genotypes as they are read: an animal, a marker, a stretch, the whole matrix, allele frequencies."""
