"""The mixed-model equations C x = rhs, as products and as a sparse matrix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, csc_array, csr_array, diags_array, kron

from ..parallel.workers import Workers
from ..pedigree.structure import Identity, Structure
from .design import Design
from .record_product import RecordLayout, right_hand_side

FORMED_LIMIT = 30_000


class FormedDesign:
    """The free columns of a design as a matrix, or as what the records point to; made once, when it is asked for."""

    def __init__(self, design: Design, kept: NDArray[np.int64]) -> None:
        self._design, self._kept = design, kept

    @cached_property
    def w(self) -> csr_array:
        """csr_array of shape (n_observations, n_equations)."""
        w = self._design.w
        return w if len(self._kept) == w.shape[1] else csr_array(w[:, self._kept])

    @cached_property
    def w_transposed(self) -> csr_array:
        """W' by rows, so that both products of an iteration run through memory once."""
        return csr_array(self.w.T)

    @cached_property
    def layout(self) -> RecordLayout:
        """What the records point to, of a design without a given W."""
        return RecordLayout(self._design, self._kept)


@dataclass(frozen=True, eq=False)
class Equations:
    """Henderson's mixed-model equations without the constrained fixed columns.

    Attributes
    ----------
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
    formed : FormedDesign
        W of the free columns, formed when it is asked for.
    given_residual_inverse : csr_array, shape (n_observations, n_observations), optional
        In the place of the R^-1 of the design.

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding.
    """

    rhs: NDArray[np.float64]
    n_fixed: int
    design: Design
    a_inverse: Structure | None
    kept: NDArray[np.int64]
    formed: FormedDesign
    held: NDArray[np.bool_] | None = None
    given_residual_inverse: csr_array | None = None

    @property
    def w(self) -> csr_array:
        """Free fixed columns, then the random blocks, csr_array of shape (n_observations, n_equations)."""
        return self.formed.w

    @property
    def w_transposed(self) -> csr_array:
        """W' by rows."""
        return self.formed.w_transposed

    @property
    def residual_inverse(self) -> csr_array:
        """R^-1 as a matrix."""
        given = self.given_residual_inverse
        return self.design.residual_inverse if given is None else given

    @property
    def records(self) -> RecordLayout | None:
        """The layout, where W and R^-1 follow from the records, so that products need not form them."""
        is_given = self.given_residual_inverse is not None or self.design.given_w is not None
        return None if is_given else self.formed.layout

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
        k = max(k for k, start in enumerate(starts) if start <= column)
        block = self.design.random[k - len(self.design.fixed)] if k >= len(self.design.fixed) else None
        if block is not None and block.is_genetic:
            level = (column - starts[k]) // len(block.members)
            return "groups" if level >= len(block.level) - self.n_groups else names[k]
        return names[k]

    @property
    def n_groups(self) -> int:
        """Groups or metafounders behind the animals of the genetic block."""
        return 0 if self.a_inverse is None else self.a_inverse.n_groups

    @cached_property
    def structures(self) -> tuple[Structure, ...]:
        """Inverse relationships of the levels of each random block."""
        return tuple(
            self.relationship_inverse if block.is_genetic else Identity(len(block.level))
            for block in self.design.random
        )

    @property
    def parts(self) -> tuple[slice, ...]:
        """The equations of each random block."""
        sizes = (len(block.level) * len(block.members) for block in self.design.random)
        return tuple(slice(start, start + size) for start, size in zip(self.starts, sizes, strict=True))

    def expand(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Solutions from the coordinates of PCG, float64 of shape (n_equations,) or (n_equations, k)."""
        return x if self.a_inverse is None else self._genetic(x, self.a_inverse.expand)

    def reduce(self, r: NDArray[np.float64]) -> NDArray[np.float64]:
        """Right-hand sides in the coordinates of PCG, float64 of shape (n_equations,) or (n_equations, k)."""
        return r if self.a_inverse is None else self._genetic(r, self.a_inverse.reduce)

    def _genetic(
        self, x: NDArray[np.float64], change: Callable[[NDArray[np.float64]], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """`x` with the genetic block changed; `x` itself where the change is none."""
        k = next(k for k, block in enumerate(self.design.random) if block.is_genetic)
        own = x[self.parts[k]]
        levels = own.reshape(len(self.design.random[k].level), -1)
        changed = change(levels)
        if changed is levels:
            return x
        result = x.copy()
        result[self.parts[k]] = changed.reshape(own.shape)
        return result

    def product(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """C x without forming C, float64 of shape (n_equations,)."""
        if self.held is None:
            return self._product(x)
        result = self._product(np.where(self.held, 0.0, x))
        result[self.held] = x[self.held]
        return result

    def _product(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = self.w_transposed @ (self.residual_inverse @ (self.w @ x))
        for own, structure, precision in zip(self.parts, self.structures, self.design.precision, strict=True):
            levels = x[own].reshape(-1, len(precision)) @ precision
            result[own] += np.ravel(structure @ levels)
        return result

    def matrix(self) -> csc_array:
        """C as a sparse symmetric matrix."""
        blocks = [csr_array((self.n_fixed, self.n_fixed))]
        for structure, precision in zip(self.structures, self.design.precision, strict=True):
            blocks.append(csr_array(kron(structure.tocsr(), precision, format="csr")))
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
    keep = np.concatenate([np.flatnonzero(~constrained), np.arange(design.n_fixed, design.n_equations)]).astype(
        np.int64
    )
    formed = FormedDesign(design, keep)
    if len(keep) <= FORMED_LIMIT or design.given_w is not None:
        rhs = formed.w.T @ (design.residual_inverse @ design.y)
    else:
        rhs = right_hand_side(formed.layout, design, Workers())
    return Equations(
        rhs=rhs,
        n_fixed=int((~constrained).sum()),
        design=design,
        a_inverse=a_inverse,
        kept=keep,
        formed=formed,
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
