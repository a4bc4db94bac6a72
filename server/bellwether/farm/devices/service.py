"""Registering devices, counting what they have not sent, and signing out without losing it."""

from uuid import UUID

from bellwether.farm.access import role_of
from bellwether.farm.devices import repository
from bellwether.farm.devices.models import DeviceRow
from bellwether.farm.devices.problems import NotYourDevice, UnsentRows
from bellwether.farm.devices.schemas import Device, DeviceReport, SignOut, Unsent
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.problems import NotFound


async def report(session: Session, context: Context, farm_id: UUID, device_id: UUID, body: DeviceReport) -> Device:
    """A device of a member says how far it is; one that is new is registered.

    Raises:
        NotFound, NotYourDevice
    """
    user_id = await member(session, context, farm_id)
    found = await repository.get(session, farm_id, device_id)
    if found is not None and found.user_id != user_id:
        raise NotYourDevice
    row = await repository.report(session, farm_id, device_id, user_id, body.name, body.unsent, body.rev)
    return Device.model_validate(row)


async def member(session: Session, context: Context, farm_id: UUID) -> UUID:
    """The asking user, a member of the farm.

    Raises:
        NotFound
    """
    if context.user_id is None or await role_of(session, context, farm_id) is None:
        raise NotFound
    return context.user_id


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Device]:
    """Every device of the farm for its owners, the asking user's own for others.

    Raises:
        NotFound
    """
    user_id = await member(session, context, farm_id)
    is_owner = await role_of(session, context, farm_id) == "owner"
    rows = await repository.listing(session, farm_id, None if is_owner else user_id, id_after(cursor), limit + 1)
    return Page(items=[Device.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def unsent(session: Session, context: Context, farm_id: UUID) -> Unsent:
    """What the asking user's devices have not sent, as they said last.

    Raises:
        NotFound
    """
    rows = await repository.held(session, farm_id, await member(session, context, farm_id))
    return Unsent(unsent=sum(row.unsent for row in rows), devices=[Device.model_validate(row) for row in rows])


async def sign_out(session: Session, context: Context, farm_id: UUID, device_id: UUID, body: SignOut) -> Device:
    """The user leaves the device, unless that would lose rows and nobody said that it may.

    Raises:
        NotFound, UnsentRows
    """
    found: DeviceRow | None = await repository.get(session, farm_id, device_id)
    if found is None or found.user_id != context.user_id:
        raise NotFound
    await member(session, context, farm_id)
    if body.unsent and not body.abandon:
        raise UnsentRows(body.unsent)
    return Device.model_validate(await repository.sign_out(session, farm_id, device_id, body.unsent))
