"""Pulling and pushing: what a device has not seen, and what it did without signal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.collections import repository as rows
from bellwether.farm.collections.registry import ALL
from bellwether.farm.collections.repository import Numbered
from bellwether.farm.devices import repository as devices
from bellwether.farm.sync import pulling, repository, rxdb, watermelon
from bellwether.farm.sync.problems import AccessEnded
from bellwether.farm.sync.pushing import Pushing
from bellwether.farm.sync.schemas import Push, Pushed, RxdbMasters, RxdbPush, WatermelonPush, WatermelonPushed
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.problems import NotFound

KEPT = timedelta(days=400)
"""How long a device may be away."""
NAMES = {collection.relation: collection.name for collection in ALL}


async def pull(
    session: Session, context: Context, farm_id: UUID, cursor: str | None, names: str | None, limit: int
) -> bytes:
    """A page of changes as JSON.

    Raises:
        NotFound, BadCursor, UnknownCollection, OtherCollections, CursorExpired
    """
    await must_see(session, context, farm_id)
    collections = pulling.chosen(names)
    place = await pulling.start(session, farm_id, cursor, collections)
    found, after = await pulling.read(session, farm_id, place, collections, limit)
    tail = {"cursor": after.text, "has_more": len(found) == limit, "full_sync": place.seq < place.began}
    return b'{"documents":[' + as_documents(found) + b"]," + orjson.dumps(tail)[1:]


def as_documents(found: Sequence[Numbered]) -> bytes:
    """Rows whose documents are JSON text already."""
    return ",".join(
        f'{{"collection":"{NAMES[row.relation]}","id":"{row.id}","rev":{row.seq},'
        f'"deleted":{"true" if row.doc is None else "false"},"doc":{row.doc or "null"}}}'
        for row in found
    ).encode()


async def pull_watermelon(
    session: Session,
    context: Context,
    farm_id: UUID,
    after: int | None,
    began: int | None,
    names: str | None,
    limit: int,
    migration: str | None,
) -> bytes:
    """The same in the words of WatermelonDB.

    Raises:
        NotFound, UnknownCollection, CursorExpired, BadMigration
    """
    await must_see(session, context, farm_id)
    return await watermelon.pull(session, farm_id, names, after, began, limit, migration)


async def pull_rxdb(
    session: Session, context: Context, farm_id: UUID, name: str, after: int | None, began: int | None, limit: int
) -> bytes:
    """The same in the words of RxDB.

    Raises:
        NotFound, UnknownCollection, CursorExpired
    """
    await must_see(session, context, farm_id)
    return await rxdb.pull(session, farm_id, name, after, began, limit)


async def must_see(session: Session, context: Context, farm_id: UUID) -> None:
    """Pass for members.

    Raises:
        AccessEnded: the user had a device here, which has to forget the farm.
        NotFound
    """
    if await role_of(session, context, farm_id) is None:
        was_here = context.user_id is not None and await devices.was_here(session, farm_id, context.user_id)
        raise AccessEnded if was_here else NotFound


async def pushing_of(session: Session, context: Context, farm_id: UUID, device_id: UUID, now: datetime) -> Pushing:
    """For somebody who may write, the farm's lock held.

    Raises:
        NotFound, ReadOnlyMember
    """
    await must_see(session, context, farm_id)
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    await repository.clear_away(session, farm_id, now - KEPT)
    return Pushing(session, context, farm_id, device_id, now)


async def push_watermelon(
    session: Session, context: Context, farm_id: UUID, device_id: UUID, after: int, body: WatermelonPush, now: datetime
) -> WatermelonPushed:
    """The same in the words of WatermelonDB.

    Raises:
        NotFound, ReadOnlyMember, UnknownCollection, RowsChanged
    """
    pushing = await pushing_of(session, context, farm_id, device_id, now)
    return await watermelon.push(pushing, body, after)


async def push_rxdb(
    session: Session, context: Context, farm_id: UUID, name: str, device_id: UUID, body: RxdbPush, now: datetime
) -> RxdbMasters:
    """The same in the words of RxDB.

    Raises:
        NotFound, ReadOnlyMember, UnknownCollection
    """
    pushing = await pushing_of(session, context, farm_id, device_id, now)
    return RxdbMasters(await rxdb.push(pushing, name, body))


async def last(session: Session, context: Context, farm_id: UUID) -> int:
    """The number of the last change.

    Raises:
        NotFound
    """
    await must_see(session, context, farm_id)
    return await rows.last(session, farm_id, ALL)


async def push(session: Session, context: Context, farm_id: UUID, body: Push, now: datetime) -> Pushed:
    """Take what a device did; each row has a verdict, and one that is rejected does not hold up the others.

    Raises:
        NotFound, ReadOnlyMember
    """
    results = await (await pushing_of(session, context, farm_id, body.device_id, now)).run(body)
    return Pushed(results=results, latest=await rows.last(session, farm_id, ALL))
