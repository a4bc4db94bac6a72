"""Traits that a farm defines for itself, beside those of the dictionary."""
