"""Variance components by restricted maximum likelihood."""

from .ai_reml import estimate_variances
from .estimates import Estimates, VarianceEstimate

__all__ = ["Estimates", "VarianceEstimate", "estimate_variances"]
