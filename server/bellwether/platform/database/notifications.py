"""LISTEN on one direct connection for the whole worker: who waits for a schema's channel is woken."""

import asyncio
from collections import defaultdict

import asyncpg

CHANNELS = ("outbox", "job")
CHECK_EVERY_S = 5.0
FALLBACK_POLL_S = 5.0


class Notifications:
    """Notifications as events; NOTIFY replays nothing, so every waiter also polls."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._events: defaultdict[tuple[str, str], asyncio.Event] = defaultdict(asyncio.Event)

    async def run(self) -> None:
        """Listen until the connection breaks."""
        connection = await asyncpg.connect(self._dsn, timeout=3)
        try:
            for channel in CHANNELS:
                await connection.add_listener(channel, self._hear)
            self.wake_all()
            while True:
                await asyncio.sleep(CHECK_EVERY_S)
                await connection.fetchval("select 1", timeout=3)
        finally:
            connection.terminate()

    async def wait(self, channel: str, schema: str) -> None:
        """Until the channel says something, or for some seconds."""
        event = self._events[channel, schema]
        try:
            async with asyncio.timeout(FALLBACK_POLL_S):
                await event.wait()
        except TimeoutError:
            return
        finally:
            event.clear()

    def wake_all(self) -> None:
        """What was said while nobody listened is lost: let everybody look."""
        for event in self._events.values():
            event.set()

    def _hear(self, _connection: object, _pid: int, channel: str, schema: str) -> None:
        self._events[channel, schema].set()
