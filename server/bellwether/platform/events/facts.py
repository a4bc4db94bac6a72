"""Facts: written to the outbox with the change itself, read as events by consumers elsewhere."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Self
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id
from bellwether.platform.json import JsonObject, json_text

BACKOFF_S = (1.0, 5.0, 30.0, 120.0)
MAX_DELIVER = 5
MAX_DATA_BYTES = 900_000

INSERT = """
insert into {schema}.outbox (event_id, type, key, key_version, farm_id, payload, headers)
select :event_id, :type, :key, version, :farm_id, cast(:payload as json), cast(:headers as jsonb) from ({version}) v
"""
GIVEN_VERSION = "select cast(:version as bigint) as version"
COUNTED_VERSION = "select version from counted"
COUNT = """
with counted as (
  insert into {schema}.outbox_key as k (key, version) values (:key, 1)
  on conflict (key) do update set version = k.version + 1 returning version
)
"""


class Hopeless(Exception):
    """The message can never be handled: it goes to the dead letters at once, without another try."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact as a consumer sees it (CloudEvents 1.0)."""

    id: UUID
    type: str
    key: str
    time: datetime
    data: JsonObject
    farm_id: UUID | None = None
    key_version: int = 0
    actor: UUID | None = None
    traceparent: str = ""
    source: str = ""

    @property
    def context(self) -> Context:
        """The platform acting for this event's farm: for what the handler emits in turn."""
        farms = () if self.farm_id is None else (self.farm_id,)
        return Context(farm_ids=farms, request_id=str(self.id), traceparent=self.traceparent)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """From the JSON of a message; unknown fields are ignored.

        Raises:
            Hopeless: it is not a CloudEvent.
        """
        try:
            found = orjson.loads(body)
            return cls(
                id=UUID(found["id"]),
                type=found["type"],
                key=found.get("subject", ""),
                time=datetime.fromisoformat(found["time"]),
                data=found["data"],
                farm_id=uuid_or_none(found.get("farmid")),
                key_version=int(found.get("keyversion", 0)),
                actor=uuid_or_none(found.get("actor")),
                traceparent=found.get("traceparent") or "",
                source=found.get("source", ""),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Hopeless(f"not a CloudEvent: {error!r}") from error

    @classmethod
    def of_head(cls, headers: Mapping[str, str]) -> Self | None:
        """From the head alone, as it stands in the headers of a message, without data; None where it does not."""
        try:
            return cls(
                id=UUID(headers["ce-id"]),
                type=headers["ce-type"],
                key=headers["ce-subject"],
                time=datetime.fromisoformat(headers["ce-time"]),
                data={},
                farm_id=uuid_or_none(headers.get("ce-farmid")),
                key_version=int(headers["ce-keyversion"]),
                actor=uuid_or_none(headers.get("ce-actor")),
                traceparent=headers.get("traceparent") or "",
                source=headers["ce-source"],
            )
        except (ValueError, KeyError):
            return None


Handle = Callable[[Session, Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consumer:
    """A durable reader of one stream. `handle` runs in one transaction with the inbox row of its event.

    To one that does not read data they are not sent: a fact may be half a megabyte.
    """

    service: str
    name: str
    stream: str
    types: Sequence[str]
    handle: Handle = field(repr=False)
    backoff_s: Sequence[float] = BACKOFF_S
    max_deliver: int = MAX_DELIVER
    reads_data: bool = True


async def emit(
    session: Session,
    context: Context,
    *,
    type: str,  # noqa: A002 - the name in CloudEvents
    key: str | UUID,
    data: Mapping[str, object],
    farm_id: UUID | None = None,
    key_version: int | None = None,
) -> UUID:
    """Write a fact to the outbox of the service that `type` names; it leaves when the transaction commits.

    Without `key_version` the platform counts per key, which holds the key until the commit: emit last, and emit several
    keys in a sorted order. An aggregate that has a revision of its own gives that instead and holds nothing.
    """
    payload = json_text(data)
    if (size := len(payload.encode())) > MAX_DATA_BYTES:
        raise ValueError(f"{type}: {size} bytes of data; NATS carries 1 MB, so split the fact into several events")
    event_id = new_id()
    schema = type.split(".", 1)[0]
    values = {
        "event_id": event_id,
        "type": type,
        "key": str(key),
        "farm_id": farm_id,
        "payload": payload,
        "headers": json_text(headers_of(context)),
    }
    if key_version is not None:
        values["version"] = key_version
    await session.execute(insert_statement(schema, is_counted=key_version is None), values)
    return event_id


@cache
def insert_statement(schema: str, *, is_counted: bool) -> TextClause:
    """One insert; counting the key's version is part of it."""
    if not is_counted:
        return text(INSERT.format(schema=schema, version=GIVEN_VERSION))
    return text((COUNT + INSERT).format(schema=schema, version=COUNTED_VERSION))


def headers_of(context: Context) -> dict[str, str | None]:
    """Who and which request caused the fact."""
    actor = None if context.user_id is None else str(context.user_id)
    return {"traceparent": context.traceparent, "actor": actor, "requestid": context.request_id}


def uuid_or_none(value: str | None) -> UUID | None:
    """An optional id of the wire."""
    return None if value is None else UUID(value)
