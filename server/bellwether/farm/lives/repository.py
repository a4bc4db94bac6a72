"""What came and went, read from the log; stays and fates, written as what follows from it."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from bellwether.farm.lives.models import HeadRow, Timeline
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.lives import Fate, Life, Stay, Step, Turn

TURNS: Mapping[str, Turn] = {"animal.arrived": "arrived", "animal.departed": "departed", "animal.died": "died"}
#: what a lamb is in its lambing when it was born dead: its life ends as it begins
BORN_DEAD = "lamb_dead"
CURRENT = "not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
# an event stays with the animal of which it was told; one that was merged is the other one
THEIR_SELVES = """
(select id, merged_into from farm.animal where farm_id = $1 and id = any($2::uuid[])
 union select id, merged_into from farm.animal where farm_id = $1 and merged_into = any($2::uuid[])) a
"""
THEIRS = f"{THEIR_SELVES} join farm.event e on e.farm_id = $1 and e.animal_id = a.id"
HEADS = """
select id, flock_id, coalesce(tag, id::text) as name, birth_date, reference_only, merged_into, fate,
  sex, fertility
from farm.animal where farm_id = $1 and id = any($2::uuid[])
"""
STEPS = f"""
select e.id, coalesce(a.merged_into, a.id) as animal_id, kind, place, occurred_on, occurred_time,
  payload ->> 'fate' as fate
from {THEIRS} where kind = any($3::text[]) and {CURRENT}
union all
select e.id, coalesce(a.merged_into, a.id), 'animal.died', e.place,
  coalesce((select (l ->> 'born_on')::date from jsonb_array_elements(e.payload -> 'lambs') l
            where l ->> 'id' = o.animal_id::text), e.occurred_on), null, null
from {THEIR_SELVES} join farm.event_other o on o.farm_id = $1 and o.animal_id = a.id and o.role = '{BORN_DEAD}'
join farm.event e on e.farm_id = $1 and e.id = o.event_id where {CURRENT}
"""
RECORDED = f"""
select e.id, coalesce(a.merged_into, a.id) as animal_id, occurred_on
from {THEIRS} where kind = any($3::text[]) and {CURRENT}
union all
select e.id, coalesce(a.merged_into, a.id), e.occurred_on
from {THEIR_SELVES} join farm.event_other o on o.farm_id = $1 and o.animal_id = a.id and o.present
join farm.event e on e.farm_id = $1 and e.id = o.event_id where {CURRENT}
"""
MEASURED = """
select distinct animal_id, occurred_on from farm.observation
where farm_id = $1 and animal_id = any($2::uuid[]) and state = 'active'
"""
STAYS = """
select animal_id, arrived_on, left_on from farm.stay
where farm_id = $1 and animal_id = any($2::uuid[]) order by animal_id, number
"""
CLEAR = "delete from farm.stay where farm_id = $1 and animal_id = any($2::uuid[])"
STAY = """
insert into farm.stay (farm_id, animal_id, number, arrived_on, left_on)
select $1, * from unnest($2::uuid[], $3::int2[], $4::date[], $5::date[])
"""
FATE = """
update farm.animal a set fate = t.fate, fate_on = t.since, rev = a.rev + 1, updated_at = clock_timestamp()
from unnest($2::uuid[], $3::text[], $4::date[]) as t (id, fate, since)
where a.farm_id = $1 and a.id = t.id and (a.fate, a.fate_on) is distinct from (t.fate, t.since)
"""


async def timelines(
    session: Session, farm_id: UUID, animal_ids: Collection[UUID], kinds: Collection[str]
) -> dict[UUID, Timeline]:
    """Those of the animals that the farm has; events of `kinds` ask for the presence of their animal."""
    connection, ids = driver(session), list(animal_ids)
    found = {row["id"]: Timeline(HeadRow(*row.values())) for row in await connection.fetch(HEADS, farm_id, ids)}
    steps: dict[UUID, dict[UUID, Step]] = {}
    for row in await connection.fetch(STEPS, farm_id, ids, list(TURNS)):
        turn = TURNS[row["kind"]]
        fate: Fate = "alive" if turn == "arrived" else "dead" if turn == "died" else row["fate"]
        step = Step(row["occurred_on"], row["occurred_time"], row["place"], turn, fate)
        steps.setdefault(row["animal_id"], {})[row["id"]] = step
    recorded: dict[UUID, dict[UUID, date]] = {}
    for row in await connection.fetch(RECORDED, farm_id, ids, list(kinds)):
        recorded.setdefault(row["animal_id"], {})[row["id"]] = row["occurred_on"]
    for row in await connection.fetch(MEASURED, farm_id, ids):
        found[row["animal_id"]].measured.append(row["occurred_on"])
    for key, timeline in found.items():
        timeline.steps, timeline.recorded = steps.get(key, {}), recorded.get(key, {})
    return found


async def stays(session: Session, farm_id: UUID, animal_ids: Collection[UUID]) -> dict[UUID, list[Stay]]:
    """Of the animals that came or went."""
    found: dict[UUID, list[Stay]] = {}
    for row in await driver(session).fetch(STAYS, farm_id, list(animal_ids)):
        found.setdefault(row["animal_id"], []).append(Stay(row["arrived_on"], row["left_on"]))
    return found


async def project(session: Session, farm_id: UUID, lives: Mapping[UUID, Life]) -> None:
    """The stays and fates of these animals are those of `lives` from now on."""
    connection = driver(session)
    await connection.execute(CLEAR, farm_id, list(lives))
    rows = [(key, number, *stay) for key, life in lives.items() for number, stay in enumerate(life.stays, 1)]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    await connection.execute(STAY, farm_id, *columns)
    fates = [[life.fate for life in lives.values()], [life.since for life in lives.values()]]
    await connection.execute(FATE, farm_id, list(lives), *fates)
