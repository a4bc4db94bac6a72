"""What has changed on a farm, and what is so now; each from an index."""

from datetime import date, datetime
from uuid import UUID

from bellwether.farm.live.models import CountRow, LastRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.traits import weights

#: the end of the log, and how many facts have been told of the farm and its flocks: one of them moves with each change
MARK = """
select coalesce((select max(seq) from farm.event where farm_id = $1), 0),
  coalesce((select sum(k.version) from farm.outbox_key k
    where k.key = any(array(select id::text from farm.flock where farm_id = $1) || $1::text)), 0)::bigint,
  (select count(*) from farm.animal where farm_id = $1),
  (select coalesce(max(seq), 0) from farm.conflict where farm_id = $1)
"""
# ids begin with the time at which they were made, so what was written before yesterday is not looked at
COUNTS = """
select
  (select count(*) from farm.animal
   where farm_id = $1 and fate = 'alive' and not reference_only and merged_into is null) as head,
  (select count(distinct o.animal_id) from farm.flock f join farm.observation o
     on o.flock_id = f.id and o.state = 'active' and o.id >= $4
   where f.farm_id = $1 and o.trait = any($3::text[]) and o.occurred_on = $2) as weighed_today,
  (select count(*) from farm.event e where e.farm_id = $1 and e.seq > $6 and e.recorded_at >= $5) as events_today,
  (select count(*) from farm.conflict where farm_id = $1 and state = 'open') as open_conflicts
"""
#: the log is read from its end until the day before begins
BEFORE_TODAY = """
select coalesce((select seq from farm.event where farm_id = $1 and recorded_at < $2 order by seq desc limit 1), 0)
"""
LAST = """
select id, seq, kind, occurred_on, animal_id, group_id, recorded_at from farm.event
where farm_id = $1 order by seq desc limit 10
"""


async def mark(session: Session, farm_id: UUID) -> tuple[int, ...]:
    """What moves when something changes."""
    return tuple((await driver(session).fetchrow(MARK, farm_id)).values())


async def counts(session: Session, farm_id: UUID, today: date, since: datetime, first_id: UUID) -> CountRow:
    """Numbers of today, which began at `since`; no id that was made since yesterday is below `first_id`."""
    before = await driver(session).fetchval(BEFORE_TODAY, farm_id, since)
    row = await driver(session).fetchrow(COUNTS, farm_id, today, list(weights()), first_id, since, before)
    return CountRow(*row.values())


async def last(session: Session, farm_id: UUID) -> list[LastRow]:
    """The last events, the newest first."""
    return [LastRow(*row.values()) for row in await driver(session).fetch(LAST, farm_id)]
