"""Measurements as observations: the value that counts of an animal, a trait and a day."""
