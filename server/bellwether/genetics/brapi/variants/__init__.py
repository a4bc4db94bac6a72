"""Markers as variants."""
