"""Fixed effects absorbed: conjugate gradients meet the equations of the other effects alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..equations.equations import Equations
from ..equations.record_product import fixed_crossed
from ..errors import ModelError
from ..linear.factor import Factor
from ..parallel.workers import Workers

SMALL = 1500
ENTRIES = 2_000_000
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AbsorbedFixed:
    """Fixed equations and the factor of their ``X' R^-1 X``.

    With ``b = (X' R^-1 X)^-1 X' R^-1 (y - Z u)`` only u is left to iterate on, in
    ``Z' M Z + K^-1 (x) G^-1`` with ``M = R^-1 - R^-1 X (X' R^-1 X)^-1 X' R^-1``. Contemporary groups and the animals in
    them no longer wait for each other: about half of the iterations of a preconditioner that has them apart.

    Attributes
    ----------
    equations : intp, shape (n_absorbed,)
    terms : tuple of int
        Their terms of `RecordLayout.fixed`; empty where W is given.
    factor : Factor

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding, chapter 5 (absorption).
    """

    equations: NDArray[np.intp]
    terms: tuple[int, ...]
    factor: Factor

    def solve(self, r: Vector) -> Vector:
        """``(X' R^-1 X)^-1 r``, float64 of the shape of `r`, (n_absorbed,) or (n_absorbed, m)."""
        return self.factor.solve(r)


def absorb_fixed(equations: Equations, workers: Workers) -> AbsorbedFixed | None:
    """Choose the fixed effects to absorb, and factorise their equations.

    All of them, if their factor is sparse. Otherwise the small ones (together up to 1,500 equations), and then one
    after the other of the rest, the largest first, unless the factor would become too full. None is absorbed where
    there are no fixed effects, or where rounding makes the factor singular; the iteration keeps such effects.
    """
    layout, n = equations.records, equations.n_fixed
    if n == 0:
        return None
    if layout is None:
        x = equations.w[:, :n]
        crossed = csc_array(x.T @ equations.residual_inverse @ x)
        parts = [np.arange(n)]
    else:
        crossed = fixed_crossed(layout, equations.design, workers)
        parts = [np.arange(t.start, t.start + t.n_levels * t.size) for t in layout.fixed]
    limit = max(ENTRIES, equations.n_equations)
    chosen, factor = _factor_most(crossed, parts, limit)
    if factor is None:
        return None
    terms = () if layout is None else tuple(chosen)
    return AbsorbedFixed(np.concatenate([parts[k] for k in chosen]), terms, factor)


def _factor_most(crossed: csc_array, parts: Sequence[NDArray[np.intp]], limit: int) -> tuple[list[int], Factor | None]:
    """The parts that are absorbed, and their factor."""
    by_size = sorted(range(len(parts)), key=lambda k: len(parts[k]))
    factor = _sparse_factor(crossed, limit)
    if factor is not None:
        return list(range(len(parts))), factor
    ends = np.cumsum([len(parts[k]) for k in by_size])
    n_small = int(np.searchsorted(ends, SMALL, side="right"))
    chosen: list[int] = []
    for more in (by_size[:n_small], *([k] for k in reversed(by_size[n_small:]))):
        wider = sorted([*chosen, *more])
        own = np.concatenate([parts[k] for k in wider]) if wider else np.empty(0, np.intp)
        found = _sparse_factor(crossed[own][:, own], limit) if len(own) else None
        chosen, factor = (chosen, factor) if found is None else (wider, found)
    return chosen, factor


def _sparse_factor(crossed: csc_array, limit: int) -> Factor | None:
    """The factor, where it has up to `limit` entries."""
    try:
        return Factor(crossed, largest=crossed.shape[0], most_entries=limit)
    except ModelError:
        return None
