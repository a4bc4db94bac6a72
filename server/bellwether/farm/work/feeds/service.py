"""Feeds of tasks: made, listed, ended, and read by a program that knows nothing but an address."""

import hashlib
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from bellwether.farm.access import role_of
from bellwether.farm.work.feeds import repository
from bellwether.farm.work.feeds.problems import TooManyFeeds
from bellwether.farm.work.feeds.schemas import Feed, NewFeed, NewFeedAddress
from bellwether.farm.work.tasks import service as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, act_for
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound

MOST = 20
PATH = "/api/v1/farm/calendars/{secret}/tasks.ics"


async def create(session: Session, context: Context, farm_id: UUID, body: NewFeed, public_url: str) -> NewFeedAddress:
    """Make a feed of one's own; the answer has its address, this once.

    Raises:
        NotFound: the user does not see the farm.
        TooManyFeeds
    """
    if context.user_id is None or await role_of(session, context, farm_id) is None:
        raise NotFound
    if await repository.count(session, farm_id, context.user_id) >= MOST:
        raise TooManyFeeds
    secret = secrets.token_urlsafe(32)
    row = await repository.add(session, (new_id(), farm_id, context.user_id, body.name, digest(secret)))
    return NewFeedAddress(**row._asdict(), address=public_url + PATH.format(secret=secret))


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Feed]:
    """One's own feeds of a farm; those of all its members for an owner.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.page(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Feed.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def end(session: Session, context: Context, farm_id: UUID, feed_id: UUID) -> None:
    """Its address opens nothing any more.

    Raises:
        NotFound
    """
    if await role_of(session, context, farm_id) is None or not await repository.end(session, farm_id, feed_id):
        raise NotFound


async def read(
    session: Session, secret: str, is_active: Callable[[UUID], Awaitable[bool]], request_id: str, now: datetime
) -> bytes:
    """The open tasks of the farm, as the member sees them whose feed it is.

    Raises:
        NotFound: it opens nothing: unknown, ended, its member has left the farm, or the account is disabled or erased.
    """
    found = await repository.opened(session, digest(secret))
    if found is None or not await is_active(found.user_id):
        raise NotFound
    context = Context(user_id=found.user_id, request_id=request_id)
    await act_for(session, context)
    return await tasks.calendar(session, context, found.farm_id, now)


def digest(secret: str) -> bytes:
    """What is stored of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()
