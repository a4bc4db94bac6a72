"""Genotypes in the database: samples and their calls by chip, taken in, read, and given out."""
