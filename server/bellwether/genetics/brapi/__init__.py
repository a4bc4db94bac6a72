"""Genotypes in the words of BrAPI 2.1, read only: a variant set is a chip by its latest map, a call set a sample."""
