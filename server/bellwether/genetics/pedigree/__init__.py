"""Pedigree: relatives, inbreeding, kinship, founders, and what is wrong or missing."""
