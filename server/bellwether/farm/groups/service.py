"""Groups of a farm, and who belongs to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.groups import repository
from bellwether.farm.groups.problems import GroupExists, MembersWithheld
from bellwether.farm.groups.schemas import Group, GroupChange, GroupMember, NewGroup
from bellwether.farm.health import repository as health
from bellwether.farm.health.models import SALE_LISTS
from bellwether.farm.place import place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale


class ByAnimal(Cursor):
    """Sorted by animal, which is in a group once at a time."""

    animal_id: UUID


async def create(session: Session, context: Context, body: NewGroup) -> Group:
    """A group without members.

    Raises:
        ReferenceNotFound, ReadOnlyMember, GroupExists
    """
    await may_write(session, context, body.farm_id, field="farm_id")
    await one_writer(session, body.farm_id)
    group_id = body.id or new_id()
    try:
        async with session.begin_nested():
            await repository.add(session, body.model_dump() | {"id": group_id, "recorded_by": context.user_id})
    except IntegrityError as error:
        raise GroupExists from error
    return await get(session, group_id)


async def get(session: Session, group_id: UUID) -> Group:
    """One group.

    Raises:
        NotFound: none that the user can see.
    """
    row = await repository.get(session, group_id)
    if row is None:
        raise NotFound
    return Group.model_validate(row)


async def change(
    session: Session, context: Context, group_id: UUID, body: GroupChange, if_match: Precondition, now: datetime
) -> Group:
    """Change what is given; a list becomes one for sale when nobody in it is withheld (I20).

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, GroupExists, MembersWithheld
    """
    before = await get(session, group_id)
    await may_write(session, context, before.farm_id)
    if_match.check(before.rev)
    await one_writer(session, before.farm_id)
    if is_for_sale(before.type, body.purpose) and not is_for_sale(before.type, before.purpose):
        today = (await place_of(session, before.farm_id)).today(now)
        held = await health.board(session, before.farm_id, today, "export", group_id, None, MembersWithheld.MOST + 1)
        if held:
            raise MembersWithheld([(row.name, row.until) for row in held])
    try:
        async with session.begin_nested():
            is_changed = await repository.change(session, group_id, before.rev, body.model_dump())
    except IntegrityError as error:
        raise GroupExists from error
    if not is_changed:
        raise Stale
    return await get(session, group_id)


def is_for_sale(group_type: str, purpose: str | None) -> bool:
    """Whether a list is one from which animals go to a market."""
    return group_type == "planned" and (purpose or "").lower() in SALE_LISTS


async def page(
    session: Session, context: Context, farm_id: UUID, group_type: str | None, limit: int, cursor: str | None
) -> Page[Group]:
    """Groups of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, group_type, id_after(cursor), limit + 1)
    return Page(items=[Group.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def members(
    session: Session, group_id: UUID, at: datetime | None, limit: int, cursor: str | None
) -> Page[GroupMember]:
    """Who is in a group now, or was at a time.

    Raises:
        NotFound
    """
    farm_id, found = (await get(session, group_id)).farm_id, ByAnimal.read(cursor)
    after = None if found is None else found.animal_id
    rows = await repository.members(session, farm_id, group_id, at, after, limit + 1)
    return Page(items=[GroupMember.model_validate(row) for row in rows[:limit]], next=ByAnimal.after(rows, limit))
