"""A first solution of the equations from that of an earlier run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..errors import ModelError
from ..solution.solution import Solution
from ..solving.results import genetic_columns


def start_from(earlier: Solution, equations: Equations, traits: tuple[str, ...]) -> NDArray[np.float64]:
    """Solutions of `earlier` in the order of the equations, 0 where it has none, float64 of shape (n_equations,).

    Raises
    ------
    ModelError
        ``start``: other columns of breeding values, more animals than the pedigree has, or numbers that are not finite.
    """
    design, x = equations.design, np.zeros(equations.design.n_equations)
    fixed = {(s.effect, s.trait): (s.level, s.estimate) for s in earlier.fixed}
    for fixed_block, at in zip(design.fixed, design.fixed_start, strict=True):
        known = fixed.get((fixed_block.effect, traits[fixed_block.trait]))
        if known is not None:
            x[at : at + len(fixed_block.level)] = _by_level(fixed_block.level, *known)
    random = {(s.effect, s.is_class, s.trait, s.coefficient): (s.level, s.estimate) for s in earlier.random}
    for block, at in zip(design.random, design.random_start, strict=True):
        own = x[at : at + len(block.level) * len(block.members)].reshape(len(block.level), -1)
        if block.is_genetic:
            n_groups = equations.n_groups
            if earlier.columns != genetic_columns(equations, traits) or len(earlier.ebv) > len(own) - n_groups:
                message = "the earlier solution has other breeding values, or more animals"
                raise ModelError("start", message, place="start", fix="Give a solution of the same effects, or none")
            own[: len(earlier.ebv)] = earlier.ebv
            if earlier.groups is not None and len(earlier.groups.ebv) == n_groups:
                own[len(own) - n_groups :] = earlier.groups.ebv
            continue
        for k, member in enumerate(block.members):
            is_class = block.variance_of.startswith("random.")
            known = random.get((block.effect, is_class, traits[member.trait], member.label))
            if known is not None:
                own[:, k] = _by_level(block.level, *known)
    first: NDArray[np.float64] = x[equations.kept]
    if not np.isfinite(first).all():
        message = "the earlier solution holds numbers that are missing or infinite"
        raise ModelError("start", message, place="start", fix="Give the solution of a fit, or none")
    return first if equations.held is None else np.where(equations.held, 0.0, first)


def _by_level(level: NDArray[np.int32], known: NDArray[np.int32], estimate: NDArray[np.float64]) -> NDArray[np.float64]:
    """The estimates of `known` levels (ascending) at `level`, 0 where there is none."""
    place = np.searchsorted(known, level).clip(0, max(0, len(known) - 1))
    return np.where(known[place] == level, estimate[place], 0.0) if len(known) else np.zeros(len(level))
