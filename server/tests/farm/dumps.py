"""What a farm holds, table by table, to be compared before and after."""

from typing import Any

import asyncpg

TABLES = ("animal", "identifier", "parent_claim", "observation")
#: a revision never goes back, and when a row was touched is no content of it
UNTOLD = ("rev", "seq", "updated_at")


async def dump(dsn: str, farm_id: str) -> dict[str, list[str]]:
    """Every row of the herd as text."""
    connection = await asyncpg.connect(dsn)
    try:
        return {name: await rows(connection, name, farm_id) for name in TABLES}
    finally:
        await connection.close()


async def rows(connection: asyncpg.Connection, name: str, farm_id: str) -> list[str]:
    """The rows of one table in a fixed order."""
    untold = " - ".join(["to_jsonb(t)", *(f"'{column}'" for column in UNTOLD)])
    found: list[Any] = await connection.fetch(
        f"select ({untold})::text from farm.{name} t where farm_id = $1 order by id", farm_id
    )
    return [row[0] for row in found]
