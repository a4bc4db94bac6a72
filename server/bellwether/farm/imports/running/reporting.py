"""What a job says of a file: how it is read, and its first rows."""

from uuid import UUID

from bellwether.farm.imports import repository
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.problems import NotFound

FIRST_ROWS = 10


async def how_read(database: Database, context: Context, import_id: UUID) -> list[str]:
    """In words, before anything is stored."""
    async with database.reading(context) as session:
        batch = await repository.get(session, import_id)
    if batch is None:
        raise NotFound
    return batch.told


async def first_rows(database: Database, context: Context, import_id: UUID) -> list[dict[str, object]]:
    """The first rows with their verdicts."""
    async with database.reading(context) as session:
        found = await repository.rows(session, import_id, 0, FIRST_ROWS)
    return [row._asdict() for row in found]
