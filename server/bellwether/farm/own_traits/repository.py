"""Own traits in the database."""

from collections.abc import Mapping
from uuid import UUID

import asyncpg

from bellwether.farm.own_traits.defining import as_trait
from bellwether.farm.own_traits.models import OwnTraitRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.traits import Known, Trait

UniqueViolation = asyncpg.UniqueViolationError
COLUMNS = ", ".join(OwnTraitRow._fields)
SAID = (
    *("name", "name_key", "kind", "unit", "stage", "description", "words", "hard_low", "hard_high", "soft_low"),
    *("soft_high", "decimals", "window_first", "window_last", "reference_age_days", "heritability"),
    *("phenotypic_variance", "may_record", "valid_from", "valid_to"),
)
ADD = f"""
insert into farm.own_trait (id, farm_id, code, recorded_by, {", ".join(SAID)})
values ($1, $2, $3, $4, {", ".join(f"${place + 5}" for place in range(len(SAID)))}) on conflict do nothing returning id
"""
CHANGE = f"""
update farm.own_trait set rev = rev + 1, updated_at = clock_timestamp(),
  {", ".join(f"{name} = ${place + 4}" for place, name in enumerate(SAID))}
where farm_id = $1 and code = $2 and rev = $3 returning id
"""
GET = f"select {COLUMNS} from farm.own_trait where farm_id = $1 and code = $2"
PAGE = f"""
select {COLUMNS} from farm.own_trait where farm_id = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
VISIBLE = f"""
select {COLUMNS}, may_record = 'members' or coalesce(farm.my_role(farm_id) = 'owner', false) as is_open
from farm.own_trait order by farm_id, code
"""
KNOWN = VISIBLE.replace("order by", "where farm_id = $1 order by")
# by animal, as the indexes of measurements are
IS_USED = """
select exists (select from farm.session_template where farm_id = $1 and $2 = any(traits))
  or exists (select from farm.yard_session where farm_id = $1 and $2 = any(traits))
  or exists (
    select from farm.animal a cross join lateral (
      select from farm.observation where animal_id = a.id and trait = $2 and state = 'active'
      union all
      select from farm.observation where animal_id = a.id and trait = $2 and state = 'superseded' limit 1
    ) o where a.farm_id = $1)
"""
REMOVE = "delete from farm.own_trait where farm_id = $1 and code = $2 and rev = $3 returning id"


async def add(
    session: Session, farm_id: UUID, trait_id: UUID, code: str, user_id: UUID | None, said: Mapping[str, object]
) -> bool:
    """A new one; False: id, code or name are taken."""
    values = [said[name] for name in SAID]
    return await driver(session).fetchval(ADD, trait_id, farm_id, code, user_id, *values) is not None


async def change(session: Session, farm_id: UUID, code: str, rev: int, said: Mapping[str, object]) -> bool:
    """Say all of it anew; False: it is another revision.

    Raises:
        UniqueViolationError: the name is taken.
    """
    return await driver(session).fetchval(CHANGE, farm_id, code, rev, *[said[name] for name in SAID]) is not None


async def get(session: Session, farm_id: UUID, code: str) -> OwnTraitRow | None:
    """One of them."""
    row = await driver(session).fetchrow(GET, farm_id, code)
    return None if row is None else OwnTraitRow(*row.values())


async def page(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[OwnTraitRow]:
    """Those of a farm."""
    return [OwnTraitRow(*row.values()) for row in await driver(session).fetch(PAGE, farm_id, after, limit)]


async def known(session: Session, farm_id: UUID) -> Known:
    """What the farm can record: the dictionary and its own traits, as they are for the acting user."""
    connection: asyncpg.Connection = driver(session)
    rows = await connection.fetch(KNOWN, farm_id)
    return Known(own(row) for row in rows)


def own(row: asyncpg.Record) -> Trait:
    """As a trait."""
    *values, is_open = row.values()
    return as_trait(OwnTraitRow(*values), is_open=is_open)


async def visible(session: Session) -> list[tuple[UUID, Trait]]:
    """Own traits of every farm that the acting user belongs to."""
    rows = await driver(session).fetch(VISIBLE)
    return [(row["farm_id"], own(row)) for row in rows]


async def is_used(session: Session, farm_id: UUID, code: str) -> bool:
    """Whether something was recorded of it, or is meant to be."""
    return bool(await driver(session).fetchval(IS_USED, farm_id, code))


async def remove(session: Session, farm_id: UUID, code: str, rev: int) -> bool:
    """Away with it; False: it is another revision."""
    return await driver(session).fetchval(REMOVE, farm_id, code, rev) is not None
