"""Putting identifiers on, ending their use, and settling what two animals claim."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer, role_of
from bellwether.farm.animals import repository as animals
from bellwether.farm.animals.events import animals_registered
from bellwether.farm.animals.models import HeadRow
from bellwether.farm.animals.numbers import read_identifier
from bellwether.farm.animals.schemas import NewIdentifier
from bellwether.farm.conflict_facts import conflict_settled, conflicts_found, of_number
from bellwether.farm.identifiers import repository
from bellwether.farm.identifiers.models import State, UseRow
from bellwether.farm.identifiers.problems import (
    InUse,
    NotDisputed,
    NotInUse,
    OfficialExists,
    UseExists,
    UseRejected,
    WornAlready,
)
from bellwether.farm.identifiers.schemas import NewUse, Use, UseEnd
from bellwether.farm.place import Place, place_of
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, id_after
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, RowError
from bellwether.sheep import identifiers
from bellwether.sheep.findings import Broken
from bellwether.sheep.identifiers import CITED, Identifier


async def put_on(session: Session, context: Context, body: NewUse, now: datetime) -> Use:
    """An animal gets an identifier; the one that it replaces ends at the same instant (I13, I14).

    Raises:
        ReferenceNotFound, ReadOnlyMember, UseRejected, UseExists, WornAlready, InUse, OfficialExists, NotInUse
    """
    head = await animal_of(session, context, body.animal_id)
    place = await place_of(session, head.farm_id)
    began = instant(body.on, place, now, head)
    item = read(body, head)
    await make_room(session, body, head, began)
    official = item.kind in ("eid", "registration") and item.scheme != CITED
    if official and (other := await repository.official(session, head.farm_id, head.id, item.scheme)):
        raise WornAlready if other.value == item.value else OfficialExists(other)
    state = await state_of(session, body, item, head, began)
    use_id = body.id or new_id()
    about = {"id": use_id, "farm_id": head.farm_id, "animal_id": head.id, "official": official}
    when = {"began": began, "since_told": body.on is not None, "state": state}
    looks = {"colour": body.colour, "ear": body.ear}
    try:
        await repository.add(session, repository.columns(item) | about | when | looks)
    except IntegrityError as error:
        raise UseExists from error
    if state == "disputed":
        await conflicts_found(session, context, head.farm_id, [of_number(use_id)])
    await follow(session, context, head)
    return await get(session, use_id)


async def animal_of(session: Session, context: Context, animal_id: UUID) -> HeadRow:
    """The animal, the farm's lock held.

    Raises:
        ReferenceNotFound, ReadOnlyMember
    """
    head = await animals.head(session, animal_id)
    if head is None:
        raise ReferenceNotFound("animal_id", animal_id)
    await may_write(session, context, head.farm_id)
    await one_writer(session, head.farm_id)
    return head


def read(body: NewUse, head: HeadRow) -> Identifier:
    """The identifier in its normal form.

    Raises:
        UseRejected: it cannot be read.
    """
    try:
        new = NewIdentifier(kind=body.kind, value=body.value, scheme=body.scheme)
        return read_identifier(new, head.flock_id, head.id, head.drop_year)
    except Broken as error:
        errors = [RowError(field="value", code=f.code, message=f.message, fix=f.fix) for f in error.findings]
        raise UseRejected(errors[0].message, errors=errors) from error


def instant(day: date | None, place: Place, now: datetime, head: HeadRow) -> datetime:
    """The first moment of a day on the farm; now without a day.

    Raises:
        UseRejected: the day is to come, or before the birth of the animal.
    """
    if day is None:
        return now
    if day > place.today(now):
        text = f"{day} is in the future: it is {place.today(now)} on the farm ({place.time_zone})"
        raise wrong_day("date_impossible", text, "correct the day, or the time zone of the farm")
    if head.birth_date is not None and day < head.birth_date:
        text = f"{day} is before the birth of {head.name} on {head.birth_date}"
        raise wrong_day("before_birth", text, "correct one of the days")
    return datetime.combine(day, time(), ZoneInfo(place.time_zone))


def wrong_day(code: str, message: str, fix: str) -> UseRejected:
    """The day cannot be."""
    return UseRejected(message, errors=[RowError(field="on", code=code, message=message, fix=fix)])


async def make_room(session: Session, body: NewUse, head: HeadRow, began: datetime) -> None:
    """The use that is replaced ends when the new one begins."""
    if body.replaces is None:
        return
    found = await repository.get(session, body.replaces)
    if found is None or found.animal_id != head.id:
        raise ReferenceNotFound("replaces", body.replaces)
    await finish(session, found, began)


async def state_of(session: Session, body: NewUse, item: Identifier, head: HeadRow, began: datetime) -> State:
    """Whether the new use counts, or is disputed.

    Raises:
        WornAlready, InUse
    """
    others = await repository.others(session, head.farm_id, item, began)
    if any(other.animal_id == head.id for other in others):
        raise WornAlready
    if others and (body.if_taken == "refuse" or others[0].reference_only):
        raise InUse(others[0])
    return "disputed" if others else "active"


async def end(session: Session, context: Context, use_id: UUID, body: UseEnd, now: datetime) -> Use:
    """A use is over: the tag was lost, taken off, or goes on another animal.

    Raises:
        NotFound, ReadOnlyMember, UseRejected, NotInUse
    """
    head = await holder_of(session, context, use_id)
    found = await repository.get(session, use_id)
    assert found is not None
    await finish(session, found, instant(body.on, await place_of(session, head.farm_id), now, head))
    await follow(session, context, head)
    return await get(session, use_id)


async def finish(session: Session, found: UseRow, ended: datetime) -> None:
    """End a use that goes on.

    Raises:
        NotInUse: it does not.
        UseRejected: it began later, as somebody has said, or another animal had it then.
    """
    if found.state == "closed":
        raise NotInUse
    span = await repository.span(session, found.id)
    if span.since_told and span.began is not None and ended < span.began:
        text = f"{found.value} is in use since {found.on_date}, so it cannot have ended before"
        raise wrong_day("ends_before_start", text, "correct the day")
    try:
        await repository.end(session, found.id, ended)
    except IntegrityError as error:
        text = f"another use of {found.value} went on then"
        raise wrong_day("overlaps", text, "send a day after the end of that use") from error


async def confirm(session: Session, context: Context, use_id: UUID) -> Use:
    """A disputed use counts, now that the other one has ended.

    Raises:
        NotFound, ReadOnlyMember, NotDisputed, InUse, OfficialExists
    """
    head = await holder_of(session, context, use_id)
    found = await repository.get(session, use_id)
    assert found is not None
    if found.state != "disputed":
        raise NotDisputed
    scope = (await repository.span(session, use_id)).scope
    item = Identifier(found.scheme, found.value, found.kind, found.raw, scope)
    going_on = [one for one in await repository.others(session, head.farm_id, item, None) if one.state == "active"]
    if going_on:
        raise InUse(going_on[0])
    if found.official and (other := await repository.official(session, head.farm_id, head.id, found.scheme)):
        raise OfficialExists(other)
    await repository.confirm(session, use_id)
    await conflict_settled(session, context, head.farm_id, of_number(use_id), "other")
    await follow(session, context, head)
    return await get(session, use_id)


async def holder_of(session: Session, context: Context, use_id: UUID) -> HeadRow:
    """The animal of a use, the farm's lock held.

    Raises:
        NotFound, ReadOnlyMember
    """
    found = await repository.get(session, use_id)
    if found is None:
        raise NotFound
    return await animal_of(session, context, found.animal_id)


async def follow(session: Session, context: Context, head: HeadRow) -> None:
    """What the animal is called follows from what it wears."""
    known = await animals.identifiers_of(session, head.farm_id, head.id)
    await repository.show(session, head.farm_id, head.id, identifiers.display_tag(known))
    await animals_registered(session, context, head.farm_id, head.flock_id, [head.id])


async def get(session: Session, use_id: UUID) -> Use:
    """One use."""
    return Use.model_validate(await repository.get(session, use_id))


async def page(
    session: Session,
    context: Context,
    farm_id: UUID,
    animal_id: UUID | None,
    state: State | None,
    limit: int,
    cursor: str | None,
) -> Page[Use]:
    """Uses of a farm or of one of its animals.

    Raises:
        NotFound: the user does not see the farm.
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound
    rows = await repository.listing(session, farm_id, animal_id, state, id_after(cursor), limit + 1)
    return Page(items=[Use.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))
