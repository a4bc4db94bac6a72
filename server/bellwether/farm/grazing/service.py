"""Where animals stand, how paddocks were grazed and rested, and how heavily they are stocked."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import get_args
from uuid import UUID

from bellwether.farm.access import may_write, role_of
from bellwether.farm.grazing import repository
from bellwether.farm.grazing.models import RestRow, StockRow
from bellwether.farm.grazing.schemas import (
    Grazing,
    Location,
    NewRatings,
    Ratings,
    Rest,
    StockClass,
    Stocked,
    Stocking,
)
from bellwether.farm.place import Place, place_of
from bellwether.farm.schemas import Moment
from bellwether.farm.stock.repository import classes as classes_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import NotFound
from bellwether.sheep.stock import StockClass as Window

#: one is a wether of 50 kg that keeps its weight; the others are starting values of our own, set by each farm
USUAL: Mapping[StockClass, float] = {
    "lamb": 0.7,
    "hogget": 1.0,
    "ewe": 1.2,
    "ram": 1.5,
    "wether": 1.0,
    "unknown": 1.0,
}
LAMB, HOGGET = 365, 730
CLASSES: tuple[StockClass, ...] = get_args(StockClass)


class Newest(Cursor):
    """Sorted by beginning, the last one first."""

    since: Moment
    id: UUID


class ByPaddock(Cursor):
    """Sorted by paddock."""

    paddock_id: UUID


async def location(session: Session, animal_id: UUID, at: datetime | None) -> Location:
    """Where an animal stands now, or stood at a time.

    Raises:
        NotFound: none that the user can see.
    """
    farm_id = await repository.farm_of_animal(session, animal_id)
    if farm_id is None:
        raise NotFound
    row = await repository.location(session, farm_id, animal_id, at)
    return Location(animal_id=animal_id) if row is None else Location.model_validate(row)


async def history(session: Session, paddock_id: UUID, limit: int, cursor: str | None) -> Page[Grazing]:
    """Who stood in a paddock, the last one first.

    Raises:
        NotFound
    """
    farm_id = await repository.farm_of_paddock(session, paddock_id)
    if farm_id is None:
        raise NotFound
    found = Newest.read(cursor)
    before, zone = None if found is None else (found.since, found.id), (await place_of(session, farm_id)).time_zone
    rows = await repository.history(session, farm_id, paddock_id, zone, before, limit + 1)
    return Page(items=[Grazing.model_validate(row) for row in rows[:limit]], next=Newest.after(rows, limit))


async def rests(
    session: Session, context: Context, farm_id: UUID, now: datetime, limit: int, cursor: str | None
) -> Page[Rest]:
    """How long the paddocks of a farm have rested.

    Raises:
        NotFound: the user does not see the farm.
    """
    await see(session, context, farm_id)
    found = ByPaddock.read(cursor)
    rows = await repository.rests(session, farm_id, None if found is None else found.paddock_id, limit + 1)
    place = await place_of(session, farm_id)
    return Page(items=[rest(row, place, now) for row in rows[:limit]], next=ByPaddock.after(rows, limit))


def rest(row: RestRow, place: Place, now: datetime) -> Rest:
    """How long one of them has rested, in days of the farm."""
    until = None if row.is_grazed else row.grazed_until
    days = 0 if row.is_grazed else None if until is None else (place.today(now) - place.today(until)).days
    return Rest(**(row._asdict() | {"grazed_until": until}), rest_days=days)


async def see(session: Session, context: Context, farm_id: UUID) -> None:
    """Pass for members.

    Raises:
        NotFound
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound


async def stocking(session: Session, context: Context, farm_id: UUID, now: datetime) -> Stocking:
    """How heavily the paddocks of a farm are stocked now.

    Raises:
        NotFound: the user does not see the farm.
    """
    await see(session, context, farm_id)
    rated = await ratings_of(session, farm_id)
    rows = await stock(session, farm_id, (await place_of(session, farm_id)).today(now))
    by_paddock = groupby(rows, key=lambda row: row.paddock_id)
    return Stocking(ratings=rated, items=[stocked(group, rated) for _, group in by_paddock])


async def stock(session: Session, farm_id: UUID, today: date) -> list[StockRow]:
    """Head in the paddocks now by rated class, with tags and without; paddocks stay together."""
    rows = await repository.stock(session, farm_id, today)
    found = await repository.untagged(session, farm_id, today)
    if not found:
        return rows
    windows = {window.code: window for window in await classes_of(session, farm_id)}
    paddocks = {row.paddock_id: row for row in rows}
    for each in found:
        if each.paddock_id in paddocks:
            name = rated_class(windows[each.stock_class])
            rows.append(paddocks[each.paddock_id]._replace(stock_class=name, head=each.head, is_tagged=False))
    return sorted(rows, key=lambda row: (row.name, row.paddock_id))


def rated_class(window: Window) -> StockClass:
    """The class by which head of a farm's own class are rated: by the end of its ages, then by sex and fertility."""
    if window.to_days is not None and window.to_days <= LAMB:
        return "lamb"
    if window.to_days is not None and window.to_days <= HOGGET:
        return "hogget"
    if window.sex == "female":
        return "ewe"
    if window.sex == "male" and window.neutered is not None:
        return "wether" if window.neutered else "ram"
    return "unknown"


def stocked(rows: Iterable[StockRow], rated: Mapping[StockClass, float]) -> Stocked:
    """One paddock."""
    found = list(rows)
    first, by_class = found[0], Counter[str | None]()
    for row in found:
        by_class[row.stock_class] += row.head
    classes = {name: by_class[name] for name in CLASSES if name in by_class}
    head, dse = sum(classes.values()), sum(n * rated[name] for name, n in classes.items())
    return Stocked(
        paddock_id=first.paddock_id,
        name=first.name,
        area_ha=first.area_ha,
        head=head,
        untagged=sum(row.head for row in found if not row.is_tagged),
        classes=classes,
        head_per_ha=head / first.area_ha,
        dse=dse,
        dse_per_ha=dse / first.area_ha,
    )


async def ratings_of(session: Session, farm_id: UUID) -> dict[StockClass, float]:
    """What the farm has set, and for the rest what is usual."""
    found = await repository.ratings(session, farm_id)
    return {name: found.get(name, USUAL[name]) for name in CLASSES}


async def ratings(session: Session, context: Context, farm_id: UUID) -> Ratings:
    """The ratings of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    await see(session, context, farm_id)
    found = await repository.ratings(session, farm_id)
    usual = [name for name in CLASSES if name not in found]
    return Ratings(farm_id=farm_id, ratings=await ratings_of(session, farm_id), usual=usual)


async def rate(session: Session, context: Context, body: NewRatings) -> Ratings:
    """Set the ratings of a farm.

    Raises:
        ReferenceNotFound, ReadOnlyMember
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await repository.rate(session, body.farm_id, body.ratings.items())
    return await ratings(session, context, body.farm_id)
