"""Parentage from genotypes: recorded parents verified, others found, and what was found proposed to the farm."""
