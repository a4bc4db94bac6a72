"""A first solution of the equations from that of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..equations.blocks import RandomBlock
from ..equations.equations import Equations
from ..errors import ModelError
from ..solution.parts import RandomSolution
from ..solution.solution import Solution
from ..solving.results import genetic_columns

Matrix = NDArray[np.float64]


def start_from(earlier: Solution, equations: Equations, traits: tuple[str, ...]) -> NDArray[np.float64]:
    """Solutions of `earlier` in the order of the equations, 0 where it has none, float64 of shape (n_equations,).

    Raises
    ------
    ModelError
        ``start``: other columns of breeding values, more animals than the pedigree has, or numbers that are not finite.
    """
    x = np.zeros(equations.design.n_equations)
    _take_fixed(earlier, equations, traits, x)
    known = {_Key(s.effect, s.is_class, s.trait, s.coefficient): s for s in earlier.random}
    for block, at in zip(equations.design.random, equations.design.random_start, strict=True):
        own = x[at : at + len(block.level) * len(block.members)].reshape(len(block.level), -1)
        if block.is_genetic:
            _take_breeding_values(earlier, equations, traits, own)
        else:
            _take_random(known, block, traits, own)
    first: NDArray[np.float64] = x[equations.kept]
    if not np.isfinite(first).all():
        message = "the earlier solution holds numbers that are missing or infinite"
        raise ModelError("start", message, place="start", fix="Give the solution of a fit, or none")
    return first if equations.held is None else np.where(equations.held, 0.0, first)


class _Key(NamedTuple):
    """What a random solution is known by."""

    effect: str
    is_class: bool
    trait: str
    coefficient: str


def _take_fixed(earlier: Solution, equations: Equations, traits: tuple[str, ...], x: Matrix) -> None:
    known = {(solution.effect, solution.trait): solution for solution in earlier.fixed}
    for block, at in zip(equations.design.fixed, equations.design.fixed_start, strict=True):
        found = known.get((block.effect, traits[block.trait]))
        if found is not None:
            x[at : at + len(block.level)] = _by_level(block.level, found.level, found.estimate)


def _take_breeding_values(earlier: Solution, equations: Equations, traits: tuple[str, ...], own: Matrix) -> None:
    """Animals keep their positions, new ones come after them; groups stand last."""
    n_animals = len(own) - equations.n_groups
    if earlier.columns != genetic_columns(equations, traits) or len(earlier.ebv) > n_animals:
        message = "the earlier solution has other breeding values, or more animals"
        raise ModelError("start", message, place="start", fix="Give a solution of the same effects, or none")
    own[: len(earlier.ebv)] = earlier.ebv
    if earlier.groups is not None and len(earlier.groups.ebv) == equations.n_groups:
        own[n_animals:] = earlier.groups.ebv


def _take_random(
    known: Mapping[_Key, RandomSolution], block: RandomBlock, traits: tuple[str, ...], own: Matrix
) -> None:
    is_class = block.variance_of.startswith("random.")
    for k, member in enumerate(block.members):
        found = known.get(_Key(block.effect, is_class, traits[member.trait], member.label))
        if found is not None:
            own[:, k] = _by_level(block.level, found.level, found.estimate)


def _by_level(level: NDArray[np.int32], known: NDArray[np.int32], estimate: NDArray[np.float64]) -> NDArray[np.float64]:
    """The estimates of `known` levels (ascending) at `level`, 0 where there is none."""
    place = np.searchsorted(known, level).clip(0, max(0, len(known) - 1))
    return np.where(known[place] == level, estimate[place], 0.0) if len(known) else np.zeros(len(level))
