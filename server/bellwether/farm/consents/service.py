"""Giving and withdrawing consents."""

from uuid import UUID

from bellwether.farm.access import must_own, one_writer, role_of
from bellwether.farm.consents import repository
from bellwether.farm.consents.problems import ConsentEndsBeforeStart, ConsentExists, DaysAreOfMeasurements
from bellwether.farm.consents.schemas import Consent, NewConsent
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound


async def give(session: Session, context: Context, farm_id: UUID, body: NewConsent) -> Consent:
    """A project may see something of the farm from now on.

    Raises:
        NotFound, OwnersOnly, ConsentEndsBeforeStart, DaysAreOfMeasurements, ConsentExists
    """
    await must_own(session, context, farm_id)
    if body.from_on is not None and body.to_on is not None and body.to_on < body.from_on:
        raise ConsentEndsBeforeStart
    for field in ("from_on", "to_on"):
        if body.scope != "measurements" and getattr(body, field) is not None:
            raise DaysAreOfMeasurements(field)
    values = body.model_dump() | {"id": body.id or new_id(), "farm_id": farm_id, "granted_by": context.user_id}
    row = await repository.add(session, values)
    if row is None:
        raise ConsentExists
    return Consent.model_validate(row)


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[Consent]:
    """All consents of the farm.

    Raises:
        NotFound
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Consent.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def withdraw(session: Session, context: Context, farm_id: UUID, consent_id: UUID) -> None:
    """The next request sees nothing of it, no new snapshot holds it; those that were taken stay as they are.

    Raises:
        NotFound, OwnersOnly
    """
    await must_own(session, context, farm_id)
    # a snapshot that is being taken is taken before, or without the farm
    await one_writer(session, farm_id)
    if not await repository.withdraw(session, farm_id, consent_id, context.user_id):
        raise NotFound
