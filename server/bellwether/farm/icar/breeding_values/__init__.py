"""Breeding values that others have estimated, as resources of the standard."""
