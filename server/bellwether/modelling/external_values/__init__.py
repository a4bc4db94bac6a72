"""Breeding values of another service in a flock's evaluation: as records of their own, weighted by what they add."""
