"""Accounts of people, and what was written to them."""
