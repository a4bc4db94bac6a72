"""``W' R^-1 W p`` from the records themselves, by blocks of records and of levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from ..parallel.executor import Executor
from ..parallel.workers import Workers, balanced_pieces, even_pieces, singles
from .design import Design, pattern_inverses, residual_patterns
from .term_kernels import (
    add_blocks,
    add_crossed,
    add_fitted,
    add_sums,
    crossed_of_levels,
    level_sums,
    records_by_level,
    weigh,
)
from .terms import LevelBlock, LevelRecords, Residual, Term, fixed_term, random_terms

Matrix = NDArray[np.float64]
Crossed = tuple[NDArray[np.int64], NDArray[np.int64], Matrix]
FEW = 1024


class RecordLayout:
    """What the records point to, whatever the variances: 4 bytes for each record and term, and as much again for the
    records of each level where there are more than 1,024 of them.

    Parameters
    ----------
    design : Design
        Without a given W.
    kept : int64, shape (n_equations,)
        Column of the design of each equation.
    """

    def __init__(self, design: Design, kept: NDArray[np.int64]) -> None:
        is_free = np.zeros(design.n_fixed, dtype=bool)
        is_free[kept[kept < design.n_fixed]] = True
        self.n_fixed, self.n_equations = int(is_free.sum()), len(kept)
        free_before = np.concatenate([[0], np.cumsum(is_free)])
        fixed = [
            fixed_term(block, is_free[at : at + len(block.level)], int(free_before[at]))
            for block, at in zip(design.fixed, design.fixed_start, strict=True)
        ]
        removed = design.n_fixed - self.n_fixed
        self.fixed = [term for term in fixed if term is not None]
        self.random = [
            random_terms(block, at - removed) for block, at in zip(design.random, design.random_start, strict=True)
        ]
        self.kinds, self.classes, self.pattern = residual_patterns(design.observed, design.residual_class)

    @property
    def terms(self) -> list[Term]:
        """Fixed, then random."""
        return [*self.fixed, *(term for terms in self.random for term in terms)]

    def residual(self, design: Design) -> Residual:
        """R^-1 of the records with the variances and weights of `design`."""
        weight = np.empty(0) if design.weights is None else design.weights
        return Residual(self.pattern, pattern_inverses(self.kinds, design.residual, self.classes), weight)

    @cached_property
    def lists(self) -> list[LevelRecords | None]:
        """The records of each level, for each of `terms` with many levels."""
        return [
            records_by_level(term.level, term.n_levels) if len(term.level) and term.n_equations > FEW else None
            for term in self.terms
        ]


@dataclass(frozen=True, eq=False)
class RecordBlock:
    """Records `first` to `last`: their terms (those with few levels again in `few`) and R^-1."""

    first: int
    last: int
    terms: tuple[Term, ...]
    few: tuple[Term, ...]
    residual: Residual


def weighted_fit(block: RecordBlock, x: Matrix) -> Matrix:
    """``R^-1 W x`` of the records of a block, (n_block, n_traits, k)."""
    fitted = np.zeros((block.last - block.first, block.residual.inverses.shape[1], x.shape[1]))
    for term in block.terms:
        add_fitted(term, x, fitted)
    weigh(block.residual, fitted)
    return fitted


def sums_of_few(block: RecordBlock, e: Matrix) -> Matrix:
    """The block's share of ``W' e`` for the terms with few levels, one after the other, (n_sums, k)."""
    sums = [np.zeros((term.n_equations, e.shape[2])) for term in block.few]
    for term, own in zip(block.few, sums, strict=True):
        add_sums(term, e[block.first : block.last], own)
    return np.concatenate(sums)


def sums_of_levels(block: LevelBlock, e: Matrix) -> Matrix:
    """``W' e`` of the levels of a block, (n_levels * size, k)."""
    sums: Matrix = level_sums(block, e)
    return sums


