"""Jobs whose row says unfinished while the runner has ended or lost them: each gets a further attempt.

That happens when the end of a job could not be written, or when the runner's database was restored to another moment.
"""

import asyncio

import structlog
from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.dbos_runner import Runner

log = structlog.get_logger()
EVERY_S = 5.0
AT_MOST = 1000


class LostJobs:
    """Looks after the job table of one service."""

    def __init__(self, schema: str, database: Database, runner: Runner) -> None:
        self._schema, self._database, self._runner = schema, database, runner
        self._handed_over = text(f"select id, attempt from {schema}.jobs_handed_over(:at_most)")
        self._again = text(f"select {schema}.job_stranded(:id, :attempt)")

    async def watch(self) -> None:
        """Look every few seconds, until the database goes away."""
        while True:
            await self.once()
            await asyncio.sleep(EVERY_S)

    async def once(self) -> int:
        """Queue the lost ones again; returns how many there were.

        A job's end stands in its row before the runner calls it ended, so a row that is still unfinished after the
        runner was asked is lost.
        """
        async with self._database.transaction(Context.system()) as session:
            rows = (await session.execute(self._handed_over, {"at_most": AT_MOST})).all()
        found = 0
        for row in rows:
            if await self._runner.has(row.id, row.attempt):
                continue
            async with self._database.transaction(Context.system()) as session:
                values = {"id": row.id, "attempt": row.attempt}
                if (await session.execute(self._again, values)).scalar_one():
                    log.warning("job_lost", job=str(row.id), service=self._schema, attempt=row.attempt)
                    found += 1
        return found
