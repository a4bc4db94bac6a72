"""A page of each kind of resource: rows, and the cursor of the page after them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.animals import repository as animals
from bellwether.farm.animals.models import AnimalRow
from bellwether.farm.icar import repository
from bellwether.farm.icar.models import EventRow, KeptRow
from bellwether.farm.icar.repository import Within
from bellwether.farm.icar.reproduction import others
from bellwether.farm.icar.resources.core import IcarIdentifier
from bellwether.farm.icar.schemas import Resource
from bellwether.farm.icar.writing import Writer
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after


class ByFlock(Cursor):
    """Sorted by flock, then by id."""

    flock_id: UUID
    id: UUID


class BySeq(Cursor):
    """Sorted by place in the log."""

    seq: int


class Asked(NamedTuple):
    """Which page of which farm."""

    farm_id: UUID
    location: IcarIdentifier
    zone: str
    within: Within
    cursor: str | None
    limit: int


class Found(NamedTuple):
    """A page."""

    resources: list[Resource]
    next: str | None
    total: int
    """On all pages."""


Reader = Callable[[Session, Asked], Awaitable[Found]]


async def named(session: Session, ids: Iterable[UUID]) -> dict[UUID, AnimalRow]:
    """What the animals are called."""
    return {row["id"]: row for row in await animals.by_ids(session, sorted(set(ids)))}


def of_animals(write: Callable[[Writer, KeptRow], Resource], *, born_here: bool) -> Reader:
    """Reads animals, each as one resource."""

    async def read(session: Session, asked: Asked) -> Found:
        after = id_after(asked.cursor)
        rows = await repository.animals(
            session, asked.farm_id, asked.within, after, asked.limit + 1, born_here=born_here
        )
        shown = rows[: asked.limit]
        claims = await repository.parents(session, asked.farm_id, [row.id for row in shown])
        claims.sort(key=lambda claim: claim.child_id)
        parents = {key: list(group) for key, group in groupby(claims, key=lambda claim: claim.child_id)}
        ids = [*(row.id for row in shown), *(claim.parent_id for claim in claims)]
        writer = Writer(asked.location, asked.zone, await named(session, ids), parents)
        total = await total_of(asked, rows, partial(count_animals, session, asked, born_here=born_here))
        return Found([write(writer, row) for row in shown], ById.after(rows, asked.limit), total)

    return read


async def count_animals(session: Session, asked: Asked, *, born_here: bool) -> int:
    """How many there are."""
    return await repository.count_animals(session, asked.farm_id, asked.within, born_here=born_here)


async def total_of(asked: Asked, rows: Sequence[object], count: Callable[[], Awaitable[int]]) -> int:
    """How many there are on all pages; what one page holds needs no other question."""
    return len(rows) if asked.cursor is None and len(rows) <= asked.limit else await count()


async def weights(session: Session, asked: Asked) -> Found:
    """Weights that count."""
    found = ByFlock.read(asked.cursor)
    after = None if found is None else (found.flock_id, found.id)
    rows = await repository.weights_of(session, asked.farm_id, asked.within, after, asked.limit + 1)
    writer = await writer_of(session, asked, [row.animal_id for row in rows])
    total = await total_of(asked, rows, partial(repository.count_weights, session, asked.farm_id, asked.within))
    return Found([writer.weight(row) for row in rows[: asked.limit]], ByFlock.after(rows, asked.limit), total)


def of_events(write: Callable[[Writer, EventRow], Resource], *kinds: str) -> Reader:
    """Reads events of some kinds of the log."""
    return partial(events, write, kinds)


async def events(
    write: Callable[[Writer, EventRow], Resource], kinds: Sequence[str], session: Session, asked: Asked
) -> Found:
    """Events of some kinds, as they were last corrected."""
    found = BySeq.read(asked.cursor)
    after = 0 if found is None else found.seq
    rows = await repository.events(session, asked.farm_id, asked.within, kinds, after, asked.limit + 1)
    writer = await writer_of(session, asked, [key for row in rows for key in (row.animal_id, *others(row))])
    total = await total_of(asked, rows, partial(repository.count_events, session, asked.farm_id, asked.within, kinds))
    return Found([write(writer, row) for row in rows[: asked.limit]], BySeq.after(rows, asked.limit), total)


async def writer_of(session: Session, asked: Asked, animal_ids: Sequence[UUID]) -> Writer:
    """That knows what these animals are called."""
    return Writer(asked.location, asked.zone, await named(session, animal_ids))
