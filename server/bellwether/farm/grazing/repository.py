"""Questions to the placements."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from bellwether.farm.grazing.models import GrazingRow, HeadRow, LocationRow, RestRow, StockRow
from bellwether.platform.database.transactions import Session, driver

FARM_OF_ANIMAL = "select farm_id from farm.animal where id = $1"
FARM_OF_PADDOCK = "select farm_id from farm.paddock where id = $1"
# its own placement, if there is one; else that of the mob in which it is
LOCATION = """
select $2::uuid, p.paddock_id, d.name, p.version_id, p.group_id, lower(p.during) as since, upper(p.during) as until
from (
  select p.*, 0 as rank from farm.placement p where p.farm_id = $1 and p.animal_id = $2 and {placed}
  union all
  select p.*, 1 from farm.group_member m join farm.placement p on p.farm_id = $1 and p.group_id = m.group_id
  where m.farm_id = $1 and m.animal_id = $2 and m.type = 'physical' and {member} and {placed}
) as p join farm.paddock d on d.farm_id = $1 and d.id = p.paddock_id
order by rank limit 1
"""
NOW = LOCATION.format(placed="upper_inf(p.during)", member="upper_inf(m.during)")
THEN = LOCATION.format(placed="p.during @> $3::timestamptz", member="m.during @> $3::timestamptz")
HISTORY = """
select id, group_id, animal_id, version_id, since, until,
  case when occupied or ended > since then 0
    else (since at time zone $6)::date - (ended at time zone $6)::date end as rested_days
from (
  select id, group_id, animal_id, version_id, lower(during) as since, upper(during) as until,
    max(upper(during)) over earlier as ended, bool_or(upper_inf(during)) over earlier as occupied
  from farm.placement where farm_id = $1 and paddock_id = $2
  window earlier as (order by lower(during), id rows between unbounded preceding and 1 preceding)
) as p where $3::timestamptz is null or (since, id) < ($3, $4::uuid) order by since desc, id desc limit $5
"""
RESTS = """
select p.id, p.name, v.area_ha, exists (select from farm.placement l
    where l.farm_id = $1 and l.paddock_id = p.id and upper_inf(l.during)) as is_grazed,
  (select max(upper(l.during)) from farm.placement l where l.farm_id = $1 and l.paddock_id = p.id) as grazed_until
from farm.paddock p join farm.paddock_version v on v.farm_id = p.farm_id and v.paddock_id = p.id
where p.farm_id = $1 and v.valid_to is null and ($2::uuid is null or p.id > $2) order by p.id limit $3
"""
# an animal that stands apart is counted where it stands, every other member where its mob stands
STOCK = """
with standing as (
  select animal_id, paddock_id from farm.placement
  where farm_id = $1 and animal_id is not null and upper_inf(during)
  union all
  select m.animal_id, p.paddock_id from farm.group_member m
  join farm.placement p on p.farm_id = $1 and p.group_id = m.group_id and upper_inf(p.during)
  where m.farm_id = $1 and m.type = 'physical' and upper_inf(m.during) and not exists (
    select from farm.placement o where o.farm_id = $1 and o.animal_id = m.animal_id and upper_inf(o.during))
), classed as (
  select s.paddock_id, case when a.birth_date > $2::date - 365 then 'lamb'
    when a.birth_date > $2::date - 730 then 'hogget'
    when a.sex = 'male' and a.fertility = 'neutered' then 'wether' when a.sex = 'male' then 'ram'
    when a.sex = 'female' then 'ewe' else 'unknown' end as stock_class
  from standing s join farm.animal a on a.farm_id = $1 and a.id = s.animal_id
), counted as (select paddock_id, stock_class, count(*) as head from classed group by 1, 2)
select p.id, p.name, v.area_ha, c.stock_class, coalesce(c.head, 0)
from farm.paddock p join farm.paddock_version v on v.farm_id = p.farm_id and v.paddock_id = p.id
left join counted c on c.paddock_id = p.id
where p.farm_id = $1 and v.valid_to is null order by p.name, p.id, c.stock_class
"""
UNTAGGED = """
select p.paddock_id, s.stock_class, sum(s.change)::int8 as head from farm.stock_change s
join farm.placement p on p.farm_id = $1 and p.group_id = s.group_id and upper_inf(p.during)
where s.farm_id = $1 and s.occurred_on <= $2 group by 1, 2 having sum(s.change) > 0
"""
RATINGS = "select class, rating from farm.dse_rating where farm_id = $1"
CLEAR = "delete from farm.dse_rating where farm_id = $1"
RATE = "insert into farm.dse_rating (farm_id, class, rating) select $1, * from unnest($2::text[], $3::float8[])"


async def farm_of_animal(session: Session, animal_id: UUID) -> UUID | None:
    """Whose animal it is; None when the user does not see it."""
    found: UUID | None = await driver(session).fetchval(FARM_OF_ANIMAL, animal_id)
    return found


async def farm_of_paddock(session: Session, paddock_id: UUID) -> UUID | None:
    """Whose paddock it is; None when the user does not see it."""
    found: UUID | None = await driver(session).fetchval(FARM_OF_PADDOCK, paddock_id)
    return found


async def location(session: Session, farm_id: UUID, animal_id: UUID, at: datetime | None) -> LocationRow | None:
    """Where an animal stands now, or stood at a time."""
    asked = (NOW, farm_id, animal_id) if at is None else (THEN, farm_id, animal_id, at)
    row = await driver(session).fetchrow(*asked)
    return None if row is None else LocationRow(*row.values())


async def history(
    session: Session, farm_id: UUID, paddock_id: UUID, zone: str, before: tuple[datetime, UUID] | None, limit: int
) -> list[GrazingRow]:
    """Who stood in a paddock, the last one first; days are those of the zone."""
    since, key = before or (None, None)
    rows = await driver(session).fetch(HISTORY, farm_id, paddock_id, since, key, limit, zone)
    return [GrazingRow(*row.values()) for row in rows]


async def rests(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[RestRow]:
    """Paddocks of a farm, and since when nobody stands there."""
    return [RestRow(*row.values()) for row in await driver(session).fetch(RESTS, farm_id, after, limit)]


async def stock(session: Session, farm_id: UUID, today: date) -> list[StockRow]:
    """Animals in the paddocks now, by class."""
    return [StockRow(*row.values()) for row in await driver(session).fetch(STOCK, farm_id, today)]


async def untagged(session: Session, farm_id: UUID, today: date) -> list[HeadRow]:
    """Head without tags in the paddocks now: they stand where their mob stands."""
    return [HeadRow(*row.values()) for row in await driver(session).fetch(UNTAGGED, farm_id, today)]


async def ratings(session: Session, farm_id: UUID) -> dict[str, float]:
    """What a farm has set."""
    return {row["class"]: row["rating"] for row in await driver(session).fetch(RATINGS, farm_id)}


async def rate(session: Session, farm_id: UUID, found: Iterable[tuple[str, float]]) -> None:
    """These ratings in the place of those that were set."""
    await driver(session).execute(CLEAR, farm_id)
    rated = dict(found)
    await driver(session).execute(RATE, farm_id, list(rated), list(rated.values()))
