"""Every query about definitions."""

from uuid import UUID

import asyncpg

from bellwether.genetics.definitions.models import NewVersionRow, VersionRow
from bellwether.platform.database.transactions import Session, driver

UniqueViolation = asyncpg.UniqueViolationError
COLUMNS = "d.id, d.farm_id, d.agreement_id, d.name, v.version, v.sha256, v.content, v.note, v.created_by, v.created_at"
SOURCE = """
from genetics.definition d join genetics.definition_version v on (v.farm_id, v.definition_id) = (d.farm_id, d.id)
"""
ADD = "insert into genetics.definition (id, farm_id, name, agreement_id, created_by) values ($1, $2, $3, $4, $5)"
ADD_VERSION = """
insert into genetics.definition_version
  (farm_id, definition_id, version, sha256, content, flock_ids, rerun, note, created_by)
values ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9)
"""
VERSION = f"""
select {COLUMNS} {SOURCE} where d.id = $1 and ($2::int4 is null or v.version = $2) order by v.version desc limit 1
"""
VERSIONS = f"""
select {COLUMNS} {SOURCE} where d.id = $1 and ($2::int4 is null or v.version < $2) order by v.version desc limit $3
"""
NEWEST = f"""
select distinct on (d.id) {COLUMNS} {SOURCE}
where d.farm_id = $1 and ($2::uuid is null or d.id < $2) order by d.id desc, v.version desc limit $3
"""
# of each definition the newest version alone counts
WAITING = f"""
select distinct on (d.id) {COLUMNS} {SOURCE}
where d.id in (select definition_id from genetics.definition_version where rerun = 'when_stale' and flock_ids @> $1)
order by d.id, v.version desc
"""
IS_QUEUED = """
select exists (
  select from genetics.evaluation_run r join genetics.job j on j.id = r.id
  where r.farm_id = $1 and r.definition_id = $2 and r.state = 'queued' and j.state = 'queued'
)
"""


async def add(
    session: Session, definition_id: UUID, farm_id: UUID, name: str, agreement_id: UUID | None, created_by: UUID | None
) -> None:
    """A definition without a version yet."""
    await driver(session).execute(ADD, definition_id, farm_id, name, agreement_id, created_by)


async def add_version(session: Session, row: NewVersionRow) -> None:
    """A version."""
    await driver(session).execute(ADD_VERSION, *row)


async def version(session: Session, definition_id: UUID, number: int | None) -> VersionRow | None:
    """This version, or the newest."""
    row = await driver(session).fetchrow(VERSION, definition_id, number)
    return row and VersionRow(*row)


async def versions(session: Session, definition_id: UUID, before: int | None, limit: int) -> list[VersionRow]:
    """Versions, the newest first."""
    return [VersionRow(*row) for row in await driver(session).fetch(VERSIONS, definition_id, before, limit)]


async def page(session: Session, farm_id: UUID, before: UUID | None, limit: int) -> list[VersionRow]:
    """Definitions of a farm in their newest version, the latest definition first."""
    return [VersionRow(*row) for row in await driver(session).fetch(NEWEST, farm_id, before, limit)]


async def waiting_for(session: Session, flock_id: UUID) -> list[VersionRow]:
    """Definitions of which some version evaluates this flock whenever its records change, in their newest version."""
    return [VersionRow(*row) for row in await driver(session).fetch(WAITING, [flock_id])]


async def is_queued(session: Session, farm_id: UUID, definition_id: UUID) -> bool:
    """Does a run wait that has not yet read the records?"""
    return bool(await driver(session).fetchval(IS_QUEUED, farm_id, definition_id))
