"""Organisations, their members and their farms."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import must_own
from bellwether.farm.farms import service as members_of_farms
from bellwether.farm.farms.problems import EndRejected
from bellwether.farm.farms.schemas import NewMember
from bellwether.farm.organisations import repository
from bellwether.farm.organisations.problems import (
    FarmInOrganisation,
    LastOrganisationOwner,
    OrganisationExists,
    OrganisationOwnersOnly,
)
from bellwether.farm.organisations.schemas import (
    NewOrganisation,
    NewOrganisationFarm,
    Organisation,
    OrganisationChange,
    OrganisationFarm,
    OrganisationMember,
)
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale
from bellwether.platform.quotas import QuotaReached

MOST = 20


async def create(session: Session, context: Context, body: NewOrganisation) -> Organisation:
    """An organisation whose owner is the one who makes it.

    Raises:
        OrganisationExists, QuotaReached
    """
    assert context.user_id is not None
    await one_at_a_time(session, f"organisations of {context.user_id}")
    if await repository.count_made(session, context.user_id) >= MOST:
        raise QuotaReached(f"You have made {MOST} organisations, which is all that one may")
    organisation_id = body.id or new_id()
    try:
        async with session.begin_nested():
            await repository.found(session, body.model_dump() | {"id": organisation_id})
    except IntegrityError as error:
        raise OrganisationExists from error
    return await get(session, organisation_id)


async def get(session: Session, organisation_id: UUID) -> Organisation:
    """One organisation.

    Raises:
        NotFound: none that the user belongs to, nor one of the user's farms.
    """
    row = await repository.get(session, organisation_id)
    if row is None:
        raise NotFound
    return Organisation.model_validate(row)


async def page(session: Session, limit: int, cursor: str | None) -> Page[Organisation]:
    """Organisations of the user, and of the user's farms."""
    rows = await repository.listing(session, id_after(cursor), limit + 1)
    items = [Organisation.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=ById.after(rows, limit))


async def owned(session: Session, organisation_id: UUID) -> Organisation:
    """One that the user owns.

    Raises:
        NotFound, OrganisationOwnersOnly
    """
    found = await get(session, organisation_id)
    if found.role != "owner":
        raise OrganisationOwnersOnly
    return found


async def change(
    session: Session, organisation_id: UUID, body: OrganisationChange, if_match: Precondition
) -> Organisation:
    """Change what is given.

    Raises:
        NotFound, OrganisationOwnersOnly, MatchRequired, Stale
    """
    before = await owned(session, organisation_id)
    if_match.check(before.rev)
    if not await repository.change(session, organisation_id, before.rev, body.model_dump()):
        raise Stale
    return await get(session, organisation_id)


async def members(session: Session, organisation_id: UUID) -> Page[OrganisationMember]:
    """Everybody who belongs to it.

    Raises:
        NotFound
    """
    await get(session, organisation_id)
    rows = await repository.members(session, organisation_id)
    return Page(items=[OrganisationMember.model_validate(row) for row in rows])


async def grant(
    session: Session, context: Context, organisation_id: UUID, body: NewMember, now: datetime
) -> OrganisationMember:
    """Give a user a role in it, and so on its farms.

    Raises:
        NotFound, OrganisationOwnersOnly, LastOrganisationOwner, EndRejected
    """
    await owned(session, organisation_id)
    if body.ends_at is not None and body.role == "owner":
        raise EndRejected("an owner has no end", "leave ends_at out, or give the role worker or viewer")
    if body.ends_at is not None and body.ends_at <= now:
        raise EndRejected(f"{body.ends_at.isoformat()} is over", "send a time to come, or take the access away")
    if body.role != "owner":
        await keep_an_owner(session, organisation_id, body.user_id)
    values = body.model_dump() | {"organisation_id": organisation_id, "granted_by": context.user_id}
    made = OrganisationMember.model_validate(await repository.grant(session, values))
    for row in await repository.farms(session, organisation_id):
        await members_of_farms.tell(session, context, row.farm_id, body.user_id, lost=body.role)
    return made


async def revoke(session: Session, context: Context, organisation_id: UUID, user_id: UUID) -> None:
    """Somebody belongs to it no longer, nor through it to its farms.

    Raises:
        NotFound, OrganisationOwnersOnly, LastOrganisationOwner
    """
    await owned(session, organisation_id)
    await keep_an_owner(session, organisation_id, user_id)
    for row in await repository.farms(session, organisation_id):
        await tell_leaving(session, context, organisation_id, row.farm_id, user_id)
    if not await repository.revoke(session, organisation_id, user_id):
        raise NotFound


async def tell_leaving(
    session: Session, context: Context, organisation_id: UUID, farm_id: UUID, user_id: UUID | None = None
) -> None:
    """Of somebody, or of everybody, who is on a farm by the organisation."""
    for who, role in await repository.on_farm(session, organisation_id, farm_id):
        if user_id in (None, who):
            await members_of_farms.tell_leaving(session, context, farm_id, who, role, organisation_id)


async def keep_an_owner(session: Session, organisation_id: UUID, leaving: UUID) -> None:
    """Refuse to let the last owner go."""
    if await repository.owners(session, organisation_id) == {leaving}:
        raise LastOrganisationOwner


async def farms(session: Session, organisation_id: UUID) -> Page[OrganisationFarm]:
    """Its farms.

    Raises:
        NotFound
    """
    await get(session, organisation_id)
    rows = await repository.farms(session, organisation_id)
    return Page(items=[OrganisationFarm.model_validate(row) for row in rows])


async def add_farm(
    session: Session, context: Context, organisation_id: UUID, body: NewOrganisationFarm
) -> OrganisationFarm:
    """A farm comes in: the members become members of it, so the owner of both decides.

    Raises:
        NotFound, OrganisationOwnersOnly, OwnersOnly, FarmInOrganisation
    """
    await owned(session, organisation_id)
    await must_own(session, context, body.farm_id)
    values = {"id": organisation_id, "farm_id": body.farm_id, "added_by": context.user_id}
    row = await repository.add_farm(session, values)
    if row is None:
        raise FarmInOrganisation
    for user_id, role in await repository.on_farm(session, organisation_id, body.farm_id):
        await members_of_farms.tell(session, context, body.farm_id, user_id, lost=role)
    return OrganisationFarm.model_validate(row)


async def remove_farm(session: Session, context: Context, organisation_id: UUID, farm_id: UUID) -> None:
    """A farm leaves; an owner of the farm or of the organisation decides.

    Raises:
        NotFound, OrganisationOwnersOnly
    """
    found = await get(session, organisation_id)
    if found.role != "owner":
        await must_own(session, context, farm_id)
    await tell_leaving(session, context, organisation_id, farm_id)
    if not await repository.remove_farm(session, organisation_id, farm_id):
        raise NotFound
