"""Stated values in the database, and the head of each mob; row-level security shows values to owners alone."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.trading.worth.models import HeadRow, TaggedRow, ValueRow
from bellwether.platform.database.transactions import Session, driver

VALUES = "select stock_class, since, amount from farm.stock_value where farm_id = $1 order by stock_class, since"
CLEAR = "delete from farm.stock_value where farm_id = $1"
ADD = """
insert into farm.stock_value (farm_id, stock_class, since, amount)
select $1, * from unnest($2::text[], $3::date[], $4::float8[])
"""
# what has changed on a day counts from its end, as in the head-days of a margin
TAGGED = """
select m.group_id, a.sex, a.fertility = 'neutered', a.birth_date, count(*)
from farm.group_member m join farm.animal a on a.farm_id = $1 and a.id = m.animal_id join farm.farm f on f.id = $1
where m.farm_id = $1 and m.type = 'physical' and (lower(m.during) at time zone f.time_zone)::date <= $2
  and (upper_inf(m.during) or (upper(m.during) at time zone f.time_zone)::date > $2)
group by 1, 2, 3, 4
"""
HEADS = """
select s.group_id, s.stock_class, sum(s.change)::int8 from farm.stock_change s
where s.farm_id = $1 and s.occurred_on <= $2 group by 1, 2 having sum(s.change) > 0
"""


async def values(session: Session, farm_id: UUID) -> list[ValueRow]:
    """What head are worth, by class and day; nothing to whom the farm does not belong."""
    return [ValueRow(*row.values()) for row in await driver(session).fetch(VALUES, farm_id)]


async def set_values(session: Session, farm_id: UUID, found: Sequence[ValueRow]) -> None:
    """These in the place of those that were stated."""
    await driver(session).execute(CLEAR, farm_id)
    columns = [list(column) for column in zip(*found, strict=True)] or [[], [], []]
    await driver(session).execute(ADD, farm_id, *columns)


async def tagged(session: Session, farm_id: UUID, day: date) -> list[TaggedRow]:
    """Animals in mobs at the end of a day."""
    return [TaggedRow(*row.values()) for row in await driver(session).fetch(TAGGED, farm_id, day)]


async def heads(session: Session, farm_id: UUID, day: date) -> list[HeadRow]:
    """Head without tags at the end of a day."""
    return [HeadRow(*row.values()) for row in await driver(session).fetch(HEADS, farm_id, day)]
