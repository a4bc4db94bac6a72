"""Which worker is which: each holds a numbered slot by an advisory lock, which dies with its connection.

DBOS's executor id is the slot and a word that no other process ever has. Where several workers run, the others take
over what a slot that nobody holds has left behind; whoever gets a slot, what its earlier holders left. So a recovery
that comes late, because the database was away in the middle of it, never names a process that lives.
"""

import asyncio
import os
import time
from collections.abc import Collection
from typing import Protocol

import asyncpg
import structlog

log = structlog.get_logger()
LOCKS = 7_116_114
MOST = 16
LEASE_S = 2.0
LOOK_EVERY_S = 1.0
#: what was dealt to us begins within milliseconds, unless the answer with it was lost
STRANDED_S = 5.0
LOCK = "select pg_try_advisory_lock($1, $2)"
UNLOCK = "select pg_advisory_unlock($1, $2)"
PENDING = (
    "select executor_id, array_agg(workflow_uuid) ids from dbos.workflow_status where status = 'PENDING' group by 1"
)


class Recovery(Protocol):
    """What a runner of jobs can be asked for."""

    def running(self) -> Collection[str]:
        """The workflows that run in this process."""

    async def recover(self, slot: str) -> None:
        """Take over the unfinished workflows of an executor that is gone."""

    async def deal_again(self, slot: str, workflow_id: str) -> None:
        """Put back what was dealt to this executor and never began."""


class WorkerSlots:
    """The slot of this process, and a watch over the others."""

    def __init__(self, dsn: str, runner: Recovery) -> None:
        self._dsn, self._runner = dsn, runner
        self._connection: asyncpg.Connection | None = None
        self._word = os.urandom(4).hex()
        #: what is ours and does not run, and since when
        self._idle: dict[str, float] = {}
        self._recoveries: dict[str, asyncio.Task[None]] = {}
        self.number = 0

    @property
    def name(self) -> str:
        """The executor id."""
        return f"worker-{self.number}.{self._word}"

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
        """Keep the slot and look after what does not run, until the connection breaks."""
        connection = await self._held()
        try:
            while True:
                pending = {row["executor_id"]: row["ids"] for row in await connection.fetch(PENDING, timeout=3)}
                self._deal_again(pending.pop(self.name, []))
                for executor in pending.keys() - self._in_recovery():
                    await self._take_over(connection, executor)
                await asyncio.sleep(LOOK_EVERY_S)
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

    def _deal_again(self, ids: Collection[str]) -> None:
        """DBOS deals in one transaction; if the answer to its commit is lost, nobody begins what is ours."""
        now, running = time.monotonic(), self._runner.running()
        self._idle = {each: self._idle.get(each, now) for each in ids if each not in running}
        for workflow_id in {
            each for each, since in self._idle.items() if now - since > STRANDED_S
        } - self._in_recovery():
            log.warning("never_begun", workflow=workflow_id)
            self._recoveries[workflow_id] = asyncio.create_task(self._runner.deal_again(self.name, workflow_id))

    async def _take_over(self, connection: asyncpg.Connection, executor: str) -> None:
        number = executor.rpartition("-")[2].partition(".")[0]
        if not number.isdigit():
            return
        if int(number) != self.number:
            if not await connection.fetchval(LOCK, LOCKS, int(number)):
                return
            await asyncio.sleep(LEASE_S)
            await connection.fetchval(UNLOCK, LOCKS, int(number))
        log.warning("taking_over", executor=executor)
        # DBOS waits for its database, longer than we may wait to hold our own slot again
        self._recoveries[executor] = asyncio.create_task(self._runner.recover(executor))

    def _in_recovery(self) -> set[str]:
        """The executors and workflows that are being recovered; what broke is tried again."""
        for name, recovery in list(self._recoveries.items()):
            if recovery.done():
                del self._recoveries[name]
                if error := recovery.exception():
                    log.warning("recovery_broke", of=name, error=repr(error))
        return set(self._recoveries)
