"""Listing conflicts, and settling them one way or the other."""

from datetime import datetime
from uuid import UUID

from bellwether.farm.access import may_write, one_writer, role_of
from bellwether.farm.collections.collection import Master, Write
from bellwether.farm.collections.registry import COLLECTIONS
from bellwether.farm.conflict_facts import Told, conflict_settled, of_number
from bellwether.farm.conflicts import repository
from bellwether.farm.conflicts.models import ConflictRow, Said
from bellwether.farm.conflicts.problems import CannotCount, Settled
from bellwether.farm.conflicts.schemas import Choice, Conflict, State
from bellwether.farm.identifiers import service as identifiers
from bellwether.farm.identifiers.schemas import UseEnd
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound


async def page(
    session: Session, context: Context, farm_id: UUID, state: State, limit: int, cursor: str | None
) -> Page[Conflict]:
    """Conflicts of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, state, id_after(cursor), limit + 1)
    return Page(items=[Conflict.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def settle(
    session: Session, context: Context, farm_id: UUID, conflict_id: UUID, choice: Choice, now: datetime
) -> Conflict:
    """A person has decided: what is kept stays, or the other value counts from now on, by the rules of its room.

    Raises:
        NotFound, ReadOnlyMember, Settled, CannotCount
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    found = await repository.get(session, farm_id, conflict_id)
    if found is None:
        raise NotFound
    if found.state == "settled":
        raise Settled
    if found.kind == "duplicate_identifier":
        await settle_number(session, context, found, choice, now)
        await repository.add(session, found, Said(found.kept), Said(found.other))
    elif choice == "other":
        await swap(session, context, found, now)
    if found.kind != "duplicate_identifier":
        told = Told(found.id, found.kind, found.collection, found.row_id, found.field)
        await conflict_settled(session, context, farm_id, told, choice)
    await repository.settle(session, farm_id, conflict_id, choice, context.user_id)
    return Conflict.model_validate(await repository.get(session, farm_id, conflict_id))


async def swap(session: Session, context: Context, found: ConflictRow, now: datetime) -> None:
    """The other value counts.

    Raises:
        CannotCount: the row is gone, or the field cannot be empty.
    """
    written = COLLECTIONS[found.collection].written
    write = Write(session, context, found.farm_id, found.row_id, new_id(), now)
    if not isinstance(written, Master):
        raise CannotCount
    if found.kind == "deleted" and found.other is None and written.remove is not None:
        await written.remove(write)
    elif found.kind == "field" and found.field is not None and found.other is not None and written.change is not None:
        await written.change.take(write, {found.field: found.other})
    else:
        raise CannotCount


async def settle_number(session: Session, context: Context, found: ConflictRow, choice: Choice, now: datetime) -> None:
    """One of two animals has the number: that of the other one ends, or was never its own."""
    if choice == "kept":
        head = await identifiers.holder_of(session, context, found.row_id)
        await repository.forget_claim(session, found.farm_id, found.row_id)
        await conflict_settled(session, context, found.farm_id, of_number(found.row_id), choice)
        await identifiers.follow(session, context, head)
        return
    for rival in await repository.rivals(session, found.farm_id, found.row_id):
        await identifiers.end(session, context, rival, UseEnd(), now)
    await identifiers.confirm(session, context, found.row_id)
