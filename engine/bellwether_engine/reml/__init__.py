"""Variance components by restricted maximum likelihood."""

from .estimate import estimate_variances
from .estimates import Estimates, VarianceEstimate

__all__ = ["Estimates", "VarianceEstimate", "estimate_variances"]
