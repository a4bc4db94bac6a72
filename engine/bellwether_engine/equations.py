"""The mixed-model equations C x = rhs, as products and as a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csc_array, csr_array, diags_array, eye_array, kron

from .design import Design
from .structure import Structure


@dataclass(frozen=True, eq=False)
class Equations:
    """Henderson's mixed-model equations without the constrained fixed columns.

    Attributes
    ----------
    w : csr_array, shape (n_observations, n_equations)
        Free fixed columns, then the random blocks.
    residual_inverse : csr_array, shape (n_observations, n_observations)
    rhs : float64, shape (n_equations,)
    n_fixed : int
        Free fixed columns.
    design : Design
    a_inverse : Structure, shape (n_animals + n_groups, n_animals + n_groups), optional
        Inverse relationships of the genetic block.
    kept : int64, shape (n_equations,)
        Column of the design of each equation.
    held : bool, shape (n_equations,), optional
        Equations of groups whose solutions are 0.

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding.
    """

    w: csr_array
    residual_inverse: csr_array
    rhs: NDArray[np.float64]
    n_fixed: int
    design: Design
    a_inverse: Structure | None
    kept: NDArray[np.int64]
    held: NDArray[np.bool_] | None = None

    @property
    def n_equations(self) -> int:
        """Number of equations."""
        return len(self.rhs)

    @property
    def relationship_inverse(self) -> Structure:
        """A-inverse of a model with a genetic block."""
        assert self.a_inverse is not None
        return self.a_inverse

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """First equation of each random block."""
        removed = self.design.n_fixed - self.n_fixed
        return tuple(start - removed for start in self.design.random_start)

    def effect_of(self, equation: int) -> str:
        """Name of the effect that an equation belongs to."""
        column = int(self.kept[equation])
        names = [block.effect for block in self.design.fixed] + [block.effect for block in self.design.random]
        starts = (*self.design.fixed_start, *self.design.random_start)
        return names[max(k for k, start in enumerate(starts) if start <= column)]

    @cached_property
    def w_transposed(self) -> csr_array:
        """W' by rows, so that both products of an iteration run through memory once."""
        return csr_array(self.w.T)

    def product(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """C x without forming C, float64 of shape (n_equations,)."""
        if self.held is None:
            return self._product(x)
        result = self._product(np.where(self.held, 0.0, x))
        result[self.held] = x[self.held]
        return result

    def _product(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = self.w_transposed @ (self.residual_inverse @ (self.w @ x))
        for k, start in enumerate(self.starts):
            precision = self.design.precision[k]
            size = len(self.design.random[k].level) * len(precision)
            levels = x[start : start + size].reshape(-1, len(precision)) @ precision
            structured = self.relationship_inverse @ levels if self.design.random[k].is_genetic else levels
            result[start : start + size] += structured.ravel()
        return result

    def matrix(self) -> csc_array:
        """C as a sparse symmetric matrix."""
        blocks = [csr_array((self.n_fixed, self.n_fixed))]
        for block, precision in zip(self.design.random, self.design.precision, strict=True):
            genetic = block.is_genetic
            structure = self.relationship_inverse.tocsr() if genetic else eye_array(len(block.level), format="csr")
            blocks.append(csr_array(kron(structure, precision, format="csr")))
        data = self.w_transposed @ self.residual_inverse @ self.w
        whole = data + block_diag(blocks, format="csr")
        if self.held is None:
            return csc_array(whole)
        free = diags_array((~self.held).astype(np.float64))
        return csc_array(free @ whole @ free + diags_array(self.held.astype(np.float64)))


def build_equations(
    design: Design,
    constrained: NDArray[np.bool_],
    a_inverse: Structure | None,
    held_groups: NDArray[np.bool_] | None = None,
) -> Equations:
    """Equations of `design` without its constrained fixed columns (bool, shape (n_fixed,)).

    `held_groups` (bool, shape (n_groups, n_columns)) marks the groups, last in the genetic block, that are 0.
    """
    keep = np.concatenate([np.flatnonzero(~constrained), np.arange(design.n_fixed, design.n_equations)])
    w = design.w if not constrained.any() else csr_array(design.w[:, keep])
    return Equations(
        w=w,
        residual_inverse=design.residual_inverse,
        rhs=w.T @ (design.residual_inverse @ design.y),
        n_fixed=int((~constrained).sum()),
        design=design,
        a_inverse=a_inverse,
        kept=keep.astype(np.int64),
        held=_held(design, constrained, held_groups),
    )


def _held(design: Design, constrained: NDArray[np.bool_], groups: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    if groups is None or not groups.any():
        return None
    removed = int(constrained.sum())
    held = np.zeros(design.n_equations - removed, dtype=bool)
    block = design.random[0]
    end = design.random_start[0] - removed + len(block.level) * len(block.members)
    held[end - groups.size : end] = groups.ravel()
    return held
