"""Sparse and dense symmetric matrices."""
