"""Templates and sessions in the database, and what was recorded on their day."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from bellwether.farm.work.sessions.models import MemberRow, RecordRow, SessionRow, TemplateRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import json_text
from bellwether.sheep.traits import weights

TEMPLATE, SESSION = ", ".join(TemplateRow._fields), ", ".join(SessionRow._fields)
ADD_TEMPLATE = """
insert into farm.session_template (id, farm_id, name, kind, traits, fields, recorded_by)
values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id
"""
TEMPLATES = f"""
select {TEMPLATE} from farm.session_template where farm_id = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
GET_TEMPLATE = f"select {TEMPLATE} from farm.session_template where farm_id = $1 and id = $2"
REMOVE_TEMPLATE = "delete from farm.session_template where farm_id = $1 and id = $2 returning id"
ADD = """
insert into farm.yard_session
  (id, farm_id, template_id, kind, name, held_on, operator, devices, group_id, traits, fields, closed_at, recorded_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (id) do nothing returning id
"""
GET = f"select {SESSION} from farm.yard_session where farm_id = $1 and id = $2"
PAGE = f"""
select {SESSION} from farm.yard_session
where farm_id = $1 and ($2::date is null or (held_on, id) < ($2, $3::uuid)) order by held_on desc, id desc limit $4
"""
CLOSE = """
update farm.yard_session set closed_at = clock_timestamp(), updated_at = clock_timestamp(), rev = rev + 1
where farm_id = $1 and id = $2 and rev = $3 and closed_at is null returning id
"""
HAS_GROUP = "select exists (select from farm.animal_group where farm_id = $1 and id = $2)"
# in the mob at any moment of the day, by the clock of the farm
MEMBERS = """
select distinct m.animal_id, coalesce(a.tag, a.id::text) as name
from farm.group_member m join farm.animal a on a.farm_id = $1 and a.id = m.animal_id
where m.farm_id = $1 and m.group_id = $2
  and m.during && tstzrange($3::date::timestamp at time zone $4, ($3::date + 1)::timestamp at time zone $4)
"""
RECORDS = """
select o.animal_id, coalesce(a.tag, a.id::text) as name, o.trait, o.value, o.occurred_on
from farm.flock f join farm.observation o on o.flock_id = f.id and o.state = 'active'
join farm.animal a on a.farm_id = $1 and a.id = o.animal_id
where f.farm_id = $1 and o.occurred_on = $2 and o.trait = any($3::text[])
  and (o.session_id is null or o.session_id = $4)
union
select o.animal_id, coalesce(a.tag, a.id::text), o.trait, o.value, o.occurred_on
from farm.observation o join farm.animal a on a.farm_id = $1 and a.id = o.animal_id
where o.farm_id = $1 and o.session_id = $4 and o.state = 'active'
order by name, animal_id, trait
"""
BEFORE = """
select o.animal_id, '' as name, o.trait, o.value, o.occurred_on from farm.observation o
where o.animal_id = any($1::uuid[]) and o.trait = any($2::text[]) and o.occurred_on < $3 and o.state = 'active'
order by o.animal_id, o.occurred_on
"""
EVENTS = """
select e.kind, count(*) as n from farm.event e
where e.session_id = $2 and e.farm_id = $1
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id) group by e.kind order by e.kind
"""


async def add_template(session: Session, farm_id: UUID, said: Mapping[str, object], user_id: UUID | None) -> bool:
    """A new template; False: id or name are taken."""
    values = [said[name] for name in ("name", "kind", "traits")]
    fields = json_text(said["fields"])
    return await driver(session).fetchval(ADD_TEMPLATE, said["id"], farm_id, *values, fields, user_id) is not None


async def templates(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[TemplateRow]:
    """Templates of a farm."""
    return [TemplateRow(*row.values()) for row in await driver(session).fetch(TEMPLATES, farm_id, after, limit)]


async def template(session: Session, farm_id: UUID, template_id: UUID) -> TemplateRow | None:
    """One template, or None."""
    row = await driver(session).fetchrow(GET_TEMPLATE, farm_id, template_id)
    return None if row is None else TemplateRow(*row.values())


async def remove_template(session: Session, farm_id: UUID, template_id: UUID) -> bool:
    """Sessions that followed it stay."""
    return await driver(session).fetchval(REMOVE_TEMPLATE, farm_id, template_id) is not None


async def add(session: Session, farm_id: UUID, said: Mapping[str, object], user_id: UUID | None) -> bool:
    """A new session, or one that is over already; False: the id is taken."""
    names = ("template_id", "kind", "name", "held_on", "operator", "devices", "group_id", "traits")
    values, fields = [said[name] for name in names], json_text(said["fields"])
    closed_at = said.get("closed_at")
    return await driver(session).fetchval(ADD, said["id"], farm_id, *values, fields, closed_at, user_id) is not None


async def get(session: Session, farm_id: UUID, session_id: UUID) -> SessionRow | None:
    """One session, or None."""
    row = await driver(session).fetchrow(GET, farm_id, session_id)
    return None if row is None else SessionRow(*row.values())


async def page(session: Session, farm_id: UUID, before: tuple[date, UUID] | None, limit: int) -> list[SessionRow]:
    """Sessions of a farm, the last day first."""
    rows = await driver(session).fetch(PAGE, farm_id, *(before or (None, None)), limit)
    return [SessionRow(*row.values()) for row in rows]


async def close(session: Session, farm_id: UUID, session_id: UUID, rev: int) -> bool:
    """It is over, if it still is at `rev`."""
    return await driver(session).fetchval(CLOSE, farm_id, session_id, rev) is not None


async def has_group(session: Session, farm_id: UUID, group_id: UUID) -> bool:
    """Whether the farm has it."""
    found: bool = await driver(session).fetchval(HAS_GROUP, farm_id, group_id)
    return found


async def members(session: Session, farm_id: UUID, group_id: UUID, day: date, zone: str) -> list[MemberRow]:
    """Who was in a group on a day."""
    return [MemberRow(*row.values()) for row in await driver(session).fetch(MEMBERS, farm_id, group_id, day, zone)]


async def records(
    session: Session, farm_id: UUID, day: date, traits: Collection[str], session_id: UUID
) -> list[RecordRow]:
    """What was measured in a session, and of its traits on its day in none that is known."""
    rows = await driver(session).fetch(RECORDS, farm_id, day, list(traits), session_id)
    return [RecordRow(*row.values()) for row in rows]


async def weights_before(session: Session, animals: Collection[UUID], day: date) -> list[RecordRow]:
    """Every weight of these animals before a day."""
    rows = await driver(session).fetch(BEFORE, list(animals), list(weights()), day)
    return [RecordRow(*row.values()) for row in rows]


async def events(session: Session, farm_id: UUID, session_id: UUID) -> dict[str, int]:
    """Events of a session, by kind."""
    return {row["kind"]: row["n"] for row in await driver(session).fetch(EVENTS, farm_id, session_id)}
