"""The numbers of a table: one decimal mark for the file, proved by all of its numbers or asked for."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from bellwether.modelling.findings import BadInput, Finding
from bellwether.modelling.missing_codes import MissingCodes
from bellwether.modelling.text_table import Table
from bellwether.sheep.findings import Broken
from bellwether.sheep.reading import numbers


def with_points(table: Table, names: Sequence[str], missing: MissingCodes, decimal: numbers.Decimal | None) -> Table:
    """The table with decimal points in the columns `names`; without a comma in any of them it stays as it is.

    Raises
    ------
    BadInput
        The numbers can be read in two ways, or contradict each other.
    """
    columns = [name for name in dict.fromkeys(names) if name in table.frame.columns]
    with_comma = [name for name in columns if table.frame[name].str.contains(",", literal=True).any()]
    if decimal != "," and not with_comma:
        return table
    cells = {name: table.frame[name] for name in columns}
    proof = numbers.prove(_numbered(cells, missing), asked=decimal)
    if proof.faults:
        raise BadInput([_finding(table, fault.code, fault.message, fault.row) for fault in proof.faults])
    reader = numbers.Numbers(proof.decimal)
    frame = table.frame.with_columns(_read(column, reader) for column in cells.values())
    notes = [f"decimal {'comma' if reader.decimal == ',' else 'point'}"]
    if proof.thousands:
        notes.append(f"thousands marked by {'spaces' if proof.thousands in numbers.SPACES else proof.thousands}")
    return table.with_frame(frame).noted(*notes)


def _numbered(cells: dict[str, pl.Series], missing: MissingCodes) -> list[tuple[int, str]]:
    """Each distinct cell with the first row that has it."""
    known = missing.numbers()
    frames = [
        pl.DataFrame({"cell": column, "row": pl.arange(len(column), eager=True)}).filter(~column.is_in(known))
        for column in cells.values()
    ]
    first = pl.concat(frames).group_by("cell").agg(pl.col("row").min()).sort("row", "cell")
    return [(int(row), str(cell)) for cell, row in first.iter_rows()]


def _read(column: pl.Series, reader: numbers.Numbers) -> pl.Series:
    """Numbers with decimal points; what is none by the rule of the file stays, and is refused where it is needed."""
    read: dict[str, str] = {}
    for cell in column.unique():
        try:
            read[cell] = repr(reader.read(cell, field=column.name))
        except Broken:
            # a point that is no decimal mark in this file must not become one
            read[cell] = cell if not cell.replace(".", "", 1).lstrip("+-").isdigit() else f"{cell} "
    return column.replace_strict(read, return_dtype=pl.String)


def _finding(table: Table, code: str, message: str, row: int | None) -> Finding:
    line = None if row is None else table.line(row)
    fix = "Write all numbers alike, or say --decimal . or --decimal ,"
    return Finding(str(table.path), line, code, message, fix, "decimal")
