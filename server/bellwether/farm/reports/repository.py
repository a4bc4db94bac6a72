"""Facts of a farm, each read in one statement that names the farm."""

from collections.abc import Collection
from datetime import date
from typing import TypeVar
from uuid import UUID

from bellwether.farm.reports.models import AnimalFact, FarmFact, MeasuredFact
from bellwether.farm.reports.problems import ReportTooLong
from bellwether.platform.database.transactions import Session, driver

T = TypeVar("T")
MOST = 300_000
FARM = "select name, time_zone from farm.farm where id = $1"
PARENT = """(select c.parent_id from farm.parent_claim c
  where c.child_id = a.id and c.status = 'accepted' and c.parent_type {kind})"""
ANIMALS = f"""
select a.id, a.tag, a.sex, a.fertility, a.birth_date, a.birth_type, a.rear_type, a.drop_year, a.fate, a.fate_on,
  {PARENT.format(kind="= 'sire'")} as sire_id, {PARENT.format(kind="in ('dam', 'et_donor_dam')")} as dam_id,
  {PARENT.format(kind="= 'rearing_dam'")} as rearing_dam_id,
  (select g.name from farm.group_member m join farm.animal_group g on g.id = m.group_id
   where m.farm_id = $1 and m.animal_id = a.id and m.type = 'physical' and upper_inf(m.during)) as mob,
  a.reference_only
from farm.animal a where a.farm_id = $1 and a.merged_into is null limit {MOST + 1}
"""
MEASURED = f"""
select o.animal_id, o.trait, o.value, o.occurred_on, o.age_days, o.contemporary_group
from farm.flock f join farm.observation o on o.flock_id = f.id and o.state = 'active'
where f.farm_id = $1 and o.trait = any($2::text[]) and ($3::date is null or o.occurred_on >= $3)
  and ($4::date is null or o.occurred_on <= $4)
order by o.animal_id, o.occurred_on, o.trait limit {MOST + 1}
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


def at_most(rows: list[T], what: str) -> list[T]:
    """All of them, or none.

    Raises:
        ReportTooLong
    """
    if len(rows) > MOST:
        raise ReportTooLong(what, None, MOST)
    return rows
