"""Accepted parents, and claims about them, as nodes of a pedigree."""
