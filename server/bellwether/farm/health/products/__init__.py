"""Remedies of a farm: what their labels say, and what is left of each batch."""
