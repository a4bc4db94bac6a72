"""Flocks of a farm."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import may_write, one_writer
from bellwether.farm.flocks import repository
from bellwether.farm.flocks.problems import FlockExists
from bellwether.farm.flocks.schemas import Flock, NewFlock
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound


async def create(session: Session, context: Context, body: NewFlock) -> Flock:
    """A flock.

    Raises:
        ReferenceNotFound, ReadOnlyMember, FlockExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    values = body.model_dump() | {"id": body.id or new_id()}
    try:
        return Flock.model_validate(await repository.add(session, values))
    except IntegrityError as error:
        raise FlockExists from error


async def get(session: Session, flock_id: UUID) -> Flock:
    """One flock.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.get(session, flock_id)
    if row is None:
        raise NotFound
    return Flock.model_validate(row)


async def page(session: Session, farm_id: UUID | None, limit: int, cursor: str | None) -> Page[Flock]:
    """Flocks of one farm, or of all the user's farms."""
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    items = [Flock.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=ById.after(rows, limit))
