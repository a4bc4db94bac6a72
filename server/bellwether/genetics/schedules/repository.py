"""Every query about schedules."""

from datetime import datetime
from uuid import UUID

from bellwether.genetics.schedules.models import ScheduleRow
from bellwether.platform.database.transactions import Session, driver

COLUMNS = ", ".join(ScheduleRow._fields)
ZONE = "select time_zone from farm.published_farm where id = $1"
FIND = f"select {COLUMNS} from genetics.schedule where farm_id = $1"
ADD = """
insert into genetics.schedule (farm_id, every, hour, weekday, next_at, changed_by) values ($1, $2, $3, $4, $5, $6)
on conflict (farm_id) do nothing
"""
CHANGE = """
update genetics.schedule set every = $2, hour = $3, weekday = $4, next_at = $5, changed_by = $6,
  changed_at = clock_timestamp(), rev = rev + 1
where farm_id = $1
"""
DUE = "select farm_id from genetics.schedules_due($1, $2)"
# another worker that looks at the same farm now has done it when this one gets here
TAKE = f"{FIND} and next_at <= $2 for update skip locked"
STRUCK = "update genetics.schedule set next_at = $2, last_at = $3 where farm_id = $1"
# of each definition the newest version: behind is what has no run, one of an older version, or one that began before
# some fact of a flock was told; a run of before `data_versions` goes by what the flock's last run has read
BEHIND = """
with newest as (
  select distinct on (d.id) d.id, v.version, v.flock_ids, v.created_by
  from genetics.definition d join genetics.definition_version v on (v.farm_id, v.definition_id) = (d.farm_id, d.id)
  where d.farm_id = $1 order by d.id, v.version desc
)
select n.id, n.created_by
from newest n left join lateral (
  select r.id, r.definition_version, r.data_versions, r.genotype_versions from genetics.evaluation_run r
  where r.farm_id = $1 and r.definition_id = n.id and r.state = 'succeeded' order by r.id desc limit 1
) last on true
where exists (
  select from unnest(n.flock_ids) flock join genetics.flock_state s on s.flock_id = flock
  where last.id is null or last.definition_version < n.version
    or s.marked_version > coalesce((last.data_versions ->> flock::text)::int8, s.read_version)
    or s.marked_genotypes > (last.genotype_versions ->> flock::text)::int8
)
order by n.id
"""


async def zone(session: Session, farm_id: UUID) -> str | None:
    """The time zone of a farm that the acting user sees."""
    found: str | None = await driver(session).fetchval(ZONE, farm_id)
    return found


async def find(session: Session, farm_id: UUID, *, is_locked: bool = False) -> ScheduleRow | None:
    """The schedule of a farm."""
    row = await driver(session).fetchrow(FIND + (" for update" if is_locked else ""), farm_id)
    return row and ScheduleRow(*row)


async def add(
    session: Session,
    farm_id: UUID,
    every: str,
    hour: int,
    weekday: int | None,
    next_at: datetime | None,
    by: UUID | None,
) -> bool:
    """The first schedule of a farm; False when another request was first."""
    return bool(await driver(session).execute(ADD, farm_id, every, hour, weekday, next_at, by) == "INSERT 0 1")


async def change(
    session: Session,
    farm_id: UUID,
    every: str,
    hour: int,
    weekday: int | None,
    next_at: datetime | None,
    by: UUID | None,
) -> None:
    """Another schedule."""
    await driver(session).execute(CHANGE, farm_id, every, hour, weekday, next_at, by)


async def due(session: Session, now: datetime, at_most: int) -> list[UUID]:
    """Farms whose hour has come."""
    return [row["farm_id"] for row in await driver(session).fetch(DUE, now, at_most)]


async def take(session: Session, farm_id: UUID, now: datetime) -> ScheduleRow | None:
    """The schedule, if its hour has still come and no other worker has it."""
    row = await driver(session).fetchrow(TAKE, farm_id, now)
    return row and ScheduleRow(*row)


async def struck(session: Session, farm_id: UUID, next_at: datetime, last_at: datetime | None) -> None:
    """What was due is done."""
    await driver(session).execute(STRUCK, farm_id, next_at, last_at)


async def behind(session: Session, farm_id: UUID) -> list[tuple[UUID, UUID]]:
    """Definitions whose last run has not read all that is told of their flocks, and who wrote them."""
    return [(row["id"], row["created_by"]) for row in await driver(session).fetch(BEHIND, farm_id)]
