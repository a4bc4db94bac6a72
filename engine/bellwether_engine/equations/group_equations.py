"""Fixed groups inside the mixed-model equations: what can be estimated, and errors that leave the groups out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import splu

from ..pedigree.pedigree import Pedigree
from ..solution.parts import Notice
from .constraints import sweep
from .design import Design

DEPENDENT = 1e-8


class Solver(Protocol):
    """What has a `solve`: the inverse of the equations times a vector."""

    def solve(self, rhs: NDArray[np.float64]) -> NDArray[np.float64]:
        """``C^-1 rhs``."""


@dataclass(frozen=True, eq=False)
class GroupPlan:
    """Groups of the genetic block.

    Attributes
    ----------
    shares : float64, shape (n_animals, n_groups), optional
        Q of fixed groups; None for metafounders.
    constrained : bool, shape (n_groups, n_columns)
        Solutions that are set to 0 because fixed effects and other groups explain them.
    warnings : tuple of Notice
    """

    shares: NDArray[np.float64] | None
    constrained: NDArray[np.bool_]
    warnings: tuple[Notice, ...] = ()


def plan_groups(design: Design, fixed: NDArray[np.bool_], pedigree: Pedigree, traits: tuple[str, ...]) -> GroupPlan:
    """Which group solutions to set to 0: by trait, the first groups give way to later ones and to fixed effects.

    Parameters
    ----------
    design : Design
        With a genetic block.
    fixed : bool, shape (n_fixed,)
        Fixed columns that are set to 0 already.
    pedigree : Pedigree
    traits : tuple of str
    """
    groups = pedigree.groups
    size = len(design.random[0].members)
    constrained = np.zeros((pedigree.n_groups, size), dtype=bool)
    if groups is None or groups.is_random:
        return GroupPlan(None, constrained)
    shares = pedigree.group_shares()
    free = np.flatnonzero(~fixed)
    warnings = []
    for trait, name in enumerate(traits):
        rows = np.flatnonzero(design.trait == trait)
        members = [m for m, member in enumerate(design.random[0].members) if member.trait == trait]
        if not members:
            continue
        w = csr_array(design.w[rows])
        columns = design.random_start[0] + np.arange(len(shares))[:, None] * size + np.array(members)
        by_group = np.concatenate([w[:, columns[:, m]] @ shares for m in range(len(members))], axis=1)
        used = np.unique(w[:, free].tocoo().coords[1])
        dependent = _dependent(csc_array(w[:, free[used]]), by_group[:, ::-1])[::-1]
        held = dependent.reshape(len(members), -1).T
        constrained[:, members] = held
        has_records = by_group.any(axis=0).reshape(len(members), -1).any(axis=0)
        expected = np.flatnonzero(held.any(axis=1) & has_records)[:1]
        for group in np.setdiff1d(np.flatnonzero(held.any(axis=1)), expected).tolist():
            message = f"{name}: a group cannot be told apart from other effects; its solution is 0"
            warnings.append(Notice("confounded_group", message, "groups", group))
    return GroupPlan(shares, constrained, tuple(warnings))


def _dependent(x: csc_array, z: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Columns of z (n, k) that x (n, m, full rank) and earlier columns of z span."""
    length = np.sqrt((z**2).sum(axis=0))
    z = z / np.where(length > 0.0, length, 1.0)
    crossed = x.T @ z
    within = z - x @ splu(csc_array(x.T @ x)).solve(crossed) if x.shape[1] else z
    return np.asarray(sweep(within.T @ within, DEPENDENT)[1])


def without_groups(
    diagonal: NDArray[np.float64], factor: Solver, shares: NDArray[np.float64], held: NDArray[np.bool_], start: int
) -> NDArray[np.float64]:
    """Diagonal of C^-1 with var(u - u^) in the place of var(u* - u*^), where ``u* = u + Q g``.

    It does not depend on which group is set to 0.

    Parameters
    ----------
    diagonal : float64, shape (n_equations,)
        Of the inverse of the transformed equations.
    factor : Solver
        Of those equations.
    shares : float64, shape (n_animals, n_groups)
    held : bool, shape (n_groups, n_columns)
        Group solutions that are set to 0.
    start : int
        First equation of the genetic block.
    """
    n, size = len(shares), held.shape[1]
    result = diagonal.copy()
    for m in range(size):
        free = np.flatnonzero(~held[:, m])
        if not free.size:
            continue
        q, at = shares[:, free], start + (n + free) * size + m
        unit = np.zeros((len(diagonal), len(free)))
        unit[at, np.arange(len(free))] = 1.0
        covariance = np.column_stack([factor.solve(unit[:, k]) for k in range(len(free))])
        own = start + np.arange(n) * size + m
        result[own] += -2.0 * (q * covariance[own]).sum(axis=1) + ((q @ covariance[at]) * q).sum(axis=1)
    return result
