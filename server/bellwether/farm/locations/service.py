"""Giving a farm its numbers, and finding the farm of a number."""

from uuid import UUID

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.locations import repository
from bellwether.farm.locations.problems import AmbiguousLocation, LocationExists, LocationRejected, TooManyLocations
from bellwether.farm.locations.schemas import Location, NewLocation
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError
from bellwether.sheep.findings import Broken
from bellwether.sheep.locations import FARM, location_value

MOST = 50


async def add(session: Session, context: Context, farm_id: UUID, body: NewLocation) -> Location:
    """A number of the farm.

    Raises:
        NotFound, ReadOnlyMember, LocationRejected, LocationExists, TooManyLocations
    """
    await may_write(session, context, farm_id)
    if body.scheme == FARM:
        raise LocationRejected(f"{FARM} is the farm's own id, which it has without being told")
    try:
        value = location_value(body.scheme, body.value)
    except Broken as error:
        errors = [RowError(field=f.field, code=f.code, message=f.message, fix=f.fix) for f in error.findings]
        raise LocationRejected(errors[0].message, errors=errors) from error
    await one_writer(session, farm_id)
    if len(await repository.listing(session, farm_id)) >= MOST:
        raise TooManyLocations
    values = {"id": body.id or new_id(), "farm_id": farm_id, "scheme": body.scheme, "value": value}
    row = await repository.add(session, values)
    if row is None:
        raise LocationExists
    return Location.model_validate(row)


async def page(session: Session, context: Context, farm_id: UUID) -> Page[Location]:
    """All numbers of a farm.

    Raises:
        NotFound: not one of the user's.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    return Page(items=[Location.model_validate(row) for row in await repository.listing(session, farm_id)])


async def remove(session: Session, context: Context, farm_id: UUID, location_id: UUID) -> None:
    """The farm has this number no longer.

    Raises:
        NotFound, ReadOnlyMember
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if not await repository.remove(session, farm_id, location_id):
        raise NotFound


async def farm_of(session: Session, context: Context, scheme: str, value: str) -> UUID:
    """The user's farm that a number names.

    Raises:
        NotFound: none of the user's, or no number.
        AmbiguousLocation: several.
    """
    try:
        found = (
            [UUID(value)] if scheme == FARM else await repository.named(session, scheme, location_value(scheme, value))
        )
    except (Broken, ValueError) as error:
        raise NotFound from error
    if len(found) > 1:
        raise AmbiguousLocation
    if not found or await role_of(session, context, found[0]) is None:
        raise NotFound
    return found[0]
