"""Sexes and days of birth of the pedigree: read by the words and orders of the one reader, and held to the parents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, Faults, Finding, Warned
from bellwether.modelling.missing_codes import MissingCodes, counted
from bellwether.modelling.text_table import Table
from bellwether.sheep.findings import Broken
from bellwether.sheep.missing import is_missing
from bellwether.sheep.reading import dates, words

MALE, FEMALE, NOT_SAID = 1, 0, -1
SEXES = {"male": MALE, "wether": MALE, "female": FEMALE, "unknown": NOT_SAID}
TODAY = date(2069, 12, 31)  # of two digits, 70 and later are of the last century; no clock decides it
FIX = "Write dates as 2024-08-31 (empty: unknown), or leave the column out"


def said_sex(table: Table) -> NDArray[np.int8] | None:
    """The column `sex` of the rows: 1 male, 0 female, -1 unknown; None without the column."""
    if "sex" not in table.frame.columns:
        return None
    cells = table.frame["sex"]
    doubtful = _doubtful(cells)
    meaning = {
        cell: NOT_SAID if cell in doubtful else SEXES.get(words.SEX.meaning(cell) or "", NOT_SAID)
        for cell in cells.unique()
    }
    return cells.replace_strict(meaning, return_dtype=pl.Int8).to_numpy()


def _doubtful(cells: pl.Series) -> set[str]:
    """Codes of two values that may be yes and no: 0 and 1 without 2, T and F without M."""
    there = {cell.upper() for cell in cells.unique()}
    pairs = [pair for pair, third in (({"0", "1"}, "2"), ({"T", "F"}, "M")) if pair <= there and third not in there]
    return {cell for cell in cells.unique() if any(cell.upper() in pair for pair in pairs)}


def check_sex(table: Table, parents: Sequence[NDArray[np.int32]], codes: MissingCodes, faults: Faults) -> list[Warned]:
    """A sire is not female in the column `sex`, a dam not male; words that say no sex are told."""
    sex = said_sex(table)
    if sex is None:
        return []
    for column, role, other, code in ((parents[0], "sire", FEMALE, "female"), (parents[1], "dam", MALE, "male")):
        used = np.unique(column[column >= 0])
        used = used[used < len(sex)]
        wrong = used[sex[used] == other]
        fix = f"Correct its sex, or the {role} of its offspring"
        found: list[Finding] = []
        for animal in wrong[:SHOWN].tolist():
            line = table.line(int(np.flatnonzero(column == animal)[0]))
            message = f"animal {{}} is {code} and the {role} of the animal on line {line}"
            found += table.findings([animal], f"{role}_is_{code}", message, fix, "animal")
        faults.add(found, len(wrong))
    return _told_words(table.frame["sex"], codes)


def _told_words(cells: pl.Series, codes: MissingCodes) -> list[Warned]:
    doubtful = _doubtful(cells)
    unknown = [cell for cell in cells.unique() if cell in doubtful or not _is_known(cell, codes)]
    if not unknown:
        return []
    listed = ", ".join(f"{cell!r} ({count})" for cell, count in counted(cells.filter(cells.is_in(unknown))))
    message = f"{listed} in sex say neither male nor female without doubt: the sex of these animals counts as unknown"
    return [Warned(code="sex_unknown", message=message, effect=None, level=None)]


def _is_known(cell: str, codes: MissingCodes) -> bool:
    return is_missing(cell) or cell in ("0", "3", *codes.codes) or words.SEX.meaning(cell) is not None


def check_births(
    table: Table, parents: Sequence[NDArray[np.int32]], codes: MissingCodes, order: dates.DateOrder | None
) -> Table:
    """Nobody is born before its parent, or on the same day; the table knows how its dates were read.

    Raises
    ------
    BadInput
        Dates that are none, or can be read in two ways; births before parents.
    """
    if "birth_date" not in table.frame.columns:
        return table
    born, table = _days(table, codes, order)
    faults = Faults()
    day = born.cast(pl.Int32).cast(pl.Float64).fill_null(np.nan).to_numpy()
    for column, role in zip(parents, ("sire", "dam"), strict=True):
        parent = column[: len(day)]
        has_row = (parent >= 0) & (parent < len(day))
        of_parent = np.where(has_row, day[np.where(has_row, parent, 0)], np.nan)
        rows = np.flatnonzero(day <= of_parent)
        found: list[Finding] = []
        for row in rows[:SHOWN].tolist():
            line = table.line(int(parent[row]))
            message = f"born on {{}}, not after its {role} on line {line} ({born[int(parent[row])]})"
            fix = f"Correct one of the dates, or the {role}"
            found += table.findings([row], "born_before_parent", message, fix, "birth_date")
        faults.add(found, len(rows))
    faults.stop()
    return table


def _days(table: Table, codes: MissingCodes, order: dates.DateOrder | None) -> tuple[pl.Series, Table]:
    """Days of birth, and the table with what is told of their order."""
    given = table.frame["birth_date"]
    born = given.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    known = ~given.is_in([cell for cell in given.unique() if is_missing(cell) or cell in (*codes.codes, "0")])
    open_ = born.is_null() & known
    if not open_.any():
        return born.set(~known, None), table
    rows = pl.DataFrame({"cell": given, "row": pl.arange(len(given), eager=True)}).filter(open_)
    first = rows.group_by("cell").agg(pl.col("row").min()).sort("row").rows()
    proof = dates.prove([(row, cell) for cell, row in first], TODAY, header="birth_date", field="dates", asked=order)
    if proof.faults:
        raise BadInput([_of_order(table, fault.code, fault.message, fault.row) for fault in proof.faults])
    reader, read = dates.DateColumn(proof.order, TODAY, "birth_date"), dict[str, date]()
    for cell, _ in first:
        try:
            read[cell] = reader.read(cell)[0]
        except Broken:
            continue
    table.refuse_rows(
        (open_ & ~given.is_in(list(read))).to_numpy(), "date_format", "{} is not a date", FIX, "birth_date"
    )
    days = given.replace_strict(read, default=None, return_dtype=pl.Date)
    told = f"dates {dates.TOLD[proof.order]}" if proof.order else "dates"
    return pl.select(pl.coalesce(born, days)).to_series().set(~known, None), table.noted(told)


def _of_order(table: Table, code: str, message: str, row: int | None) -> Finding:
    line = None if row is None else table.line(row)
    return Finding(str(table.path), line, code, message, "Say --dates dmy, mdy or ymd", "birth_date")
