"""Exclusion of candidates by opposing homozygotes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..genotypes.pairs import GenotypeBits, exclusion_limit, opposing_homozygotes
from .claims import ParentageRules

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]
CHUNK = 1 << 20


@dataclass(frozen=True)
class Candidate:
    row: int
    opposing: int
    compared: int
    limit: int

    @property
    def is_excluded(self) -> bool:
        return self.opposing > self.limit


def compare_candidates(
    bits: GenotypeBits, offspring: Rows, candidates: Rows, born: Floats, rate: float, rules: ParentageRules
) -> list[list[Candidate]]:
    """All candidates of a fitting age, by offspring, the fewest opposing homozygotes first."""
    found: list[list[Candidate]] = []
    step = max(1, CHUNK // max(1, len(candidates)))
    for start in range(0, len(offspring), step):
        some = offspring[start : start + step]
        age = born[some][:, None] - born[candidates][None, :]
        fits = ~((age < rules.min_age_days) | (age > rules.max_age_days)) & (some[:, None] != candidates[None, :])
        row, column = np.nonzero(fits)
        opposing, compared = opposing_homozygotes(bits, some[row], candidates[column])
        limit = exclusion_limit(compared, rate, rules.p_false)
        order = np.lexsort((opposing / np.maximum(compared, 1), opposing > limit, row))
        ends = np.searchsorted(row[order], np.arange(len(some) + 1))
        for first, last in pairwise(ends):
            part = order[first:last]
            kept = part[: max(1, int((opposing[part] <= limit[part]).sum()))]
            found.append(
                [Candidate(int(candidates[column[k]]), int(opposing[k]), int(compared[k]), int(limit[k])) for k in kept]
            )
    return found
