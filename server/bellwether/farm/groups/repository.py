"""Groups in the database; who belongs to them follows from the log."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.groups.models import GroupRow, MemberRow
from bellwether.platform.database.transactions import Session, driver

SHOWN = """
g.id, g.farm_id, g.name, g.type, g.purpose, g.drop_year,
(select count(*) from farm.group_member m
 where m.farm_id = g.farm_id and m.group_id = g.id and upper_inf(m.during)) + u.untagged as head, u.untagged,
(select p.paddock_id from farm.placement p
 where p.farm_id = g.farm_id and p.group_id = g.id and upper_inf(p.during)) as paddock_id,
g.rev, g.created_at, g.updated_at
"""
INSERT = text("""
insert into farm.animal_group (id, farm_id, name, type, purpose, drop_year, recorded_by)
values (:id, :farm_id, :name, :type, :purpose, :drop_year, :recorded_by)
""")
UPDATE = text("""
update farm.animal_group set name = coalesce(:name, name), purpose = coalesce(:purpose, purpose),
  drop_year = coalesce(:drop_year, drop_year), rev = rev + 1, updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
UNTAGGED = """
cross join lateral (select coalesce(sum(s.change), 0)::int8 as untagged from farm.stock_change s
  where s.farm_id = g.farm_id and s.group_id = g.id) as u
"""
GET = f"select {SHOWN} from farm.animal_group g {UNTAGGED} where g.id = $1"
LIST = f"""
select {SHOWN} from farm.animal_group g {UNTAGGED}
where g.farm_id = $1 and ($2::text is null or g.type = $2) and ($3::uuid is null or g.id > $3) order by g.id limit $4
"""
MEMBERS = """
select animal_id, lower(during) as since, upper(during) as until from farm.group_member
where farm_id = $1 and group_id = $2 and {when} and ($3::uuid is null or animal_id > $3) order by animal_id limit $4
"""
NOW, THEN = MEMBERS.format(when="upper_inf(during)"), MEMBERS.format(when="during @> $5::timestamptz")


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new group."""
    await session.execute(INSERT, dict(values))


async def change(session: Session, group_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the group still is at `rev`."""
    return (await session.execute(UPDATE, {"id": group_id, "rev": rev, **values})).scalar() is not None


async def get(session: Session, group_id: UUID) -> GroupRow | None:
    """One group, or None."""
    row = await driver(session).fetchrow(GET, group_id)
    return None if row is None else GroupRow(*row.values())


async def listing(
    session: Session, farm_id: UUID, group_type: str | None, after: UUID | None, limit: int
) -> list[GroupRow]:
    """Groups of a farm."""
    return [GroupRow(*row.values()) for row in await driver(session).fetch(LIST, farm_id, group_type, after, limit)]


async def members(
    session: Session, farm_id: UUID, group_id: UUID, at: datetime | None, after: UUID | None, limit: int
) -> list[MemberRow]:
    """Who is in a group, or was at a time."""
    values = (farm_id, group_id, after, limit)
    found = driver(session).fetch(NOW, *values) if at is None else driver(session).fetch(THEN, *values, at)
    return [MemberRow(*row.values()) for row in await found]
