"""Many rows of numbers and ids to COPY: columns become the bytes of PostgreSQL's binary format without a loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

import asyncpg

from bellwether.platform.database.many_rows import STAGED
from bellwether.platform.database.transactions import Session, driver

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[Any] | None
    """A number or 16 bytes for each row; None where all of them are null."""

START, END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
BINARY = {"int4": ">i4", "int8": ">i8", "float8": ">f8", "date": ">i4", "time": ">i8", "uuid": "16u1"}
"""How a type travels: a date as days since 2000, a time as microseconds since midnight."""


async def execute_packed(
    session: Session,
    statement: str,
    types: Mapping[str, str],
    rows: bytes,
    *arguments: object,
) -> None:
    """Run a statement in which `{rows} as t` are these rows, as `packed` made them of columns of these `types`."""
    connection: asyncpg.Connection = driver(session)
    definition = ", ".join(f"{name} {kind}" for name, kind in types.items())

    async def content() -> AsyncIterator[bytes]:
        for part in (START, rows, END):
            yield part

    await connection.execute(f"create temp table {STAGED} ({definition}) on commit drop")
    await connection.copy_to_table(STAGED, source=content(), columns=list(types), format="binary")
    await connection.execute(statement.format(rows=STAGED), *arguments)
    await connection.execute(f"drop table {STAGED}")


def packed(types: Mapping[str, str], columns: Mapping[str, Column]) -> bytes:
    """The rows as they travel, all of one length; the columns in the order of their types."""
    import numpy as np

    form: list[tuple[str, str]] = [("count", ">i2")]
    for name, kind in types.items():
        form.append((f"length {name}", ">i4"))
        if columns[name] is not None:
            form.append((name, BINARY[kind]))
    n_rows = next(len(column) for column in columns.values() if column is not None)
    rows = np.empty(n_rows, np.dtype(form))
    rows["count"] = len(types)
    for name in types:
        column = columns[name]
        rows[f"length {name}"] = -1 if column is None else rows.dtype[name].itemsize
        if column is not None:
            rows[name] = column
    return rows.tobytes()
