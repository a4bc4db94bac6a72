"""What a service does by the clock: looked at every so often by every worker, so each is to bear being asked twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bellwether.platform.database.transactions import Database


@dataclass(frozen=True, slots=True)
class Timer:
    """Something to look at from time to time."""

    service: str
    name: str
    every_s: float
    run: Callable[[Database, datetime], Awaitable[None]]

    async def tick(self, database: Database) -> None:
        """Look, wait, and so on until the database goes away."""
        while True:
            await self.run(database, datetime.now(UTC))
            await asyncio.sleep(self.every_s)
