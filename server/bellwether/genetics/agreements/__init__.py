"""Agreements: farms that are evaluated together, each for as long as its owner wants it."""
