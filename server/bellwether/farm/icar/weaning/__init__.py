"""Lambs that were taken from those who reared them, as the standard tells of them."""
