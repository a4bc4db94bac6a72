"""Every query about relatives, on the farm's published animals and on the read connection."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

COLUMNS = "a.id, a.farm_id, a.flock_id, a.tag, a.sex, a.birth_date, a.drop_year, a.sire_id, a.dam_id"
ANIMALS = f"select {COLUMNS} from farm.published_animal a where a.id = any ($1::uuid[])"
# each level once: what is known already is not followed again
ANCESTRY = f"""
with recursive up (id) as (
  select a.id from farm.published_animal a where a.id = any ($1::uuid[])
  union
  select p.id from up join farm.published_animal a on a.id = up.id
    cross join lateral (values (a.sire_id), (a.dam_id)) as p (id) where p.id is not null
)
select {COLUMNS} from farm.published_animal a where a.id in (select id from up limit $2)
"""
CHILDREN = f"""
select {COLUMNS} from farm.published_animal a
where a.farm_id = $1 and a.id in (
  select c.id from farm.published_animal c where c.farm_id = $1 and c.sire_id = any ($2::uuid[])
  union
  select c.id from farm.published_animal c where c.farm_id = $1 and c.dam_id = any ($2::uuid[])
)
order by a.birth_date, a.id limit $3
"""
FARM = f"select {COLUMNS} from farm.published_animal a where a.farm_id = $1 order by a.id"
FLOCK = "select farm_id from farm.published_flock where id = $1"
COHORT = """
select a.id from farm.published_animal a
where a.farm_id = $1 and a.flock_id = $2 and not a.reference_only
  and ($3::int4 is null or a.drop_year >= $3) and ($4::int4 is null or a.drop_year <= $4)
order by a.id
"""
COMPLETENESS = """
select a.drop_year, count(*) as n, count(a.sire_id) as n_sire, count(a.dam_id) as n_dam,
       count(*) filter (where a.sire_id is not null and a.dam_id is not null) as n_both
from farm.published_animal a
where a.farm_id = $1 and a.flock_id = $2 and not a.reference_only
group by a.drop_year order by a.drop_year
"""
# a ewe lamb conceives at four months at the earliest, and carries for about five
CONFLICTS = """
select a.id as animal_id, a.tag, p.role, parent.id as parent_id, parent.tag as parent_tag,
       case when parent.sex = p.wrong_sex then 'parent_of_wrong_sex' else 'parent_too_young' end as code,
       parent.birth_date as parent_born, a.birth_date as born
from farm.published_animal a
  cross join lateral (values (a.sire_id, 'sire', 'female'), (a.dam_id, 'dam', 'male')) as p (id, role, wrong_sex)
  join farm.published_animal parent on parent.id = p.id
where a.farm_id = $1 and a.flock_id = $2
  and (parent.sex = p.wrong_sex or parent.birth_date > a.birth_date - 240)
order by a.birth_date desc nulls last, a.id, p.role limit $3
"""


class Animal(NamedTuple):
    """A published animal with the parents that stand."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    tag: str | None
    sex: str
    birth_date: date | None
    drop_year: int | None
    sire_id: UUID | None
    dam_id: UUID | None


Row = Mapping[str, object]


async def animals(session: Session, ids: Sequence[UUID]) -> list[Animal]:
    """These animals, as far as the caller sees them."""
    return [Animal(*row) for row in await driver(session).fetch(ANIMALS, ids)]


async def ancestry(session: Session, ids: Sequence[UUID], most: int) -> list[Animal]:
    """These animals and all their ancestors that the caller sees; one more than `most` when there are more."""
    return [Animal(*row) for row in await driver(session).fetch(ANCESTRY, ids, most + 1)]


async def children(session: Session, farm_id: UUID, parents: Sequence[UUID], most: int) -> list[Animal]:
    """Offspring on a farm, the oldest first; one more than `most` when there are more."""
    return [Animal(*row) for row in await driver(session).fetch(CHILDREN, farm_id, parents, most + 1)]


async def farm(session: Session, farm_id: UUID) -> list[Animal]:
    """All animals of a farm."""
    return [Animal(*row) for row in await driver(session).fetch(FARM, farm_id)]


async def farm_of_flock(session: Session, flock_id: UUID) -> UUID | None:
    """The farm of a flock that the caller sees."""
    found: UUID | None = await driver(session).fetchval(FLOCK, flock_id)
    return found


async def cohort(session: Session, farm_id: UUID, flock_id: UUID, born: tuple[int | None, int | None]) -> list[UUID]:
    """The flock's own animals of some drops."""
    return [row["id"] for row in await driver(session).fetch(COHORT, farm_id, flock_id, *born)]


async def completeness(session: Session, farm_id: UUID, flock_id: UUID) -> list[Row]:
    """How many animals of each drop have their parents."""
    rows: list[Row] = await driver(session).fetch(COMPLETENESS, farm_id, flock_id)
    return rows


async def conflicts(session: Session, farm_id: UUID, flock_id: UUID, most: int) -> list[Row]:
    """Parents that cannot be, by sex or by age; the youngest animals first."""
    rows: list[Row] = await driver(session).fetch(CONFLICTS, farm_id, flock_id, most)
    return rows
