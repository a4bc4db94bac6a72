"""Kernels of the design without a matrix: products with W, its transpose and R^-1, record by record."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .terms import Codes, LevelBlock, LevelRecords, Matrix, Residual, Term


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
                if k == 1:
                    fitted[i, traits[j], 0] += value * x[base + offsets[j], 0]
                    continue
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
    # R^-1 of a record is the inverse for the traits that it has, times its weight.
    own = np.empty(t)
    # One right-hand side: the same without the strides of columns.
    if k == 1:
        alone = e.reshape((len(e), t))
        for i in range(len(e)):
            factor = weight[i] if has_weights else 1.0
            for a in range(t):
                own[a] = factor * alone[i, a]
                alone[i, a] = 0.0
            for a in range(t):
                for b in range(t):
                    alone[i, a] += inverses[pattern[i], a, b] * own[b]
        return
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
                if k == 1:
                    sums[own * size + offsets[j], 0] += value * e[i, traits[j], 0]
                    continue
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
