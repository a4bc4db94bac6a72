"""Templates and sessions: entered once, closed with what came of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.access import ReferenceNotFound, may_write, one_writer, role_of
from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.place import place_of
from bellwether.farm.work.sessions import repository
from bellwether.farm.work.sessions.models import TemplateRow
from bellwether.farm.work.sessions.problems import (
    FieldUnfit,
    KindMissing,
    SessionClosed,
    SessionExists,
    TemplateExists,
    TraitUnknown,
)
from bellwether.farm.work.sessions.schemas import NewSession, NewTemplate, Summary, Template, ToldSession, Value
from bellwether.farm.work.sessions.schemas import Session as YardSession
from bellwether.farm.work.sessions.summary import counted
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ById, Cursor, id_after
from bellwether.platform.http.preconditions import Precondition
from bellwether.platform.http.schemas import Page
from bellwether.platform.ids import new_id
from bellwether.platform.problems import NotFound, Stale
from bellwether.sheep.traits import is_own

KINDS: dict[str, tuple[type, ...]] = {"text": (str,), "number": (int, float), "truth": (bool,)}


class Latest(Cursor):
    """Sorted by day, the last one first."""

    held_on: date
    id: UUID


async def see(session: Session, context: Context, farm_id: UUID) -> None:
    """Pass for members.

    Raises:
        NotFound
    """
    if await role_of(session, context, farm_id) is None:
        raise NotFound


async def create_template(session: Session, context: Context, farm_id: UUID, body: NewTemplate) -> Template:
    """Say what a kind of day records.

    Raises:
        NotFound, ReadOnlyMember, TraitUnknown, TemplateExists
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    await check_traits(session, farm_id, body.traits)
    values = body.model_dump() | {"id": body.id or new_id()}
    if not await repository.add_template(session, farm_id, values, context.user_id):
        raise TemplateExists
    row = await repository.template(session, farm_id, values["id"])
    return Template.model_validate(row)


async def templates(
    session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None
) -> Page[Template]:
    """Templates of a farm.

    Raises:
        NotFound: the user does not see the farm.
    """
    await see(session, context, farm_id)
    rows = await repository.templates(session, farm_id, id_after(cursor), limit + 1)
    return Page(items=[Template.model_validate(row) for row in rows[:limit]], next=ById.after(rows, limit))


async def remove_template(session: Session, context: Context, farm_id: UUID, template_id: UUID) -> None:
    """Sessions that followed it stay as they are.

    Raises:
        NotFound, ReadOnlyMember
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if not await repository.remove_template(session, farm_id, template_id):
        raise NotFound


async def create(session: Session, context: Context, farm_id: UUID, body: NewSession) -> YardSession:
    """Begin a day in the yards.

    Raises:
        NotFound, ReadOnlyMember, ReferenceNotFound, TraitUnknown, KindMissing, FieldUnfit, SessionExists
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    template = None
    if body.template_id is not None:
        template = await repository.template(session, farm_id, body.template_id)
        if template is None:
            raise ReferenceNotFound("template_id", body.template_id)
        check_fields(template, body.fields)
    if body.group_id is not None and not await repository.has_group(session, farm_id, body.group_id):
        raise ReferenceNotFound("group_id", body.group_id)
    kind = body.kind or (template and template.kind)
    if kind is None:
        raise KindMissing
    await check_traits(session, farm_id, body.traits or ())
    traits = body.traits if body.traits is not None else (template.traits if template else [])
    key = body.id or new_id()
    values = body.model_dump() | {"id": key, "kind": kind, "traits": traits}
    if not await repository.add(session, farm_id, values, context.user_id):
        raise SessionExists
    return await get(session, context, farm_id, key)


async def recall(session: Session, context: Context, farm_id: UUID, told: ToldSession) -> None:
    """A day as the archive of a farm tells it, whose template may be gone since.

    Raises:
        NotFound, ReadOnlyMember, ReferenceNotFound, TraitUnknown, KindMissing, SessionExists
    """
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if told.kind is None:
        raise KindMissing
    if told.group_id is not None and not await repository.has_group(session, farm_id, told.group_id):
        raise ReferenceNotFound("group_id", told.group_id)
    await check_traits(session, farm_id, told.traits or ())
    if not await repository.add(session, farm_id, told.model_dump() | {"traits": told.traits or []}, context.user_id):
        raise SessionExists


async def check_traits(session: Session, farm_id: UUID, codes: Sequence[str]) -> None:
    """The farm can record each of them.

    Raises:
        TraitUnknown
    """
    if any(map(is_own, codes)):
        known = await own_traits.known(session, farm_id)
        for place, code in enumerate(codes):
            if code not in known:
                raise TraitUnknown(place, code)


def check_fields(template: TemplateRow, said: dict[str, Value]) -> None:
    """Fields are those of the template, and of their kinds.

    Raises:
        FieldUnfit
    """
    kinds = {str(each["name"]): str(each["kind"]) for each in template.fields}
    for name, value in said.items():
        if name not in kinds:
            raise FieldUnfit(name, f"{template.name} has no field {name}")
        if not isinstance(value, KINDS[kinds[name]]) or (isinstance(value, bool) and kinds[name] != "truth"):
            raise FieldUnfit(name, f"{name} is a {kinds[name]}")


async def get(session: Session, context: Context, farm_id: UUID, session_id: UUID) -> YardSession:
    """One session.

    Raises:
        NotFound
    """
    await see(session, context, farm_id)
    row = await repository.get(session, farm_id, session_id)
    if row is None:
        raise NotFound
    return YardSession.model_validate(row)


async def page(session: Session, context: Context, farm_id: UUID, limit: int, cursor: str | None) -> Page[YardSession]:
    """Sessions of a farm, the last day first.

    Raises:
        NotFound: the user does not see the farm.
    """
    await see(session, context, farm_id)
    found = Latest.read(cursor)
    before = None if found is None else (found.held_on, found.id)
    rows = await repository.page(session, farm_id, before, limit + 1)
    return Page(items=[YardSession.model_validate(row) for row in rows[:limit]], next=Latest.after(rows, limit))


async def summary(session: Session, context: Context, farm_id: UUID, session_id: UUID) -> Summary:
    """What came of a session, as it is known now.

    Raises:
        NotFound
    """
    found = await get(session, context, farm_id, session_id)
    zone = (await place_of(session, farm_id)).time_zone
    members = None
    if found.group_id is not None:
        members = await repository.members(session, farm_id, found.group_id, found.held_on, zone)
    records = await repository.records(session, farm_id, found.held_on, found.traits, session_id)
    before = await repository.weights_before(session, {each.animal_id for each in records}, found.held_on)
    told = counted(records, members, before, await own_traits.known(session, farm_id))
    events = await repository.events(session, farm_id, session_id)
    return Summary(session=found, events=events, **told._asdict())


async def close(session: Session, context: Context, farm_id: UUID, session_id: UUID, if_match: Precondition) -> Summary:
    """End a session; the answer says what came of it.

    Raises:
        NotFound, ReadOnlyMember, MatchRequired, Stale, SessionClosed
    """
    before = await get(session, context, farm_id, session_id)
    await may_write(session, context, farm_id)
    await one_writer(session, farm_id)
    if_match.check(before.rev)
    if before.closed_at is not None:
        raise SessionClosed
    if not await repository.close(session, farm_id, session_id, before.rev):
        raise Stale
    return await summary(session, context, farm_id, session_id)
