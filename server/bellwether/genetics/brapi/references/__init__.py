"""Assemblies of the genome and their chromosomes."""
