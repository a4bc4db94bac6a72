"""Sparse symmetric positive definite systems: ordering, supernodes, factor, selected inverse."""

from .analysis import Analysis, analyse
from .cholesky import factorise, solve_lower, solve_upper
from .selected import selected_inverse

__all__ = ["Analysis", "analyse", "factorise", "selected_inverse", "solve_lower", "solve_upper"]
