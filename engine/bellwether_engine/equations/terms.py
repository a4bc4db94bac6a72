"""The design without a matrix: what each record points to, and the records of each level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .blocks import FixedBlock, Member, RandomBlock

Matrix = NDArray[np.float64]
Codes = NDArray[np.int32]


class Term(NamedTuple):
    """Coefficients that act on the records through the same levels; kernels take it whole.

    ``fitted[i, traits[j]] += values[i, j] x[start + level[i] size + offsets[j]]``

    Attributes
    ----------
    start, size, n_levels : int
        First equation, equations per level, levels.
    traits, offsets : int32, shape (m,)
    level : int32, shape (n_records,)
        -1: not on this record. Empty: level 0 of all records.
    values : float64, shape (n_records, m)
        Empty: 1.
    """

    start: int
    size: int
    n_levels: int
    traits: Codes
    offsets: Codes
    level: Codes
    values: Matrix

    @property
    def n_equations(self) -> int:
        """Equations of all levels."""
        return self.n_levels * self.size

    def part(self, first: int, last: int) -> Term:
        """The same for some records."""
        return self._replace(level=self.level[first:last], values=self.values[first:last])


class LevelRecords(NamedTuple):
    """The records of each level.

    Attributes
    ----------
    pointers : int64, shape (n_levels + 1,)
        Where the records of each level start.
    records : int32, shape (n_records,)
        Level by level.
    """

    pointers: NDArray[np.int64]
    records: Codes


class LevelBlock(NamedTuple):
    """Some levels of a term with their records; `values` in the order of `records`, empty: 1."""

    pointers: NDArray[np.int64]
    records: Codes
    size: int
    traits: Codes
    offsets: Codes
    values: Matrix


class Residual(NamedTuple):
    """R^-1, record by record.

    Attributes
    ----------
    pattern : int32, shape (n_records,)
        Which of `inverses` each record has.
    inverses : float64, shape (n_patterns, n_traits, n_traits)
        0 at missing traits.
    weight : float64, shape (n_records,)
        Empty: 1.
    """

    pattern: Codes
    inverses: Matrix
    weight: Matrix

    def part(self, first: int, last: int) -> Residual:
        """The same for some records."""
        return Residual(self.pattern[first:last], self.inverses, self.weight[first:last])


NO_LEVEL, NO_VALUES = np.empty(0, np.int32), np.empty((0, 0))


def fixed_term(block: FixedBlock, is_free: NDArray[np.bool_], start: int) -> Term | None:
    """The free columns of a fixed block, from equation `start` on; None where it has none."""
    n_free = int(is_free.sum())
    if n_free == 0:
        return None
    if block.column is not None:
        level = block.column
        if n_free < len(is_free):
            new = np.append(np.where(is_free, np.cumsum(is_free) - 1, -1), -1).astype(np.int32)
            level = new[level]
        return Term(start, 1, n_free, _codes([block.trait]), _codes([0]), level, NO_VALUES)
    assert block.values is not None
    values = block.values if n_free == len(is_free) else np.ascontiguousarray(block.values[:, is_free])
    return Term(start, n_free, 1, _codes([block.trait] * n_free), _codes(range(n_free)), NO_LEVEL, values)


def random_terms(block: RandomBlock, start: int) -> list[Term]:
    """One term for all members with the same levels."""
    together: dict[tuple[int, bool], list[int]] = {}
    for k, member in enumerate(block.members):
        together.setdefault((id(member.level), member.value is None), []).append(k)
    return [_random_term(block, [block.members[k] for k in ks], ks, start) for ks in together.values()]


def _random_term(block: RandomBlock, members: list[Member], offsets: list[int], start: int) -> Term:
    given = [member.value for member in members if member.value is not None]
    values = np.column_stack(given) if given else NO_VALUES
    traits = _codes([member.trait for member in members])
    return Term(start, len(block.members), len(block.level), traits, _codes(offsets), members[0].level, values)


def _codes(values: list[int] | range) -> Codes:
    return np.array(values, dtype=np.int32)


@njit(cache=True, nogil=True)
def records_by_level(level: Codes, n_levels: int) -> LevelRecords:
    """The records of each level, by counting: O(n_records), and records of a level stay in their order."""
    pointers = np.zeros(n_levels + 1, np.int64)
    for k in level:
        if k >= 0:
            pointers[k + 1] += 1
    pointers = np.cumsum(pointers)
    free = pointers[:-1].copy()
    records = np.empty(pointers[-1], np.int32)
    for i in range(len(level)):
        k = level[i]
        if k >= 0:
            records[free[k]] = i
            free[k] += 1
    return LevelRecords(pointers, records)


@njit(cache=True, nogil=True)
def add_fitted(term: Term, x: Matrix, fitted: Matrix) -> None:
    """``fitted += W x`` of a term: `x` (n_equations, k), `fitted` (n_records, n_traits, k)."""
    start, size, traits, offsets, level, values = (
        term.start, term.size, term.traits, term.offsets, term.level, term.values,
    )  # fmt: skip
    m, k, has_levels, has_values = len(traits), x.shape[1], len(level) > 0, len(values) > 0
    # Most terms of most models add one number to a record: without inner loops this takes half as long.
    if m == 1 and k == 1 and has_levels and not has_values:
        at, trait = start + offsets[0], traits[0]
        for i in range(len(fitted)):
            if level[i] >= 0:
                fitted[i, trait, 0] += x[at + level[i] * size, 0]
        return
    for i in range(len(fitted)):
        own = level[i] if has_levels else 0
        if own >= 0:
            base = start + own * size
            for j in range(m):
                value = values[i, j] if has_values else 1.0
                for c in range(k):
                    fitted[i, traits[j], c] += value * x[base + offsets[j], c]


@njit(cache=True, nogil=True)
def weigh(residual: Residual, e: Matrix) -> None:
    """``e <- R^-1 e``, record by record: `e` (n_records, n_traits, k)."""
    pattern, inverses, weight = residual.pattern, residual.inverses, residual.weight
    t, k, has_weights = e.shape[1], e.shape[2], len(weight) > 0
    # One trait without weights is a division by its residual variance.
    if t == 1 and not has_weights:
        for i in range(len(e)):
            for c in range(k):
                e[i, 0, c] *= inverses[pattern[i], 0, 0]
        return
    # R^-1 of a record is the inverse for the traits that it has, times its weight (Henderson 1984, chapter 11).
    own = np.empty(t)
    for i in range(len(e)):
        factor = weight[i] if has_weights else 1.0
        for c in range(k):
            for a in range(t):
                own[a] = factor * e[i, a, c]
                e[i, a, c] = 0.0
            for a in range(t):
                for b in range(t):
                    e[i, a, c] += inverses[pattern[i], a, b] * own[b]


@njit(cache=True, nogil=True)
def level_sums(block: LevelBlock, e: Matrix) -> Matrix:
    """``W' e`` of the levels of a block, (n_levels * size, k): `e` (n_records, n_traits, k). Each level gathers its own
    records, so that no two workers add to one place."""
    pointers, records, size, traits, offsets, values = (
        block.pointers, block.records, block.size, block.traits, block.offsets, block.values,
    )  # fmt: skip
    n, m, k, has_values = len(pointers) - 1, len(traits), e.shape[2], len(values) > 0
    sums = np.zeros((n * size, k))
    # One number per record is summed in a register.
    if m == 1 and k == 1 and not has_values:
        offset, trait = offsets[0], traits[0]
        for own in range(n):
            total = 0.0
            for q in range(pointers[own], pointers[own + 1]):
                total += e[records[q], trait, 0]
            sums[own * size + offset, 0] = total
        return sums
    for own in range(n):
        for q in range(pointers[own], pointers[own + 1]):
            i = records[q]
            for j in range(m):
                value = values[q, j] if has_values else 1.0
                for c in range(k):
                    sums[own * size + offsets[j], c] += value * e[i, traits[j], c]
    return sums


@njit(cache=True, nogil=True)
def add_sums(term: Term, e: Matrix, sums: Matrix) -> None:
    """``sums += W' e`` record by record, for few levels: `e` (n_records, n_traits, k), `sums` (n_levels * size, k)."""
    size, traits, offsets, level, values = term.size, term.traits, term.offsets, term.level, term.values
    m, k, has_levels, has_values = len(traits), e.shape[2], len(level) > 0, len(values) > 0
    # A covariate has one sum over all records, in a register.
    if m == 1 and k == 1 and not has_levels:
        total = 0.0
        for i in range(len(e)):
            total += values[i, 0] * e[i, traits[0], 0]
        sums[offsets[0], 0] += total
        return
    for i in range(len(e)):
        own = level[i] if has_levels else 0
        if own >= 0:
            for j in range(m):
                value = values[i, j] if has_values else 1.0
                for c in range(k):
                    sums[own * size + offsets[j], c] += value * e[i, traits[j], c]


