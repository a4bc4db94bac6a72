"""Measurements of any trait of the dictionary."""
