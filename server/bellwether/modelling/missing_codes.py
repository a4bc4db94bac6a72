"""What stands for "unknown": one table for parents, classes, traits and covariates.

A code of `UNKNOWN` is unknown wherever it stands; `0` as well for a parent or a level of a random effect, where it is
never a name. What other programs write for it is asked about (a parent), refused with the remedy (a number, a fixed
class) or unknown and told (a random effect, whose records would otherwise share one level). `[missing]` of the model
file, or `--missing`, decides it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.findings import Warned
from bellwether.sheep.missing import NEVER_A_TAG, WORDS, is_missing, normal, words

UNKNOWN = ("", "NA")
UNKNOWN_NUMBER = (*UNKNOWN, "NaN", "nan")
UNKNOWN_PARENT = ("", "0", "NA")
# of the table's words, those that are names of a level as well
NAMES = words("none missing miss unknown unkn unk unk. unrecorded blank (blank) empty tba tbc ohne keine keiner")
LONGEST = max(map(len, WORDS))
ZERO = re.compile(r"0+(?:[.,]0+)?")
COMMON = (-9.0, -99.0, -999.0, -9999.0, -99999.0, 0.0, 99.0, 999.0, 9999.0, 99999.0)


@dataclass(frozen=True)
class MissingCodes:
    """What the user declares: `codes` are unknown everywhere, `values` are what they say, whatever they look like."""

    codes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def also(self, codes: tuple[str, ...]) -> MissingCodes:
        """The same with more codes."""
        return replace(self, codes=tuple(dict.fromkeys((*self.codes, *codes))))

    def parents(self) -> list[str]:
        """Cells of a parent that mean an unknown one."""
        return self._without_values(UNKNOWN_PARENT)

    def numbers(self) -> list[str]:
        """Cells of a trait or covariate that mean a missing one."""
        return self._without_values(UNKNOWN_NUMBER)

    def is_strange(self, column: pl.Series) -> pl.Series:
        """Cells that look like a code for an unknown parent."""
        return column.is_in([cell for cell in candidates(column) if cell not in self.values and looks_unknown(cell)])

    def is_no_level(self, column: pl.Series, *, is_random: bool) -> pl.Series:
        """Cells of a class without a level: a random effect takes 0 and words as well, a fixed one has levels of
        these names."""
        looks = looks_unknown if is_random else is_sign
        strange = [cell for cell in candidates(column) if cell not in self.values and looks(cell)]
        return column.is_in([*self._without_values(UNKNOWN_NUMBER), *strange])

    def _without_values(self, usual: tuple[str, ...]) -> list[str]:
        return [code for code in dict.fromkeys((*usual, *self.codes)) if code == "" or code not in self.values]


NOTHING_DECLARED = MissingCodes()


def candidates(column: pl.Series) -> list[str]:
    """The few distinct cells that can be codes at all: short ones without digits, and numbers below 0, zeros, nines."""
    cells = column.unique()
    without = (cells.str.len_chars() <= LONGEST) & ~cells.str.contains("[0-9]")
    return cells.filter(without | cells.str.contains(r"^(-\s?[0-9]+|9{5,}|0+)([.,]0+)?$")).to_list()


def looks_unknown(cell: str) -> bool:
    """Is it a word of the table, or a number that often stands for "unknown"?"""
    return cell != "" and (is_missing(cell) or NEVER_A_TAG.fullmatch(cell) is not None)


def is_sign(cell: str) -> bool:
    """The same without words that may be the name of a level, and without 0."""
    return looks_unknown(cell) and normal(cell) not in NAMES and ZERO.fullmatch(cell) is None


def told_levels(name: str, column: pl.Series, missing: pl.Series) -> list[Warned]:
    """Codes that were read as no level of a random effect."""
    codes = column.filter(missing & ~column.is_in(list(UNKNOWN_NUMBER)))
    if not len(codes):
        return []
    listed = ", ".join(f"{code} ({count})" for code, count in counted(codes))
    message = f"{listed} in {name} count as unknown: they are no level that records share"
    return [Warned(code="unknown_code", message=message, effect=name, level=None)]


def told_classes(name: str, column: pl.Series) -> list[Warned]:
    """Levels of a fixed class whose names say that nothing is known: their records share one level."""
    levels = column.filter(column.is_in([cell for cell in candidates(column) if looks_unknown(cell)]))
    if not len(levels) or column.n_unique() == 1 or set(column.unique()) == {"0", "1"}:
        return []
    listed = ", ".join(f"{level} ({count})" for level, count in counted(levels))
    message = f"{listed} in {name} count as a level of their own, which these records share"
    return [Warned(code="level_named_unknown", message=message, effect=name, level=None)]


def told_values(name: str, values: NDArray[np.float64], declared: MissingCodes) -> list[Warned]:
    """Values at the edge of a trait or covariate that are a common code for a missing one."""
    known = values[np.isfinite(values)]
    rest = known[~np.isin(known, COMMON)]
    asked = {float(value) for value in declared.values if _is_number(value)}
    if not rest.size:
        return []
    counts = {code: int((known == code).sum()) for code in COMMON if code not in asked}
    found = [f"{code:g} ({count})" for code, count in counts.items() if count and _lies_apart(code, rest)]
    if not found:
        return []
    message = (
        f"{', '.join(found)} in {name} count as values, the others lie between {rest.min():g} and {rest.max():g}; "
        "declare them in [missing] codes if they mean that it is missing, in [missing] values if not"
    )
    return [Warned(code="value_like_a_missing_code", message=message, effect=name, level=None)]


def _lies_apart(code: float, rest: NDArray[np.float64]) -> bool:
    """Is a code no value among the others: below all of them, and for 0 and 99 also further away than they vary?"""
    gap = max(float(rest.min()) - code, code - float(rest.max()))
    return gap > 0.0 and (code < 0.0 or gap > float(rest.std()))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def counted(cells: pl.Series) -> list[tuple[str, int]]:
    """How often each cell stands there, the most frequent first."""
    counts = cells.alias("cell").value_counts(sort=True)
    return [(str(cell), int(count)) for cell, count in counts.head(5).iter_rows()]