@njit(cache=True, nogil=True)
def add_blocks(term: Term, residual: Residual, blocks: Matrix) -> None:
    """``blocks += W' R^-1 W`` inside each level of a term: `blocks` (n_levels, size, size)."""
    traits, offsets, level, values = term.traits, term.offsets, term.level, term.values
    pattern, inverses, weight = residual.pattern, residual.inverses, residual.weight
    m, has_levels, has_values, has_weights = len(traits), len(level) > 0, len(values) > 0, len(weight) > 0
    for i in range(len(pattern)):
        own = level[i] if has_levels else 0
        if own >= 0:
            factor = weight[i] if has_weights else 1.0
            for a in range(m):
                for b in range(m):
                    value = factor * inverses[pattern[i], traits[a], traits[b]]
                    if has_values:
                        value *= values[i, a] * values[i, b]
                    blocks[own, offsets[a], offsets[b]] += value


@njit(cache=True, nogil=True)
def add_crossed(first: Term, second: Term, residual: Residual, crossed: Matrix) -> None:
    """``crossed += X_1' R^-1 X_2`` of two terms with few equations: `crossed` (n, n) holds the equations of both."""
    pattern, inverses, weight = residual.pattern, residual.inverses, residual.weight
    for i in range(len(pattern)):
        k_1 = first.level[i] if len(first.level) > 0 else 0
        k_2 = second.level[i] if len(second.level) > 0 else 0
        if k_1 < 0 or k_2 < 0:
            continue
        factor = weight[i] if len(weight) > 0 else 1.0
        for a in range(len(first.traits)):
            for b in range(len(second.traits)):
                value = factor * inverses[pattern[i], first.traits[a], second.traits[b]]
                if len(first.values) > 0:
                    value *= first.values[i, a]
                if len(second.values) > 0:
                    value *= second.values[i, b]
                row = first.start + k_1 * first.size + first.offsets[a]
                crossed[row, second.start + k_2 * second.size + second.offsets[b]] += value


