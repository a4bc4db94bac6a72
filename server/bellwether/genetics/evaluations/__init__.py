"""Evaluation runs: from a flock's records to breeding values."""
