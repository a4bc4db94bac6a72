"""Samples of animals."""
