"""How long published facts and inbox rows are kept: longer than streams and dead letters may replay them."""

import asyncio
from collections.abc import Mapping

import structlog
from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database

log = structlog.get_logger()
EVERY_S = 3600.0
OUTBOX_DAYS = 35
INBOX_DAYS = 100


async def prune_for_ever(databases: Mapping[str, Database]) -> None:
    """Once an hour, every schema."""
    while True:
        for schema, database in databases.items():
            await prune(schema, database)
        await asyncio.sleep(EVERY_S)


async def prune(schema: str, database: Database) -> int:
    """Remove what is older; unpublished facts stay however old. Returns how many facts went."""
    facts = text(f"select {schema}.outbox_prune(make_interval(days => :days))")
    inbox = text(f"delete from {schema}.inbox where at < now() - make_interval(days => :days)")
    async with database.transaction(Context.system()) as session:
        gone = int((await session.execute(facts, {"days": OUTBOX_DAYS})).scalar_one())
        await session.execute(inbox, {"days": INBOX_DAYS})
    if gone:
        log.info("pruned", schema=schema, facts=gone)
    return gone
