"""Which statements would read a large table of the farm from end to end."""

from collections.abc import Iterable

import asyncpg
from plans import Said, whole_reads

from .conftest import Farmer

#: a farm has some dozens of them at most, however old it grows; or they are read by what looks after the platform
SMALL = ["flock", "membership", "organisation_farm", "location", "recorder", "outbox", "job"]
COUNTED = "analyze farm.parent_claim (status, parent_type), farm.observation (state), farm.identifier (state);"


async def read_whole(farmer: Farmer, said: Said) -> str:
    """Each that does, and how; nothing when none does."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        faults = await whole_reads(
            connection, said, schemas=["farm"], small=SMALL, counted=COUNTED, role="farm_app", user_id=farmer.user_id
        )
    finally:
        await connection.close()
    return "\n\n".join(f"{', '.join(wrong)}: {statement}" for statement, wrong in faults.items())


def said_by(asked: Iterable[tuple[object, ...]]) -> Said:
    """Statements with their values, as the drivers would be told them."""
    return {(str(statement), tuple(value is None for value in values)): tuple(values) for statement, *values in asked}
