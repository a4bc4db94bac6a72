"""Pedigree and records as tables of text, and as the arrays of the engine."""
