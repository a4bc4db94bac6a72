"""Farms and who belongs to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from bellwether.farm.access import must_own
from bellwether.farm.farms import events, repository
from bellwether.farm.farms.problems import EndRejected, FarmExists, LastOwner
from bellwether.farm.farms.schemas import Farm, FarmChange, Member, NewFarm, NewMember
from bellwether.farm.farms.zones import zone_of
from bellwether.platform.context import Context
from bellwether.platform.database.advisory_locks import one_at_a_time
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.json import json_text
from bellwether.platform.problems import NotFound, Stale
from bellwether.platform.quotas import QuotaReached

# unique_violation, or insufficient_privilege: nobody becomes the first member of a farm that has members
TAKEN = ("23505", "42501")


async def create(session: Session, context: Context, body: NewFarm) -> Farm:
    """A farm whose owner is the one who makes it.

    Raises:
        FarmExists: the id was sent before.
        QuotaReached: the user has as many farms as one may have.
    """
    most = context.quotas.farms_of_user
    assert context.user_id is not None
    await one_at_a_time(session, f"farms of {context.user_id}")
    if await repository.count_made(session, context.user_id) >= most:
        raise QuotaReached(f"You have made {most} farms, which is all that one may: leave one, or ask the operator")
    farm_id = body.id or new_id()
    first = {"user_id": context.user_id, "farm_id": farm_id, "role": "owner", "granted_by": context.user_id}
    values = body.model_dump() | {"id": farm_id, "created_by": context.user_id}
    values["time_zone"] = body.time_zone or zone_of(body.country)
    try:
        async with session.begin_nested():
            await repository.add_first_member(session, first)
            await repository.add(session, values)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in TAKEN:
            raise
        raise FarmExists from error
    await events.farm_created(session, context, farm_id, body.name)
    await events.membership_granted(session, context, farm_id, context.user_id, "owner")
    return await get(session, farm_id)


async def get(session: Session, farm_id: UUID) -> Farm:
    """One farm.

    Raises:
        NotFound: none that the user belongs to.
    """
    row = await repository.get(session, farm_id)
    if row is None:
        raise NotFound
    return Farm.model_validate(row)


async def page(session: Session, limit: int, cursor: str | None) -> Page[Farm]:
    """The user's farms."""
    rows = await repository.listing(session, id_after(cursor), limit + 1)
    items = [Farm.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next=ById.after(rows, limit))


async def change(session: Session, context: Context, farm_id: UUID, body: FarmChange, if_match: Precondition) -> Farm:
    """Change what is given.

    Raises:
        NotFound, OwnersOnly, MatchRequired, Stale
    """
    before = await get(session, farm_id)
    await must_own(session, context, farm_id)
    if_match.check(before.rev)
    headers = None if body.import_headers is None else json_text(body.import_headers)
    if not await repository.change(session, farm_id, before.rev, body.model_dump() | {"import_headers": headers}):
        raise Stale
    return await get(session, farm_id)


async def grant(session: Session, context: Context, farm_id: UUID, body: NewMember, now: datetime) -> Member:
    """Give a user a role, for ever or for a while.

    Raises:
        NotFound, OwnersOnly, LastOwner, EndRejected
    """
    await must_own(session, context, farm_id)
    if body.ends_at is not None and body.role == "owner":
        raise EndRejected("an owner has no end", "leave ends_at out, or give the role worker or viewer")
    if body.ends_at is not None and body.ends_at <= now:
        raise EndRejected(f"{body.ends_at.isoformat()} is over", "send a time to come, or take the access away")
    if body.role != "owner":
        await keep_an_owner(session, farm_id, body.user_id)
    values = body.model_dump() | {"farm_id": farm_id, "granted_by": context.user_id}
    row = await repository.grant(session, values)
    await tell(session, context, farm_id, body.user_id, lost=body.role)
    return Member.model_validate(row)


async def revoke(session: Session, context: Context, farm_id: UUID, user_id: UUID) -> None:
    """Take a user's access away.

    Raises:
        NotFound, OwnersOnly, LastOwner
    """
    await must_own(session, context, farm_id)
    await keep_an_owner(session, farm_id, user_id)
    role = await repository.role_by_itself(session, farm_id, user_id)
    if role is None:
        raise NotFound
    await tell_leaving(session, context, farm_id, user_id, role)
    await repository.revoke(session, farm_id, user_id)


async def tell(session: Session, context: Context, farm_id: UUID, user_id: UUID, *, lost: str) -> None:
    """The other services hear of the role that somebody has now, or of the one that is lost and was the last."""
    role = await repository.role_on(session, farm_id, user_id)
    if role is None:
        await events.membership_revoked(session, context, farm_id, user_id, lost)
    else:
        await events.membership_granted(session, context, farm_id, user_id, role)


async def tell_leaving(
    session: Session, context: Context, farm_id: UUID, user_id: UUID, lost: str, organisation_id: UUID | None = None
) -> None:
    """What somebody will be on a farm without the membership by an organisation, or by itself.

    Told before it is so: who leaves may not write to the farm afterwards.
    """
    left = await repository.besides(session, farm_id, user_id, organisation_id)
    if left is None:
        await events.membership_revoked(session, context, farm_id, user_id, lost)
    else:
        await events.membership_granted(session, context, farm_id, user_id, left)


async def keep_an_owner(session: Session, farm_id: UUID, leaving: UUID) -> None:
    """Refuse to let the last owner go."""
    if await repository.owners(session, farm_id) == {leaving}:
        raise LastOwner


async def members(session: Session, farm_id: UUID) -> Page[Member]:
    """Everybody who belongs to the farm.

    Raises:
        NotFound: the user does not.
    """
    rows = await repository.members(session, farm_id)
    if not rows:
        raise NotFound
    return Page(items=[Member.model_validate(row) for row in rows])
