"""Breeding values that somebody else has estimated, as records of an evaluation."""
