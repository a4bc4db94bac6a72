"""The design without a matrix: what each record points to, and the records of each level."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .blocks import FixedBlock, Member, RandomBlock

Matrix = NDArray[np.float64]
Codes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Term:
    """Coefficients that act on the records through the same levels.

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
    def arrays(self) -> tuple[int, int, Codes, Codes, Codes, Matrix]:
        """What the kernels take."""
        return self.start, self.size, self.traits, self.offsets, self.level, self.values

    def part(self, first: int, last: int) -> Term:
        """The same for some records."""
        return replace(self, level=self.level[first:last], values=self.values[first:last])


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
def records_by_level(level: Codes, n_levels: int) -> tuple[NDArray[np.int64], Codes]:
    """Where the records of each level start, (n_levels + 1,), and all records, level by level."""
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
    return pointers, records


@njit(cache=True, nogil=True)
def add_fitted(
    start: int, size: int, traits: Codes, offsets: Codes, level: Codes, values: Matrix, x: Matrix, fitted: Matrix
) -> None:
    """Add a term to `fitted` (n_records, n_traits)."""
    m, has_levels, has_values = len(traits), len(level) > 0, len(values) > 0
    if m == 1 and has_levels and not has_values:
        at, trait = start + offsets[0], traits[0]
        for i in range(len(fitted)):
            if level[i] >= 0:
                fitted[i, trait] += x[at + level[i] * size]
        return
    for i in range(len(fitted)):
        k = level[i] if has_levels else 0
        if k >= 0:
            base = start + k * size
            for j in range(m):
                value = x[base + offsets[j]]
                fitted[i, traits[j]] += values[i, j] * value if has_values else value


@njit(cache=True, nogil=True)
def weigh(pattern: Codes, inverses: Matrix, weight: Matrix, e: Matrix) -> None:
    """``e <- R^-1 e`` by record: `inverses` (n_patterns, n_traits, n_traits), 0 at missing traits."""
    t, has_weights = e.shape[1], len(weight) > 0
    if t == 1 and not has_weights:
        for i in range(len(e)):
            e[i, 0] *= inverses[pattern[i], 0, 0]
        return
    own = np.empty(t)
    for i in range(len(e)):
        factor = weight[i] if has_weights else 1.0
        for a in range(t):
            own[a] = factor * e[i, a]
            e[i, a] = 0.0
        for a in range(t):
            for b in range(t):
                e[i, a] += inverses[pattern[i], a, b] * own[b]


@njit(cache=True, nogil=True)
def level_sums(
    pointers: NDArray[np.int64], records: Codes, size: int, traits: Codes, offsets: Codes, values: Matrix, e: Matrix
) -> Matrix:
    """Sums of e over the records of each level, (n_levels * size,); `values` in the order of `records`."""
    n, m, has_values = len(pointers) - 1, len(traits), len(values) > 0
    sums = np.zeros(n * size)
    if m == 1 and not has_values:
        offset, trait = offsets[0], traits[0]
        for k in range(n):
            total = 0.0
            for q in range(pointers[k], pointers[k + 1]):
                total += e[records[q], trait]
            sums[k * size + offset] = total
        return sums
    for k in range(n):
        for q in range(pointers[k], pointers[k + 1]):
            i = records[q]
            for j in range(m):
                value = e[i, traits[j]]
                sums[k * size + offsets[j]] += values[q, j] * value if has_values else value
    return sums


@njit(cache=True, nogil=True)
def add_sums(size: int, traits: Codes, offsets: Codes, level: Codes, values: Matrix, e: Matrix, sums: Matrix) -> None:
    """The same record by record, for few levels."""
    m, has_levels, has_values = len(traits), len(level) > 0, len(values) > 0
    if m == 1 and not has_levels:
        total = 0.0
        for i in range(len(e)):
            total += values[i, 0] * e[i, traits[0]]
        sums[offsets[0]] += total
        return
    for i in range(len(e)):
        k = level[i] if has_levels else 0
        if k >= 0:
            for j in range(m):
                value = e[i, traits[j]]
                sums[k * size + offsets[j]] += values[i, j] * value if has_values else value


@njit(cache=True, nogil=True)
def add_blocks(
    traits: Codes,
    offsets: Codes,
    level: Codes,
    values: Matrix,
    pattern: Codes,
    inverses: Matrix,
    weight: Matrix,
    blocks: Matrix,
) -> None:
    """Add ``z' R^-1 z`` of each record to the block (size, size) of its level."""
    m, has_levels, has_values, has_weights = len(traits), len(level) > 0, len(values) > 0, len(weight) > 0
    for i in range(len(pattern)):
        k = level[i] if has_levels else 0
        if k >= 0:
            factor = weight[i] if has_weights else 1.0
            for a in range(m):
                for b in range(m):
                    value = factor * inverses[pattern[i], traits[a], traits[b]]
                    if has_values:
                        value *= values[i, a] * values[i, b]
                    blocks[k, offsets[a], offsets[b]] += value


@njit(cache=True, nogil=True)
def add_crossed(
    start: int, size: int, traits: Codes, offsets: Codes, level: Codes, values: Matrix,
    start_2: int, size_2: int, traits_2: Codes, offsets_2: Codes, level_2: Codes, values_2: Matrix,
    pattern: Codes, inverses: Matrix, weight: Matrix, crossed: Matrix,
) -> None:  # fmt: skip
    """Add ``X_1' R^-1 X_2`` of two terms to `crossed`, which has all their equations."""
    for i in range(len(pattern)):
        k = level[i] if len(level) > 0 else 0
        k_2 = level_2[i] if len(level_2) > 0 else 0
        if k < 0 or k_2 < 0:
            continue
        factor = weight[i] if len(weight) > 0 else 1.0
        for a in range(len(traits)):
            for b in range(len(traits_2)):
                value = factor * inverses[pattern[i], traits[a], traits_2[b]]
                if len(values) > 0:
                    value *= values[i, a]
                if len(values_2) > 0:
                    value *= values_2[i, b]
                crossed[start + k * size + offsets[a], start_2 + k_2 * size_2 + offsets_2[b]] += value


@njit(cache=True, nogil=True)
def crossed_of_levels(
    pointers: NDArray[np.int64], records: Codes, trait: int, n_levels: int,
    size: int, traits: Codes, offsets: Codes, level: Codes, values: Matrix,
    pattern: Codes, inverses: Matrix, weight: Matrix,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Matrix]:  # fmt: skip
    """Rows, columns and values of ``X_1' R^-1 X_2``: X_1 has one column for each list of `records`, X_2 is a term."""
    n, m, has_levels, has_values, has_weights = len(pointers) - 1, len(traits), len(level), len(values), len(weight)
    most = min(len(records) * m, n * n_levels * size)
    row, column, value = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    place, used = np.full(n_levels * size, -1, np.int64), 0
    for k in range(n):
        first = used
        for q in range(pointers[k], pointers[k + 1]):
            i = records[q]
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
