"""From the job table to the runner: queued rows of one service are handed over as soon as they appear."""

import structlog
from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.notifications import Notifications
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.dbos_runner import Runner

log = structlog.get_logger()
BATCH = 50


class Dispatcher:
    """Watches the job table of one service."""

    def __init__(self, schema: str, database: Database, runner: Runner, notifications: Notifications) -> None:
        self._schema, self._database, self._runner, self._notifications = schema, database, runner, notifications
        self._waiting = text(f"select id, kind, attempt, owner_id, farm_id from {schema}.jobs_waiting(:at_most)")
        self._done = text(f"select {schema}.job_dispatched(:id, :attempt)")

    async def run(self) -> None:
        """Hand over until the database goes away."""
        while True:
            if await self.once() < BATCH:
                await self._notifications.wait("job", self._schema)

    async def once(self) -> int:
        """Hand over what waits; a crash before the mark only repeats what is idempotent."""
        async with self._database.transaction(Context.system()) as session:
            rows = (await session.execute(self._waiting, {"at_most": BATCH})).all()
        for row in rows:
            await self._runner.hand_over(row.kind, row.id, row.attempt, row.owner_id, row.farm_id)
            async with self._database.transaction(Context.system()) as session:
                await session.execute(self._done, {"id": row.id, "attempt": row.attempt})
        return len(rows)
