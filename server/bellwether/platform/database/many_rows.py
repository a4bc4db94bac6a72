"""Many rows in one statement.

COPY is refused for a table with row-level security, so it fills a table that the transaction has for itself; for a few
rows an array for each column takes half the time.
"""

from collections.abc import Mapping, Sequence

import asyncpg

from bellwether.platform.database.transactions import Session, driver

MANY = 300
STAGED = "staged_rows"


async def execute_with(
    session: Session,
    statement: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[object]],
    *arguments: object,
) -> int:
    """Run a statement in which `{rows} as t` are these rows; `columns` are their names with their types, in order.

    How many rows it has written.
    """
    connection: asyncpg.Connection = driver(session)
    if len(rows) < MANY:
        arrays = zip(*rows, strict=True) if rows else ([] for _ in columns)
        return written(
            await connection.execute(statement.format(rows=unnested(columns, len(arguments))), *arguments, *arrays)
        )
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    await connection.execute(f"create temp table {STAGED} ({definition}) on commit drop")
    # the columns by name, for the driver remembers by them of which types a table of this name was
    await connection.copy_records_to_table(STAGED, records=rows, columns=list(columns))
    count = written(await connection.execute(statement.format(rows=STAGED), *arguments))
    await connection.execute(f"drop table {STAGED}")
    return count


def written(status: str) -> int:
    """The count at the end of what PostgreSQL says of a statement, `INSERT 0 12`."""
    return int(status.rsplit(" ", 1)[-1])


def unnested(columns: Mapping[str, str], n_before: int) -> str:
    """An array for each column, as parameters behind the others."""
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(columns.values(), n_before + 1))
    return f"(select * from unnest({arrays}) as u ({', '.join(columns)}))"
