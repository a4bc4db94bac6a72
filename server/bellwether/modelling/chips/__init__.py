"""Chips: maps of their markers, and genotypes as they are kept for one."""
