"""Which worker is which: each holds a numbered slot by an advisory lock, which dies with its connection.

The slot is DBOS's executor id. A worker that is started again finds its slot free and goes on with its own jobs; where
several run, the others take over what a slot that nobody holds has left behind.
"""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

log = structlog.get_logger()
LOCKS = 7_116_114
MOST = 16
LEASE_S = 2.0
LOOK_EVERY_S = 1.0
LOCK = "select pg_try_advisory_lock($1, $2)"
UNLOCK = "select pg_advisory_unlock($1, $2)"
LEFT_BEHIND = "select distinct executor_id from dbos.workflow_status where status = 'PENDING' and executor_id <> $1"


class WorkerSlots:
    """The slot of this process, and a watch over the others."""

    def __init__(self, dsn: str, recover: Callable[[str], Awaitable[None]]) -> None:
        self._dsn, self._recover = dsn, recover
        self._connection: asyncpg.Connection | None = None
        self.number = 0

    @property
    def name(self) -> str:
        """The executor id."""
        return f"worker-{self.number}"

    async def claim(self) -> str:
        """Take the first free slot; raises when the database does not answer or all are taken."""
        connection = await asyncpg.connect(self._dsn, timeout=3)
        for number in range(1, MOST + 1):
            if await connection.fetchval(LOCK, LOCKS, number):
                self.number, self._connection = number, connection
                return self.name
        await connection.close()
        raise RuntimeError(f"all {MOST} worker slots are taken")

    async def watch(self) -> None:
        """Keep the slot and look after abandoned ones, until the connection breaks."""
        connection = await self._held()
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                for row in await connection.fetch(LEFT_BEHIND, self.name, timeout=3):
                    await self._take_over(connection, row["executor_id"])
        finally:
            connection.terminate()

    async def _held(self) -> asyncpg.Connection:
        """The connection that holds the slot; after an outage everybody first takes back what is theirs."""
        held, self._connection = self._connection, None
        if held is not None:
            return held
        connection: asyncpg.Connection = await asyncpg.connect(self._dsn, timeout=3)
        await connection.execute("select pg_advisory_lock($1, $2)", LOCKS, self.number)
        await asyncio.sleep(LEASE_S)
        return connection

    async def _take_over(self, connection: asyncpg.Connection, executor: str) -> None:
        number = executor.rpartition("-")[2]
        if not number.isdigit() or not await connection.fetchval(LOCK, LOCKS, int(number)):
            return
        try:
            await asyncio.sleep(LEASE_S)
            log.warning("taking_over", executor=executor)
            await self._recover(executor)
        finally:
            await connection.fetchval(UNLOCK, LOCKS, int(number))
