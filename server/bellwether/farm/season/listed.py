"""Ewes of groups who are listed by name in joinings of their own."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

LISTED = """
select m.group_id, e.place, e.occurred_on, coalesce(a.tag, a.id::text)
from farm.group_member m join farm.farm f on f.id = $1
join farm.event_other o on o.farm_id = $1 and o.animal_id = m.animal_id and o.role = 'ewe'
join farm.event e on e.farm_id = $1 and e.id = o.event_id and e.kind = 'joining.started' and e.occurred_on >= $3
join farm.animal a on a.farm_id = $1 and a.id = m.animal_id
where m.farm_id = $1 and m.group_id = any($2::uuid[])
  and (lower(m.during) at time zone f.time_zone)::date <= e.occurred_on
  and (upper_inf(m.during) or (upper(m.during) at time zone f.time_zone)::date >= e.occurred_on)
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
order by 1, 2, 4
"""


class Listed(NamedTuple):
    """A ewe of a group who is listed in a joining."""

    group: UUID
    place: int
    on: date
    name: str


async def listed(session: Session, farm_id: UUID, groups: Collection[UUID], since: date) -> list[Listed]:
    """Those of the groups on the days of the joinings, which began on a day or later."""
    rows = await driver(session).fetch(LISTED, farm_id, list(groups), since)
    return [Listed(*row.values()) for row in rows]
