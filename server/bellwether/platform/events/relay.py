"""The relay: what stands in an outbox goes to JetStream, in the order of each key, and is marked when it is stored."""

import asyncio
from collections.abc import Mapping, Sequence

import asyncpg
import orjson
from nats.js import JetStreamContext

from bellwether.platform.database.notifications import Notifications
from bellwether.platform.outages import Outage

BATCH = 125
ACK_TIMEOUT_S = 3.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 4.0

LOCK = "select pg_try_advisory_xact_lock(hashtextextended('relay:' || $1, 0))"
SELECT = """
select id, event_id, type, key, key_version, farm_id, payload, headers, created_at from {schema}.outbox
where published_at is null order by id limit $1 for update skip locked
"""
MARK = "update {schema}.outbox set published_at = clock_timestamp() where id = any($1)"


class Relay:
    """Empties the outbox of one schema. Only one relay of a schema works at a time, whoever runs it."""

    def __init__(
        self, schema: str, dsn: str, js: JetStreamContext, notifications: Notifications, batch: int = BATCH
    ) -> None:
        self.schema, self._dsn, self._js, self._notifications, self._batch = schema, dsn, js, notifications, batch
        self._outage = Outage(f"publishing {schema}")

    async def run(self) -> None:
        """Relay until the database connection breaks."""
        connection = await asyncpg.connect(self._dsn, timeout=3)
        pause = SHORTEST_PAUSE_S
        try:
            while True:
                found, sent = await self.once(connection)
                if sent < found:
                    # what is read again each time may be megabytes
                    pause = SHORTEST_PAUSE_S if sent else min(2 * pause, LONGEST_PAUSE_S)
                    await asyncio.sleep(pause)
                elif found < self._batch:
                    await self._notifications.wait("outbox", self.schema)
        finally:
            connection.terminate()

    async def once(self, connection: asyncpg.Connection) -> tuple[int, int]:
        """One batch; returns how many rows waited and how many the stream has stored."""
        async with connection.transaction():
            if not await connection.fetchval(LOCK, self.schema):
                return 0, 0
            rows = await connection.fetch(SELECT.format(schema=self.schema), self._batch)
            if not rows:
                return 0, 0
            stored = await publish_all(self._js, self.schema, rows, self._outage)
            if len(stored) == len(rows):
                self._outage.over()
            await connection.execute(MARK.format(schema=self.schema), stored)
        return len(rows), len(stored)


async def publish_all(js: JetStreamContext, schema: str, rows: Sequence[asyncpg.Record], outage: Outage) -> list[int]:
    """Publish keys side by side and each key in order; returns the ids whose storing was confirmed."""
    chains: dict[str, list[asyncpg.Record]] = {}
    for row in rows:
        chains.setdefault(row["key"], []).append(row)
    stored = await asyncio.gather(*(publish_chain(js, schema, chain, outage) for chain in chains.values()))
    return [row_id for ids in stored for row_id in ids]


async def publish_chain(js: JetStreamContext, schema: str, rows: Sequence[asyncpg.Record], outage: Outage) -> list[int]:
    """One key: stop at the first event that is not confirmed, so that none overtakes it."""
    stored: list[int] = []
    for row in rows:
        headers: dict[str, str | None] = orjson.loads(row["headers"])
        wire_headers = {"Nats-Msg-Id": str(row["event_id"]), **head(schema, row, headers)}
        if traceparent := headers.get("traceparent"):
            wire_headers["traceparent"] = traceparent
        try:
            await js.publish(row["type"], envelope(schema, row, headers), timeout=ACK_TIMEOUT_S, headers=wire_headers)
        except Exception as error:
            outage.seen(error, event_id=str(row["event_id"]), type=row["type"])
            break
        stored.append(row["id"])
    return stored


def head(schema: str, row: asyncpg.Record, headers: Mapping[str, str | None]) -> dict[str, str]:
    """All but the data once more, for those who need no more; nothing where the key cannot stand in a header."""
    key: str = row["key"]
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        return {}
    found = {
        "ce-id": str(row["event_id"]),
        "ce-source": f"/{schema}",
        "ce-type": row["type"],
        "ce-subject": key,
        "ce-time": row["created_at"].isoformat(),
        "ce-keyversion": str(row["key_version"]),
    }
    optional = {"ce-actor": headers.get("actor"), "ce-farmid": row["farm_id"]}
    return found | {name: str(value) for name, value in optional.items() if value is not None}


def envelope(schema: str, row: asyncpg.Record, headers: Mapping[str, str | None]) -> bytes:
    """The row as a CloudEvent; the data go through as the text that the database holds."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": str(row["event_id"]),
            "source": f"/{schema}",
            "type": row["type"],
            "subject": row["key"],
            "time": row["created_at"],
            "datacontenttype": "application/json",
            "traceparent": headers.get("traceparent") or "",
            "actor": headers.get("actor"),
            "farmid": None if row["farm_id"] is None else str(row["farm_id"]),
            "keyversion": row["key_version"],
            "data": orjson.Fragment(row["payload"]),
        },
        option=orjson.OPT_UTC_Z,
    )
