"""Prices and costs in the database; row-level security shows them to owners alone."""

from datetime import date
from uuid import UUID

from bellwether.farm.health.repository import REACHED_HEAD
from bellwether.farm.trading.money.models import CostRow, KeptRow, MoneyRow, TradedRow
from bellwether.farm.trading.repository import CURRENT
from bellwether.platform.database.transactions import Session, driver

MONEY = "select price, per, weight_kg, costs from farm.consignment_money where farm_id = $1 and consignment_id = $2"
SET_MONEY = """
insert into farm.consignment_money (farm_id, consignment_id, price, per, weight_kg, costs)
values ($1, $2, $3, $4, $5, $6) on conflict (farm_id, consignment_id) do update
set price = excluded.price, per = excluded.per, weight_kg = excluded.weight_kg, costs = excluded.costs
"""
COST = "select amount from farm.batch_cost where farm_id = $1 and batch_id = $2"
SET_COST = """
insert into farm.batch_cost (farm_id, batch_id, amount) values ($1, $2, $3)
on conflict (farm_id, batch_id) do update set amount = excluded.amount
"""
FARM_OF_BATCH = "select farm_id from farm.product_batch where id = $1"
# who was bought or sold, with the mob from which it went or into which it came first
FOR_MONEY = "(e.payload ->> 'reason' = 'purchase' or e.payload ->> 'fate' in ('sold', 'culled'))"
TRADED = f"""
with traded as (
  select e.kind, e.payload ->> 'consignment' as number, 1 as head, e.occurred_on, (
    select m.group_id from farm.group_member m
    where m.farm_id = $1 and m.animal_id = coalesce(a.merged_into, a.id) and m.type = 'physical' and case e.kind
      when 'animal.departed' then lower(m.during) < (e.occurred_on + 1) at time zone e.tz
      else lower(m.during) >= e.occurred_on at time zone e.tz end
    order by case e.kind when 'animal.departed' then lower(m.during) end desc, lower(m.during) limit 1) as group_id
  from farm.event e join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
  where e.farm_id = $1 and e.kind = any(array['animal.arrived', 'animal.departed']) and {FOR_MONEY} and {CURRENT}
  union all
  select e.kind, e.payload ->> 'consignment', (h ->> 'head')::int, e.occurred_on, e.group_id
  from farm.event e cross join lateral jsonb_array_elements(e.payload -> 'heads') as h
  where e.farm_id = $1 and e.kind = any(array['stock.arrived', 'stock.departed']) and {FOR_MONEY} and {CURRENT}
), totals as (select lower(number) as number, sum(head) as head from traded group by 1)
select t.group_id, case when t.kind like '%departed' then 'departure' else 'arrival' end, sum(t.head)::int8, m.price,
  m.per, m.weight_kg, m.costs, n.head::int8
from traded t
left join farm.consignment c on c.farm_id = $1 and lower(c.number) = lower(t.number)
left join farm.consignment_money m on m.farm_id = $1 and m.consignment_id = c.id
left join totals n on n.number = lower(t.number)
where t.occurred_on between $2 and $3 group by t.group_id, 2, c.id, m.price, m.per, m.weight_kg, m.costs, n.head
"""
PRODUCTS = f"""
select coalesce(c.group_id, (select m.group_id from farm.group_member m where m.farm_id = $1
    and m.animal_id = c.animal_id and m.type = 'physical' and m.during @> c.at)),
  b.amount / p.quantity * coalesce(c.used, c.per_head * {REACHED_HEAD})
from farm.course c join farm.batch_cost b on b.farm_id = $1 and b.batch_id = c.batch_id
join farm.product_batch p on p.farm_id = $1 and p.id = c.batch_id
where c.farm_id = $1 and c.first_on between $2 and $3
"""
COSTS = f"""
select e.group_id, (e.payload ->> 'amount')::float8 from farm.event e
where e.farm_id = $1 and e.kind = 'cost.recorded' and e.occurred_on between $2 and $3 and {CURRENT}
"""
# who is in a mob when a day of the farm ends, for each day of a period; what has changed on a day counts from its end
KEPT = """
with spans as (
  select m.group_id, 1 as head, (lower(m.during) at time zone f.time_zone)::date as since,
    coalesce((upper(m.during) at time zone f.time_zone)::date - 1, $3::date) as until
  from farm.group_member m join farm.farm f on f.id = $1 where m.farm_id = $1 and m.type = 'physical'
  union all
  select s.group_id, s.change, s.occurred_on, $3::date from farm.stock_change s where s.farm_id = $1
)
select group_id, coalesce(sum(head) filter (where since < $2 and until >= $2::date - 1), 0)::int8,
  coalesce(sum(head) filter (where since <= $3 and until >= $3), 0)::int8,
  sum(head * greatest(least(until, $3) - greatest(since, $2) + 1, 0))::int8
from spans where since <= $3 and until >= $2::date - 1 group by group_id
"""
GROUPS = "select id, name from farm.animal_group where farm_id = $1"


async def money(session: Session, farm_id: UUID, consignment_id: UUID) -> MoneyRow | None:
    """What a consignment brought; None when nobody has said, or the user does not own the farm."""
    row = await driver(session).fetchrow(MONEY, farm_id, consignment_id)
    return None if row is None else MoneyRow(*row.values())


async def set_money(session: Session, farm_id: UUID, consignment_id: UUID, found: MoneyRow) -> None:
    """From now on."""
    await driver(session).execute(SET_MONEY, farm_id, consignment_id, *found)


async def farm_of_batch(session: Session, batch_id: UUID) -> UUID | None:
    """Whose batch it is; None when the user does not see it."""
    found: UUID | None = await driver(session).fetchval(FARM_OF_BATCH, batch_id)
    return found


async def batch_cost(session: Session, farm_id: UUID, batch_id: UUID) -> float | None:
    """What a batch cost; None when nobody has said."""
    found: float | None = await driver(session).fetchval(COST, farm_id, batch_id)
    return found


async def set_batch_cost(session: Session, farm_id: UUID, batch_id: UUID, amount: float) -> None:
    """From now on."""
    await driver(session).execute(SET_COST, farm_id, batch_id, amount)


async def traded(session: Session, farm_id: UUID, first: date, last: date) -> list[TradedRow]:
    """What was bought and sold in a period; price None: nobody has said."""
    return [TradedRow(*row.values()) for row in await driver(session).fetch(TRADED, farm_id, first, last)]


async def products(session: Session, farm_id: UUID, first: date, last: date) -> list[CostRow]:
    """What was used of batches whose cost is known."""
    return [CostRow(*row.values()) for row in await driver(session).fetch(PRODUCTS, farm_id, first, last)]


async def costs(session: Session, farm_id: UUID, first: date, last: date) -> list[CostRow]:
    """Other costs."""
    return [CostRow(*row.values()) for row in await driver(session).fetch(COSTS, farm_id, first, last)]


async def kept(session: Session, farm_id: UUID, first: date, last: date) -> dict[UUID, KeptRow]:
    """Head that mobs had in a period, with tags and without."""
    rows = await driver(session).fetch(KEPT, farm_id, first, last)
    return {key: KeptRow(*counts) for key, *counts in rows if any(counts)}


async def groups(session: Session, farm_id: UUID) -> dict[UUID, str]:
    """Names of the groups of a farm."""
    return {row["id"]: row["name"] for row in await driver(session).fetch(GROUPS, farm_id)}
