"""Paddocks of a farm and their drawings."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.place import Place, place_of
from bellwether.farm.places import problems, repository
from bellwether.farm.places.drawing import drawn
from bellwether.farm.places.geojson import (
    READER,
    Area,
    Feature,
    FeatureCollection,
    MultiPolygonArea,
    PaddockFacts,
    PaddockFeature,
    Upload,
)
from bellwether.farm.places.repository import Box
from bellwether.farm.places.schemas import (
    FeatureVerdict,
    NearPaddock,
    NearPaddocks,
    NewPaddock,
    NewVersion,
    Paddock,
    PaddockChange,
    UploadedFeatures,
    Version,
)
from bellwether.farm.whereabouts.projection import moved_over
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError, Stale
from bellwether.sheep.findings import Broken


async def create(session: Session, context: Context, body: NewPaddock, now: datetime) -> Paddock:
    """A paddock with its first drawing.

    Raises:
        ReferenceNotFound, ReadOnlyMember, PaddockExists, PaddockRejected
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    place, paddock_id = await place_of(session, body.farm_id), body.id or new_id()
    try:
        since = beginning(place, body.valid_from, now)
        text = await valid(session, body.geometry, "geometry")
    except Broken as error:
        raise problems.PaddockRejected(error) from error
    await store(session, context, body.farm_id, paddock_id, body.name, since, text)
    return await get(session, paddock_id)


async def store(
    session: Session, context: Context, farm_id: UUID, paddock_id: UUID, name: str, since: tuple[date, datetime],
    text: str,
) -> None:  # fmt: skip
    """Add a paddock.

    Raises:
        PaddockExists
    """
    try:
        async with session.begin_nested():
            await repository.add(session, farm_id, paddock_id, name, context.user_id)
            await repository.draw(session, farm_id, paddock_id, new_id(), since, text, context.user_id)
    except asyncpg.UniqueViolationError as error:
        raise problems.PaddockExists from error


def beginning(place: Place, day: date | None, now: datetime) -> tuple[date, datetime]:
    """A day, or today, with the moment in which it begins on the farm.

    Raises:
        Broken: it is still to come.
    """
    today = place.today(now)
    if day is not None and day > today:
        raise problems.in_the_future(day, today, "valid_from")
    since = day or today
    return since, datetime.combine(since, time(), ZoneInfo(place.time_zone))


async def valid(session: Session, area: Area, field: str) -> str:
    """The area as GeoJSON text.

    Raises:
        Broken: it bounds nothing.
    """
    text = drawn(area, field)
    fault = await repository.fault(session, text)
    if fault is not None:
        raise problems.bounds_nothing(fault, f"{field}.coordinates", is_multiple=isinstance(area, MultiPolygonArea))
    return text


async def upload(session: Session, context: Context, farm_id: UUID, body: Upload, now: datetime) -> UploadedFeatures:
    """Paddocks from a drawing program; one that is rejected does not hold up the others.

    Raises:
        NotFound, ReadOnlyMember
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    since = beginning(await place_of(session, farm_id), None, now)
    if isinstance(body, PaddockFeature):
        read: Sequence[PaddockFeature | list[RowError]] = [body]
    else:
        read = [READER.read(sent, "features", row) for row, sent in enumerate(body.features)]
    items = [await take(session, context, farm_id, row, found, since) for row, found in enumerate(read)]
    rejected = sum(item.verdict == "rejected" for item in items)
    return UploadedFeatures(accepted=len(items) - rejected, rejected=rejected, items=items)


async def take(
    session: Session, context: Context, farm_id: UUID, row: int, found: PaddockFeature | list[RowError],
    since: tuple[date, datetime],
) -> FeatureVerdict:  # fmt: skip
    """One feature, unless something is wrong with it."""
    if not isinstance(found, PaddockFeature):
        return FeatureVerdict(row=row, id=None, verdict="rejected", errors=found)
    name, paddock_id = found.name, found.id or new_id()
    try:
        text = await valid(session, found.geometry, "geometry")
        known = await repository.same(session, farm_id, found.id, name, text)
        if known is not None:
            return FeatureVerdict(row=row, id=known, verdict="known")
        await store(session, context, farm_id, paddock_id, name, since, text)
    except Broken as error:
        return FeatureVerdict(row=row, id=None, verdict="rejected", errors=told(row, error))
    except problems.PaddockExists:
        exists = told(row, Broken(problems.taken(name)))
        return FeatureVerdict(row=row, id=None, verdict="rejected", errors=exists)
    return FeatureVerdict(row=row, id=paddock_id, verdict="new")


def told(row: int, error: Broken) -> list[RowError]:
    """What is wrong with a feature."""
    return [
        RowError(row=row, field=f"features.{row}.{f.field}", code=f.code, message=f.message, fix=f.fix)
        for f in error.findings
    ]


async def get(session: Session, paddock_id: UUID) -> Paddock:
    """One paddock with its last drawing.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.get(session, paddock_id)
    if row is None:
        raise NotFound
    return Paddock.model_validate(row)


