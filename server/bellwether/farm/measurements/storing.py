"""Bulk writing of measurements; age and contemporary group are computed as they are stored."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.farm.measurements.columns import Columns, Kind, cut
from bellwether.farm.measurements.events import InJson, of_columns
from bellwether.farm.measurements.ledger import Measurement, Observation
from bellwether.farm.measurements.problems import WeightExists
from bellwether.platform.context import Context
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.packed_rows import execute_packed, packed
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.traits import TRAITS

RETIRE = """
update farm.observation set state = 'superseded' where farm_id = $1 and id = any($2::uuid[]) and state = 'active'
returning flock_id, trait, id, animal_id
"""
REVIVE = """
update farm.observation set state = 'active' where farm_id = $1 and id = any($2::uuid[]) and state = 'superseded'
returning id, flock_id, animal_id, import_row, trait, occurred_on, value, raw_value, recorded_group, occurred_time,
  raw_unit
"""
SUPERSEDE = "update farm.observation set state = 'superseded' where farm_id = $1 and id = any($2::uuid[])"
INTO = """
insert into farm.observation (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit,
  occurred_on, occurred_time, recorded_group, age_days, contemporary_group, state, supersedes, source, import_id,
  import_row, recorded_by)
"""
INSERT = f"""
{INTO} select t.id, $1, t.flock_id, t.animal_id, t.trait, t.stage, t.value, t.unit, t.raw_value, t.raw_unit,
  t.day, t.at, t.grp, t.day - a.birth_date,
  farm.contemporary_group(f.code, a.drop_year, t.stage, a.birth_group, a.is_embryo_transfer, t.grp,
    a.sex = 'male' and a.fertility = 'neutered'),
  t.state, t.supersedes, $2, $3, t.row, $4
from {{rows}} as t
join farm.animal a on a.farm_id = $1 and a.id = t.animal_id
join farm.flock f on f.farm_id = $1 and f.id = t.flock_id
"""
# no look at each animal: its age that day, and what many have alike stands once
INSERT_NEW = f"""
{INTO} select t.id, $1, ($4::uuid[])[t.flock], t.animal_id, s.trait, s.stage, s.value, s.unit, s.raw_value, s.raw_unit,
  t.day, t.at, k.recorded_group, t.age, k.name, 'active', null, 'import', $2, t.row, $3
from {{rows}} as t
join unnest($5::text[], $6::text[], $7::float8[], $8::text[], $9::text[], $10::text[]) with ordinality
  as s (trait, stage, value, unit, raw_value, raw_unit, place) on s.place = t.said
join unnest($11::text[], $12::text[]) with ordinality as k (recorded_group, name, place) on k.place = t.kind
"""
GROUPS = """
select farm.contemporary_group(g.code, g.drop_year, g.stage, g.birth_group, g.is_embryo_transfer, g.grp, g.is_wether)
from unnest($1::text[], $2::int2[], $3::text[], $4::bool[], $5::bool[], $6::text[], $7::text[]) with ordinality
  as g (code, drop_year, birth_group, is_embryo_transfer, is_wether, stage, grp, place)
order by g.place
"""

STORED = {
    "id": "uuid", "flock_id": "uuid", "animal_id": "uuid", "trait": "text", "stage": "text", "value": "float8",
    "unit": "text", "raw_value": "text", "raw_unit": "text", "day": "date", "at": "time", "grp": "text",
    "state": "text", "supersedes": "uuid", "row": "int4",
}  # fmt: skip
NEW = {
    "id": "uuid", "animal_id": "uuid", "flock": "int4", "said": "int4", "day": "date", "at": "time", "kind": "int4",
    "row": "int4", "age": "int4",
}  # fmt: skip
AT_ONCE = 20_000
RECOMPUTE = """
update farm.observation o
set age_days = o.occurred_on - a.birth_date,
    contemporary_group = farm.contemporary_group(
      f.code, a.drop_year, o.stage, a.birth_group, a.is_embryo_transfer, o.recorded_group,
      a.sex = 'male' and a.fertility = 'neutered', farm.groups_before($1, a.id, o.stage))
