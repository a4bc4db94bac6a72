"""Facts of a farm, each read in one statement that names the farm."""

from collections.abc import Collection
from datetime import date
from typing import TypeVar
from uuid import UUID

from bellwether.farm.reports.models import (
    AnimalFact,
    DeathFact,
    FarmFact,
    MeasuredFact,
    OpenFact,
    SireClaim,
    StayFact,
)
from bellwether.farm.reports.problems import ReportTooLong
from bellwether.platform.database.transactions import Session, driver

T = TypeVar("T")
MOST = 300_000
FARM = "select name, time_zone from farm.farm where id = $1"
#: of several that are accepted the one that was said last counts
PARENT = """(select c.parent_id from farm.parent_claim c where c.child_id = a.id and c.status = 'accepted'
  and c.parent_type {kind} order by c.created_at desc, c.id limit 1)"""
BORE = f"""coalesce({PARENT.format(kind="= 'et_recipient_dam'")}, {PARENT.format(kind="= 'dam'")})"""
ANIMALS = f"""
select a.id, a.tag, a.sex, a.fertility, a.birth_date, a.birth_type, a.rear_type, a.drop_year, a.fate, a.fate_on,
  ap.sire_id, ap.dam_id, {BORE} as bore_id,
  coalesce({PARENT.format(kind="= 'rearing_dam'")}, {BORE}) as reared_id,
  exists (select from farm.parent_claim c where c.child_id = a.id and c.syndicate_id is not null
    and c.status = 'proposed') as in_syndicate,
  (select s.arrived_on from farm.stay s where s.farm_id = $1 and s.animal_id = a.id and s.number = 1) as arrived_on,
  (select g.name from farm.group_member m join farm.animal_group g on g.id = m.group_id
   where m.farm_id = $1 and m.animal_id = a.id and m.type = 'physical' and upper_inf(m.during)) as mob,
  a.reference_only
from farm.animal a left join farm.accepted_parents ap on ap.farm_id = $1 and ap.animal_id = a.id
where a.farm_id = $1 and a.merged_into is null limit {MOST + 1}
"""
MEASURED = f"""
select o.animal_id, o.trait, o.value, o.occurred_on, o.age_days, o.contemporary_group
from farm.flock f join farm.observation o on o.flock_id = f.id and o.state = 'active'
where f.farm_id = $1 and o.trait = any($2::text[]) and ($3::date is null or o.occurred_on >= $3)
  and ($4::date is null or o.occurred_on <= $4)
order by o.animal_id, o.occurred_on, o.trait limit {MOST + 1}
"""
DEATHS = """
select coalesce(a.merged_into, a.id) as animal_id, e.payload ->> 'cause' as cause
from farm.event e join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
where e.farm_id = $1 and e.kind = 'animal.died'
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
"""
BORN_DEAD = """
select distinct coalesce(a.merged_into, a.id) from farm.event e
join farm.event_other o on o.farm_id = $1 and o.event_id = e.id and o.role = 'lamb_dead'
join farm.animal a on a.farm_id = $1 and a.id = o.animal_id
where e.farm_id = $1 and e.kind = 'lambing.recorded'
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
"""
STAYS = "select animal_id, arrived_on, left_on from farm.stay where farm_id = $1"
OPEN = """
select (select count(*) from farm.conflict where farm_id = $1 and state = 'open'),
  (select count(*) from farm.conflict where farm_id = $1),
  (select count(distinct i.animal_id) from farm.identifier i where i.farm_id = $1 and i.state = 'disputed')
"""
SIRE_CLAIMS = f"""
select c.child_id, c.parent_id, c.parent_type, c.method, c.status, c.probability,
  case when c.method = 'derived' and c.parent_type = 'sire' then coalesce(c.syndicate_id, c.event_id) end as unit,
  s.code
from farm.parent_claim c left join farm.syndicate s on s.farm_id = $1 and s.id = c.syndicate_id
where c.farm_id = $1 and c.parent_type = any(array['sire', 'excluded_sire']) and c.status <> 'rejected'
  and exists (select from farm.parent_claim d where d.farm_id = $1 and d.child_id = c.child_id
    and d.parent_type = 'sire' and d.method = 'derived')
order by c.child_id, c.created_at, c.id limit {MOST + 1}
"""


async def farm(session: Session, farm_id: UUID) -> FarmFact:
    """A farm that the user sees."""
    return FarmFact(*(await driver(session).fetchrow(FARM, farm_id)).values())


async def animals(session: Session, farm_id: UUID) -> dict[UUID, AnimalFact]:
    """Every animal of the farm, its ancestors from elsewhere too.

    Raises:
        ReportTooLong
    """
    rows = [AnimalFact(*row.values()) for row in await driver(session).fetch(ANIMALS, farm_id)]
    return {row.id: row for row in at_most(rows, "animals")}


async def measured(
    session: Session, farm_id: UUID, traits: Collection[str], since: date | None = None, until: date | None = None
) -> list[MeasuredFact]:
    """Measurements that count, by animal and day.

    Raises:
        ReportTooLong
    """
    rows = await driver(session).fetch(MEASURED, farm_id, list(traits), since, until)
    return at_most([MeasuredFact(*row.values()) for row in rows], "measurements")


async def sire_claims(session: Session, farm_id: UUID) -> list[SireClaim]:
    """Every claim about a sire that counts or counted, of animals for which matings tell of one.

    Raises:
        ReportTooLong
    """
    rows = await driver(session).fetch(SIRE_CLAIMS, farm_id)
    return at_most([SireClaim(*row.values()) for row in rows], "claims")


async def in_dispute(session: Session, farm_id: UUID) -> OpenFact:
    """What waits for a person to decide."""
    return OpenFact(*(await driver(session).fetchrow(OPEN, farm_id)).values())


async def deaths(session: Session, farm_id: UUID) -> dict[UUID, str | None]:
    """What each animal died of that has died."""
    found = [DeathFact(*row.values()) for row in await driver(session).fetch(DEATHS, farm_id)]
    return {death.animal_id: death.cause for death in found}


async def born_dead(session: Session, farm_id: UUID) -> frozenset[UUID]:
    """Lambs that never lived."""
    return frozenset(row[0] for row in await driver(session).fetch(BORN_DEAD, farm_id))


async def stays(session: Session, farm_id: UUID) -> dict[UUID, list[StayFact]]:
    """When animals were on the farm that came or went; who did neither has none."""
    found: dict[UUID, list[StayFact]] = {}
    for animal_id, since, until in await driver(session).fetch(STAYS, farm_id):
        found.setdefault(animal_id, []).append(StayFact(since, until))
    return found


def at_most(rows: list[T], what: str) -> list[T]:
    """All of them, or none.

    Raises:
        ReportTooLong
    """
    if len(rows) > MOST:
        raise ReportTooLong(what, None, MOST)
    return rows
