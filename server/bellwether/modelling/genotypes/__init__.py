"""Genotype files of each kind, their samples, and their quality."""
