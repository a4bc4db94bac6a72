"""Rows that say the same twice, and ids that differ in nothing that one sees."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bellwether.modelling.findings import SHOWN, Faults, Finding, Warned
from bellwether.modelling.text_table import Table


def check_repeated(table: Table, column: str, unknown: Sequence[str], faults: Faults) -> tuple[Table, list[Warned]]:
    """The table with one row for each id: a row that repeats another in every cell is left out and counted, one that
    contradicts it is a fault with both lines. Cells of `unknown` say the same."""
    ids = table.column(column)
    if ids.n_unique() == len(ids):
        return table, []
    first, again = ids.is_first_distinct(), ~ids.is_first_distinct() & (ids != "")
    frame = table.frame.with_columns(pl.all().replace(dict.fromkeys(unknown, "")))
    same = ~_is_new(frame)
    conflicts = (again & ~same).arg_true().to_list()
    found: list[Finding] = []
    for row in conflicts[:SHOWN]:
        before = int((ids == ids[row]).arg_true()[0])
        names = [name for name in table.frame.columns if frame[name][row] != frame[name][before]]
        cells = ", ".join(f"{name} {_said(table, name, before)} and {_said(table, name, row)}" for name in names[:3])
        message = f"animal {{}} has a row already, on line {table.line(before)}: {cells}"
        found += table.findings([row], "repeated_animal", message, "Keep one row per animal", column)
    faults.add(found, len(conflicts))
    repeated = int((again & same).sum())
    told = []
    if repeated:
        message = f"{repeated} rows repeat another row of the same animal in every cell, and were left out"
        told = [Warned(code="repeated_row", message=message, effect=None, level=None)]
    return table.only((first | (ids == "")).to_numpy()), told


def _is_new(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.struct(pl.all()).is_first_distinct().alias("new"))["new"]


def _said(table: Table, name: str, row: int) -> str:
    return str(table.frame[name][row]) or "empty"


def told_alike(ids: pl.Series) -> list[Warned]:
    """Ids that differ by case or blanks only: one animal under two names, or two that are taken for one."""
    plain = ids.str.to_lowercase().str.replace_all(r"\s+", "")
    if plain.n_unique() == ids.n_unique():
        return []
    frame = pl.DataFrame({"id": ids, "plain": plain}).unique(maintain_order=True)
    groups = frame.group_by("plain", maintain_order=True).agg("id").filter(pl.col("id").list.len() > 1)["id"]
    shown = "; ".join(" and ".join(f"{name!r}" for name in names) for names in groups.head(SHOWN).to_list())
    more = f"; {len(groups) - SHOWN} more" if len(groups) > SHOWN else ""
    message = f"{len(groups)} ids differ from others only by case or blanks, and count as other animals: {shown}{more}"
    return [Warned(code="ids_alike", message=message, effect=None, level=None)]
