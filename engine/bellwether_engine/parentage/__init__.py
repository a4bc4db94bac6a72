"""Sires and dams from genotypes: `assign_parents` under `ParentageRules` gives `ParentClaim`s."""

from .assignment import assign_parents
from .claims import ParentageRules, ParentClaim

__all__ = ["ParentClaim", "ParentageRules", "assign_parents"]  # fmt: skip
