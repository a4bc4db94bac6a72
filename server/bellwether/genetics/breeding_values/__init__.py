"""Breeding values: ranked, by animal, and their trend."""
