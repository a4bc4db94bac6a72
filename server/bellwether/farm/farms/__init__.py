"""Farms and who belongs to them."""
