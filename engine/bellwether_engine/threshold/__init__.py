"""Ordered categories: the threshold model."""
