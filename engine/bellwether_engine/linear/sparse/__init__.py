"""Symmetric positive definite systems: ordering, supernodes, factor, selected inverse; small ones dense."""

from .analysis import Analysis, analyse
from .kernels import kernels_of

__all__ = ["Analysis", "analyse", "kernels_of"]
