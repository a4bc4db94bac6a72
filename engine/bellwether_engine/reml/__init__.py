"""Variance components by restricted maximum likelihood."""

from .estimate import estimate_variances

__all__ = ["estimate_variances"]
