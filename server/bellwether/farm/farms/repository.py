"""Farms and memberships in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.farms.models import FarmRow, MemberRow
from bellwether.platform.database.transactions import Session

COLUMNS = """
f.id, f.name, f.country, f.time_zone, f.weight_unit, f.import_headers, f.rev, f.created_at, f.updated_at,
farm.my_role(f.id) as role
"""
INSERT = text("""
insert into farm.farm (id, name, country, time_zone, weight_unit, created_by)
values (:id, :name, :country, :time_zone, :weight_unit, :created_by)
""")
GET = text(f"select {COLUMNS} from farm.farm f where f.id = :id")
LIST = text(f"""
select {COLUMNS} from farm.farm f
where cast(:after as uuid) is null or f.id > :after order by f.id limit :limit
""")
UPDATE = text("""
update farm.farm set name = coalesce(:name, name), country = coalesce(:country, country),
  time_zone = coalesce(:time_zone, time_zone), weight_unit = coalesce(:weight_unit, weight_unit),
  import_headers = coalesce(cast(:import_headers as jsonb), import_headers),
  rev = rev + 1, updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
COUNT_MADE = text("select count(*) from farm.farm where created_by = :user_id")
GRANT = text("""
insert into farm.membership (user_id, farm_id, role, granted_by, ends_at)
values (:user_id, :farm_id, :role, :granted_by, :ends_at)
on conflict (user_id, farm_id) do update set role = excluded.role, granted_by = excluded.granted_by,
  granted_at = clock_timestamp(), ends_at = excluded.ends_at
returning user_id, farm_id, role, granted_at, ends_at, null::uuid as organisation_id
""")
FIRST = text("""
insert into farm.membership (user_id, farm_id, role, granted_by) values (:user_id, :farm_id, :role, :granted_by)
""")
BY_ITSELF = text("select role from farm.membership where farm_id = :farm_id and user_id = :user_id for update")
REVOKE = text("delete from farm.membership where farm_id = :farm_id and user_id = :user_id")
ROLE_ON = text("select farm.role_on(:farm_id, :user_id)")
BESIDES = text("""
select role from farm.farm_member
where farm_id = :farm_id and user_id = :user_id and organisation_id is distinct from :without and left_at is null
  and (ends_at is null or ends_at > statement_timestamp())
order by array_position(array['owner', 'worker', 'viewer'], role) limit 1
""")
OWNERS = text("select user_id from farm.membership where farm_id = :farm_id and role = 'owner' for update")
MEMBERS = text("""
select user_id, farm_id, role, granted_at, ends_at, null::uuid as organisation_id from farm.membership
where farm_id = :farm_id
union all
select m.user_id, f.farm_id, m.role, greatest(m.granted_at, f.added_at), m.ends_at, m.organisation_id
from farm.organisation_farm f join farm.organisation_member m using (organisation_id) where f.farm_id = :farm_id
order by granted_at, user_id
""")


async def add_first_member(session: Session, values: Mapping[str, object]) -> None:
    """Before the farm itself. Never an upsert: a taken id must not make anybody a member of somebody else's farm."""
    await session.execute(FIRST, dict(values))


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new farm; its first member must be there already."""
    await session.execute(INSERT, dict(values))


async def count_made(session: Session, user_id: UUID) -> int:
    """How many farms this user has made and belongs to; where others made her a member is not her doing."""
    return int((await session.execute(COUNT_MADE, {"user_id": user_id})).scalar_one())


async def get(session: Session, farm_id: UUID) -> FarmRow | None:
    """One farm, or None."""
    row = (await session.execute(GET, {"id": farm_id})).one_or_none()
    return None if row is None else FarmRow._make(row)


async def listing(session: Session, after: UUID | None, limit: int) -> list[FarmRow]:
    """The user's farms."""
    return [FarmRow._make(row) for row in await session.execute(LIST, {"after": after, "limit": limit})]


async def change(session: Session, farm_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the farm still is at `rev`."""
    found = (await session.execute(UPDATE, {"id": farm_id, "rev": rev, **values})).scalar()
    return found is not None


async def grant(session: Session, values: Mapping[str, object]) -> MemberRow:
    """A membership."""
    return MemberRow._make((await session.execute(GRANT, dict(values))).one())


async def role_by_itself(session: Session, farm_id: UUID, user_id: UUID) -> str | None:
    """The role of a membership that is of no organisation, locked; also of one that has ended by itself."""
    values = {"farm_id": farm_id, "user_id": user_id}
    role: str | None = (await session.execute(BY_ITSELF, values)).scalar_one_or_none()
    return role


async def revoke(session: Session, farm_id: UUID, user_id: UUID) -> None:
    """End a membership."""
    await session.execute(REVOKE, {"farm_id": farm_id, "user_id": user_id})


async def role_on(session: Session, farm_id: UUID, user_id: UUID) -> str | None:
    """The strongest role that somebody has on a farm now, by whatever membership."""
    values = {"farm_id": farm_id, "user_id": user_id}
    role: str | None = (await session.execute(ROLE_ON, values)).scalar_one_or_none()
    return role


async def besides(session: Session, farm_id: UUID, user_id: UUID, organisation_id: UUID | None) -> str | None:
    """The strongest role of somebody on a farm without the membership by an organisation, or by itself if None."""
    values = {"farm_id": farm_id, "user_id": user_id, "without": organisation_id}
    role: str | None = (await session.execute(BESIDES, values)).scalar_one_or_none()
    return role


async def owners(session: Session, farm_id: UUID) -> set[UUID]:
    """The owners, locked, so that two requests cannot remove the last two at once."""
    return set((await session.execute(OWNERS, {"farm_id": farm_id})).scalars())


async def members(session: Session, farm_id: UUID) -> list[MemberRow]:
    """Everybody who belongs to the farm."""
    return [MemberRow._make(row) for row in await session.execute(MEMBERS, {"farm_id": farm_id})]
