"""Farms and their paddocks as locations."""
