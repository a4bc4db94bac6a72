"""Variance components whose matrices have a structure: loadings and specific variances."""

from .structured_reml import structured_reml

__all__ = ["structured_reml"]