@njit(cache=True, nogil=True)
def crossed_of_levels(
    rows: LevelRecords, trait: int, term: Term, residual: Residual
) -> tuple[NDArray[np.int64], NDArray[np.int64], Matrix]:
    """Rows, columns and values of ``X_1' R^-1 X_2``: X_1 has one column of `trait` for each list of `rows`, X_2 is a
    term."""
    size, traits, offsets, level, values = term.size, term.traits, term.offsets, term.level, term.values
    pattern, inverses, weight = residual.pattern, residual.inverses, residual.weight
    n, m = len(rows.pointers) - 1, len(traits)
    has_levels, has_values, has_weights = len(level) > 0, len(values) > 0, len(weight) > 0
    most = min(len(rows.records) * m, n * term.n_levels * size)
    row, column, value = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    # Row by row; `place` tells where an entry of X_2 stands in the present row, if it was met there before (Davis 2006,
    # chapter 2: the scattered row of a sparse product).
    place, used = np.full(term.n_levels * size, -1, np.int64), 0
    for k in range(n):
        first = used
        for q in range(rows.pointers[k], rows.pointers[k + 1]):
            i = rows.records[q]
            other = level[i] if has_levels else 0
            if other < 0:
                continue
            for j in range(m):
                at, found = other * size + offsets[j], inverses[pattern[i], trait, traits[j]]
                if has_weights:
                    found *= weight[i]
                if has_values:
                    found *= values[i, j]
                if place[at] < first:
                    place[at] = used
                    row[used], column[used], value[used] = k, at, 0.0
                    used += 1
                value[place[at]] += found
    return row[:used].copy(), column[:used].copy(), value[:used].copy()