from farm.animal a, farm.flock f
where o.farm_id = $1 and o.animal_id = any($2::uuid[]) and a.farm_id = $1 and a.id = o.animal_id
  and f.farm_id = $1 and f.id = o.flock_id
"""


async def write_in(session: Session, session_id: UUID | None) -> None:
    """On which day in the yards it was taken, what is stored from now on; None: on none that is known."""
    await driver(session).execute("select set_config('app.session_id', $1, true)", str(session_id or ""))


async def store(
    session: Session,
    context: Context,
    farm_id: UUID,
    added: Sequence[Observation],
    superseded: Sequence[UUID],
    *,
    source: str,
    import_id: UUID | None = None,
) -> None:
    """The measurements, after those that they supersede have made way."""
    connection: asyncpg.Connection = driver(session)
    if superseded:
        await connection.execute(SUPERSEDE, farm_id, list(superseded))
    if not added:
        return
    rows = [as_stored(made) for made in added]
    try:
        await execute_with(session, INSERT, STORED, rows, farm_id, source, import_id, context.user_id)
    except asyncpg.UniqueViolationError as error:
        raise WeightExists from error


async def retire(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> list[tuple[UUID, str, UUID, UUID]]:
    """Measurements count no longer; flock, trait, id and animal of those that did."""
    return [tuple(row.values()) for row in await driver(session).fetch(RETIRE, farm_id, list(ids))]


async def revive(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> list[Observation]:
    """Measurements count again."""
    found = []
    for key, flock_id, animal_id, place, *said in await driver(session).fetch(REVIVE, farm_id, list(ids)):
        measured = Measurement(*said)
        found.append(Observation(key, flock_id, animal_id, measured, place or 0, TRAITS[measured.trait]))
    return found


def as_stored(made: Observation) -> tuple[object, ...]:
    """The columns `STORED`."""
    return (*as_said(made), made.state, made.supersedes, made.row)


def as_said(made: Observation) -> tuple[object, ...]:
    """Of whom, what and when."""
    said, trait = made.measured, made.trait
    what = (said.trait, trait.stage, said.value, trait.unit, said.raw_value, said.raw_unit or trait.unit)
    return (made.id, made.flock_id, made.animal_id, *what, said.date, said.time, said.group)


class Ready(NamedTuple):
    """Measurements of days of which nothing is stored, as they are stored, some at a time, and told."""

    new: Columns
    parts: Sequence[bytes]
    told: InJson


def ready(new: Columns) -> Ready:
    """All that can be done before the database has time for them."""
    return Ready(new, [packed(NEW, some) for part in new.parts() for some in cut(part, AT_ONCE)], of_columns(new))


async def store_new(
    session: Session, context: Context, farm_id: UUID, made: Ready, *, import_id: UUID, names: dict[Kind, str]
) -> None:
    """Write them; `names` are those of the contemporary groups that came before, and of these from now on."""
    connection: asyncpg.Connection = driver(session)
    new = made.new
    if unnamed := [kind for kind in new.kinds if kind not in names]:
        placed = [(*kind.placed, kind.stage, kind.group) for kind in unnamed]
        found = await connection.fetch(GROUPS, *zip(*placed, strict=True))
        names |= zip(unnamed, (row[0] for row in found), strict=True)
    says = [
        (trait.code, trait.stage, value, trait.unit, raw, unit or trait.unit) for trait, value, raw, unit in new.says
    ]
    groups = [[kind.group for kind in new.kinds], [names[kind] for kind in new.kinds]]
    values = (import_id, context.user_id, new.flock_ids, *zip(*says, strict=True), *groups)
    try:
        for part in made.parts:
            await execute_packed(session, INSERT_NEW, NEW, part, farm_id, *values)
    except asyncpg.UniqueViolationError as error:
        raise WeightExists from error


async def recompute(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> None:
    """Age and contemporary group again, after the birth or the groups of these animals were corrected."""
    connection: asyncpg.Connection = driver(session)
    await connection.execute(RECOMPUTE, farm_id, list(animal_ids))
