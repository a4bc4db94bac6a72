"""Weights and what they mean for an evaluation."""
