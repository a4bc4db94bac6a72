"""Calls, one by one and as a matrix."""
