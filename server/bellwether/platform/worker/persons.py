"""Persons who are gone, and what the profiles service says of them: told by events, and read again now and then.

An event may be lost with a database that was put back from a backup, so what stands at the profiles service is compared
with what stands here by every worker as it starts, and then every so often.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

import httpx
from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.events.facts import Consumer, Event, Hopeless
from bellwether.platform.identity.revocations import read_secret
from bellwether.platform.json import JsonObject
from bellwether.platform.settings import PlatformSettings
from bellwether.platform.worker.timers import Timer

ERASED = "users.user.erased.v1"
STREAM = "USERS"
EVERY_S = 300.0
ACT_AS = text("select set_config('app.user_id', :person, true)")
ANSWERS = "delete from {schema}.idempotency_key where user_id = :person"

Forget = Callable[[Session, UUID], Awaitable[None]]


def person_of(event: Event) -> UUID:
    """Whom an event is about.

    Raises:
        Hopeless: it does not say so.
    """
    try:
        return UUID(str(event.data["user_id"]))
    except (KeyError, ValueError) as error:
        raise Hopeless(f"{event.type} without user_id: {error!r}") from error


def forgetting(service: str, statements: Sequence[str], then: Forget | None = None) -> Forget:
    """What a service does about a person who is gone; again changes nothing.

    The statements are carried out as that person, so that the policies hold them to what is the person's own.
    """
    own = [text(statement) for statement in (*statements, ANSWERS.format(schema=service))]

    async def forget(session: Session, person: UUID) -> None:
        await session.execute(ACT_AS, {"person": str(person)})
        for statement in own:
            await session.execute(statement, {"person": person})
        await session.execute(ACT_AS, {"person": ""})
        if then is not None:
            await then(session, person)

    return forget


def consumer(service: str, forget: Forget) -> Consumer:
    """Hears of persons who are gone."""

    async def take(session: Session, event: Event) -> None:
        await forget(session, person_of(event))

    return Consumer(service=service, name=f"{service}-erased", stream=STREAM, types=(ERASED,), handle=take)


def timer(service: str, forget: Forget, settings: PlatformSettings) -> Timer:
    """Looks up who is gone, for a database may have been put back to a moment when they were there."""

    async def compare(database: Database, _now: datetime) -> None:
        async for found in standing(settings, "erased"):
            async with database.transaction(Context.system()) as session:
                await forget(session, UUID(str(found["user_id"])))

    return Timer(service=service, name=f"{service}-erased", every_s=EVERY_S, run=compare)


async def standing(settings: PlatformSettings, what: str) -> AsyncIterator[JsonObject]:
    """Each of what stands at the profiles service.

    Raises:
        httpx.TransportError, ConnectionError: it is away, as it is while it starts beside the worker.
        httpx.HTTPStatusError: it refuses.
    """
    headers = {"Authorization": f"Service {read_secret(settings.service_secret_file)}"}
    url, cursor = f"{settings.profiles_url}/api/v1/profiles/internal/{what}", None
    async with httpx.AsyncClient(timeout=5, headers=headers) as client:
        while True:
            params = {"limit": "1000"} | ({} if cursor is None else {"cursor": cursor})
            answer = await client.get(url, params=params)
            if answer.is_server_error:
                raise ConnectionError(f"the profiles service answers {answer.status_code}")
            page = answer.raise_for_status().json()
            for found in page["items"]:
                yield found
            if (cursor := page["next"]) is None:
                return