class RecordPart:
    """``R^-1 W`` and ``W'`` of some terms as operators; each sum has its worker, so the bits do not depend on how many
    there are.

    Parameters
    ----------
    layout : RecordLayout
    design : Design
        With the variances and weights.
    executor : Executor
    chosen : sequence of int
        Which of ``layout.terms``.
    """

    def __init__(self, layout: RecordLayout, design: Design, executor: Executor, chosen: Sequence[int]) -> None:
        self._executor, self._shape = executor, design.values.shape
        terms, lists = [layout.terms[k] for k in chosen], [layout.lists[k] for k in chosen]
        residual = layout.residual(design)
        self._few = [term for term, records in zip(terms, lists, strict=True) if records is None]
        self._pieces = even_pieces(self._shape[0])
        self._records = executor.place(
            [
                RecordBlock(a, b, _parts(terms, a, b), _parts(self._few, a, b), residual.part(a, b))
                for a, b in self._pieces
            ]
        )
        self._levels = [
            (term, pieces := balanced_pieces(found.pointers + np.arange(len(found.pointers))),
             executor.place([_level_block(term, found, *piece) for piece in pieces]))
            for term, found in zip(terms, lists, strict=True) if found is not None
        ]  # fmt: skip

    def zeros(self, k: int) -> Matrix:
        """Nothing fitted yet, (n_records, n_traits, k)."""
        return np.zeros((*self._shape, k))

    def add_fitted(self, x: Matrix, e: Matrix) -> None:
        """``e += R^-1 W x`` for `x` (n_equations, k) and `e` (n_records, n_traits, k)."""
        self._executor.add(weighted_fit, self._records, x, [e[a:b] for a, b in self._pieces])

    def add_sums(self, e: Matrix, result: Matrix) -> None:
        """``result += W' e``, its transpose."""
        for term, pieces, placed in self._levels:
            own = result[term.start : term.start + term.n_equations]
            self._executor.add(sums_of_levels, placed, e, [own[a * term.size : b * term.size] for a, b in pieces])
        if self._few:
            sums, at = np.sum(self._executor.map(sums_of_few, self._records, e), axis=0), 0
            for term in self._few:
                result[term.start : term.start + term.n_equations] += sums[at : at + term.n_equations]
                at += term.n_equations


def _parts(terms: Sequence[Term], first: int, last: int) -> tuple[Term, ...]:
    return tuple(term.part(first, last) for term in terms)


def _level_block(term: Term, found: LevelRecords, first: int, last: int) -> LevelBlock:
    pointers = found.pointers[first : last + 1]
    own = found.records[pointers[0] : pointers[-1]]
    values = term.values[own] if len(term.values) else term.values
    return LevelBlock(pointers - pointers[0], own, term.size, term.traits, term.offsets, values)


def right_hand_side(layout: RecordLayout, design: Design, executor: Executor) -> Matrix:
    """``W' R^-1 y``, float64 of shape (n_equations,)."""
    e = np.where(design.observed, design.values, 0.0)[:, :, None]
    weigh(layout.residual(design), e)
    rhs = np.zeros((layout.n_equations, 1))
    RecordPart(layout, design, executor, range(len(layout.terms))).add_sums(e, rhs)
    return rhs[:, 0]


def level_blocks(layout: RecordLayout, design: Design, k: int) -> Matrix:
    """Diagonal blocks of ``W' R^-1 W`` of random block `k`, (n_levels, size, size)."""
    terms, residual = layout.random[k], layout.residual(design)
    blocks = np.zeros((terms[0].n_levels, terms[0].size, terms[0].size))
    for term in terms:
        add_blocks(term, residual, blocks)
    return blocks


def fixed_diagonal(layout: RecordLayout, design: Design) -> Matrix:
    """Diagonal of ``X' R^-1 X``, (n_fixed,)."""
    diagonal, residual = np.zeros(layout.n_fixed), layout.residual(design)
    for term in layout.fixed:
        blocks = np.zeros((term.n_levels, term.size, term.size))
        add_blocks(term, residual, blocks)
        own = np.einsum("kii->ki", blocks).ravel()
        diagonal[term.start : term.start + len(own)] = own
    return diagonal


def fixed_crossed(layout: RecordLayout, design: Design, workers: Workers) -> csc_array:
    """``X' R^-1 X`` of the free fixed columns, csc_array of shape (n_fixed, n_fixed)."""
    residual, terms = layout.residual(design), layout.fixed
    classes = [k for k, term in enumerate(terms) if len(term.level)]
    curves = [k for k, term in enumerate(terms) if not len(term.level)]
    lists = {k: layout.lists[k] or records_by_level(terms[k].level, terms[k].n_levels) for k in classes}
    pairs = [(a, b) for a in classes for b in (*curves, *(other for other in classes if other >= a))]

    def cross(k: int, _end: int) -> Crossed:
        a, b = (terms[of] for of in pairs[k])
        row, column, value = crossed_of_levels(lists[pairs[k][0]], a.traits[0], b, residual)
        return a.start + row, b.start + column, value

    parts = workers.run(cross, singles(len(pairs)))
    parts += [(column, row, value) for (row, column, value), (a, b) in zip(parts, pairs, strict=True) if a != b]
    parts.append(_crossed_of_curves([terms[k] for k in curves], residual))
    row, column, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    return csc_array((value, (row, column)), shape=(layout.n_fixed, layout.n_fixed))


def _crossed_of_curves(terms: list[Term], residual: Residual) -> Crossed:
    ends = np.cumsum([0, *(t.size for t in terms)]).tolist()
    crossed = np.zeros((ends[-1], ends[-1]))
    placed = [term._replace(start=at) for at, term in zip(ends, terms, strict=False)]
    for first in placed:
        for second in placed:
            add_crossed(first, second, residual, crossed)
    equations = np.concatenate([np.empty(0, np.int64), *(t.start + np.arange(t.size) for t in terms)])
    row, column = np.nonzero(crossed)
    return equations[row], equations[column], crossed[row, column]
