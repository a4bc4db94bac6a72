"""Organisations in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.organisations.models import OrganisationFarmRow, OrganisationMemberRow, OrganisationRow
from bellwether.platform.database.transactions import Session

COLUMNS = """
o.id, o.name, o.country, o.rev, o.created_at, o.updated_at,
(select role from farm.organisation_member m where m.organisation_id = o.id
 and m.user_id = nullif(current_setting('app.user_id', true), '')::uuid
 and (m.ends_at is null or m.ends_at > statement_timestamp())) as role
"""
FOUND = text("select farm.found_organisation(:id, :name, :country)")
COUNT = text("select count(*) from farm.organisation where created_by = :user_id")
GET = text(f"select {COLUMNS} from farm.organisation o where o.id = :id")
LIST = text(f"""
select {COLUMNS} from farm.organisation o
where cast(:after as uuid) is null or o.id > :after order by o.id limit :limit
""")
UPDATE = text("""
update farm.organisation set name = coalesce(:name, name), country = coalesce(:country, country),
  rev = rev + 1, updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
MEMBER = ", ".join(OrganisationMemberRow._fields)
MEMBERS = text(f"""
select {MEMBER} from farm.organisation_member where organisation_id = :id order by granted_at, user_id
""")
GRANT = text(f"""
insert into farm.organisation_member (organisation_id, user_id, role, granted_by, ends_at)
values (:organisation_id, :user_id, :role, :granted_by, :ends_at)
on conflict (organisation_id, user_id) do update set role = excluded.role, granted_by = excluded.granted_by,
  granted_at = clock_timestamp(), ends_at = excluded.ends_at
returning {MEMBER}
""")
REVOKE = text("delete from farm.organisation_member where organisation_id = :id and user_id = :user_id returning role")
OWNERS = text("""
select user_id from farm.organisation_member where organisation_id = :id and role = 'owner' for update
""")
FARMS = text("""
select organisation_id, farm_id, added_at from farm.organisation_farm where organisation_id = :id order by farm_id
""")
ADD_FARM = text("""
insert into farm.organisation_farm (organisation_id, farm_id, added_by) values (:id, :farm_id, :added_by)
on conflict do nothing returning organisation_id, farm_id, added_at
""")
REMOVE_FARM = text("""
delete from farm.organisation_farm where organisation_id = :id and farm_id = :farm_id returning farm_id
""")
ON_FARM = text("""
select user_id, role from farm.farm_member
where organisation_id = :id and farm_id = :farm_id and left_at is null order by user_id
""")


async def found(session: Session, values: Mapping[str, object]) -> None:
    """A new organisation, owned by the acting user."""
    await session.execute(FOUND, dict(values))


async def count_made(session: Session, user_id: UUID) -> int:
    """How many organisations this user has made and sees."""
    return int((await session.execute(COUNT, {"user_id": user_id})).scalar_one())


async def get(session: Session, organisation_id: UUID) -> OrganisationRow | None:
    """One organisation, or None."""
    row = (await session.execute(GET, {"id": organisation_id})).one_or_none()
    return None if row is None else OrganisationRow._make(row)


async def listing(session: Session, after: UUID | None, limit: int) -> list[OrganisationRow]:
    """Those that the user belongs to, and those of the user's farms."""
    return [OrganisationRow._make(row) for row in await session.execute(LIST, {"after": after, "limit": limit})]


async def change(session: Session, organisation_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the organisation still is at `rev`."""
    return (await session.execute(UPDATE, {"id": organisation_id, "rev": rev, **values})).scalar() is not None


async def members(session: Session, organisation_id: UUID) -> list[OrganisationMemberRow]:
    """Everybody who belongs to it."""
    return [OrganisationMemberRow._make(row) for row in await session.execute(MEMBERS, {"id": organisation_id})]


async def grant(session: Session, values: Mapping[str, object]) -> OrganisationMemberRow:
    """A membership."""
    return OrganisationMemberRow._make((await session.execute(GRANT, dict(values))).one())


async def revoke(session: Session, organisation_id: UUID, user_id: UUID) -> bool:
    """Whether there was a membership to end."""
    values = {"id": organisation_id, "user_id": user_id}
    return (await session.execute(REVOKE, values)).scalar_one_or_none() is not None


async def on_farm(session: Session, organisation_id: UUID, farm_id: UUID) -> list[tuple[UUID, str]]:
    """Who belongs to a farm through it, and as what."""
    rows = await session.execute(ON_FARM, {"id": organisation_id, "farm_id": farm_id})
    return [(row[0], row[1]) for row in rows]


async def owners(session: Session, organisation_id: UUID) -> set[UUID]:
    """The owners, locked, so that two requests cannot remove the last two at once."""
    return set((await session.execute(OWNERS, {"id": organisation_id})).scalars())


async def farms(session: Session, organisation_id: UUID) -> list[OrganisationFarmRow]:
    """Its farms."""
    return [OrganisationFarmRow._make(row) for row in await session.execute(FARMS, {"id": organisation_id})]


async def add_farm(session: Session, values: Mapping[str, object]) -> OrganisationFarmRow | None:
    """A farm comes in; None when it is there."""
    row = (await session.execute(ADD_FARM, dict(values))).one_or_none()
    return None if row is None else OrganisationFarmRow._make(row)


async def remove_farm(session: Session, organisation_id: UUID, farm_id: UUID) -> bool:
    """Whether there was one to take out."""
    values = {"id": organisation_id, "farm_id": farm_id}
    return (await session.execute(REMOVE_FARM, values)).scalar() is not None
