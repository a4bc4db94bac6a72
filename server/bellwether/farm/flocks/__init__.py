"""Flocks of a farm."""
