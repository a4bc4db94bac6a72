"""Genotype files into the database: read, fitted to a chip, judged, kept as a whole or not at all."""
