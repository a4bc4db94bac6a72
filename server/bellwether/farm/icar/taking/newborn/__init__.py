"""Lambs as their births tell of them: whose they are, in which litter, and what is corrected of them."""
