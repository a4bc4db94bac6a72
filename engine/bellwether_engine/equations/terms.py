"""The design without a matrix: what each record points to, and the records of each level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
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