async def change(
    session: Session, context: Context, paddock_id: UUID, body: PaddockChange, if_match: Precondition
) -> Paddock:
    """Rename a paddock.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, PaddockExists
    """
    before = await get(session, paddock_id)
    await may_write(session, context, before.farm_id)
    if_match.check(before.rev)
    await one_writer(session, before.farm_id)
    try:
        async with session.begin_nested():
            is_renamed = await repository.rename(session, paddock_id, before.rev, body.name)
    except asyncpg.UniqueViolationError as error:
        raise problems.PaddockExists from error
    if not is_renamed:
        raise Stale
    return await get(session, paddock_id)


async def redraw(session: Session, context: Context, paddock_id: UUID, body: NewVersion, now: datetime) -> Paddock:
    """Draw a paddock anew; the drawing before stays for the days on which it was true.

    Raises:
        NotFound, ReadOnlyMember, PaddockRejected
    """
    farm_id = (await get(session, paddock_id)).farm_id
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    before, place = await get(session, paddock_id), await place_of(session, farm_id)
    try:
        since = beginning(place, body.valid_from, now)
        if since[0] <= before.valid_from:
            raise problems.not_later(before.valid_from, "valid_from")
        text = await valid(session, body.geometry, "geometry")
    except Broken as error:
        raise problems.PaddockRejected(error) from error
    async with moved_over(session, farm_id, paddock_id, since[1]):
        await repository.end_last(session, farm_id, paddock_id, since)
        await repository.draw(session, farm_id, paddock_id, new_id(), since, text, context.user_id)
    return await get(session, paddock_id)


async def versions(session: Session, paddock_id: UUID) -> Page[Version]:
    """Every drawing of a paddock.

    Raises:
        NotFound
    """
    found = await get(session, paddock_id)
    rows = await repository.versions(session, found.farm_id, paddock_id)
    return Page(items=[Version.model_validate(row) for row in rows])


async def seen_on(session: Session, context: Context, farm_id: UUID, day: date | None, now: datetime) -> date:
    """The day that is asked for, or today on the farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    return day or (await place_of(session, farm_id)).today(now)


async def page(session: Session, farm_id: UUID, day: date, limit: int, cursor: str | None) -> Page[Paddock]:
    """Paddocks of a farm, as they were drawn for a day."""
    rows = await repository.listing(session, farm_id, day, id_after(cursor), limit + 1)
    return Page(items=[Paddock.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def features(session: Session, farm_id: UUID, day: date, limit: int, cursor: str | None) -> FeatureCollection:
    """The same as a map."""
    found = await page(session, farm_id, day, limit, cursor)
    items = [
        Feature(id=item.id, geometry=item.geometry, properties=PaddockFacts.model_validate(item))
        for item in found.items
    ]
    return FeatureCollection(features=items, next=found.next)


async def within(
    session: Session,
    farm_id: UUID,
    day: date,
    box: tuple[float, float, float, float],
    limit: int,
    cursor: str | None,
    *,
    whole: bool,
) -> Page[Paddock]:
    """Paddocks in a part of the map.

    Raises:
        BoxTurned
    """
    if box[1] > box[3]:
        raise problems.BoxTurned(box[1], box[3])
    rows = await repository.within(session, farm_id, day, Box(*box), id_after(cursor), limit + 1, whole=whole)
    return Page(items=[Paddock.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def nearest(
    session: Session, farm_id: UUID, day: date, longitude: float, latitude: float, limit: int
) -> NearPaddocks:
    """Paddocks next to a point."""
    rows = await repository.nearest(session, farm_id, day, longitude, latitude, limit)
    return NearPaddocks(items=[NearPaddock.model_validate(row) for row in rows])
