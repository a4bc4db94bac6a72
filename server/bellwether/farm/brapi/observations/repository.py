"""Measurements that count, flock by flock, for which there is an index."""

from uuid import UUID

from bellwether.farm.brapi.germplasm.repository import MEANT
from bellwether.farm.brapi.observations.asked import ObservationSearch
from bellwether.farm.brapi.observations.models import ObservationRow
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions, Relation, count, page
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import CROP
from bellwether.sheep.traits import OWN

ROWS = "select a.* from farm.observation a where a.flock_id = {part} and a.state = 'active'"
MOMENT = """
((a.occurred_on + coalesce(a.occurred_time, time '12:00')) at time zone
 (select f.time_zone from farm.farm f where f.id = a.farm_id))
"""
SELECT = f"""
select a.id, a.farm_id, a.flock_id, a.animal_id, a.trait, a.stage, a.value, a.unit, a.raw_value, a.raw_unit,
  a.occurred_on, a.occurred_time, a.recorded_group, a.age_days, a.contemporary_group, a.source,
  (select coalesce(n.tag, n.id::text) from farm.animal n where n.id = a.animal_id) as name,
  (select n.drop_year from farm.animal n where n.id = a.animal_id) as drop_year,
  {MOMENT} as moment
"""
ONE = f"{SELECT} from farm.observation a where a.id = $1 and a.state = 'active'"
# an own trait is named with its farm
FARM = f"case when a.trait like '{OWN}%' then '.' || a.farm_id else '' end"
OF_ANIMAL = (
    "a.animal_id in (select n.id from farm.animal n where n.farm_id = a.farm_id and n.id = a.animal_id and {what})"
)


async def found(
    session: Session, wanted: ObservationSearch, traits: list[str] | None
) -> tuple[list[ObservationRow], int]:
    """A page of the measurements, of these traits when they are not None, and how many there are."""
    asked = conditions(wanted)
    asked.add("a.trait = any({}::text[])", traits)
    relation = Relation("farm.flock", ROWS + asked.sql, asked.values)
    counts = await count(session, relation)
    rows = await page(session, relation, counts, wanted, SELECT)
    return [ObservationRow(*row) for row in rows], sum(n for _, n in counts)


async def one(session: Session, observation_id: UUID) -> ObservationRow | None:
    """One measurement."""
    row = await driver(session).fetchrow(ONE, observation_id)
    return None if row is None else ObservationRow(*row)


def conditions(wanted: ObservationSearch) -> Conditions:
    """What is asked of a measurement `a`."""
    asked = Conditions()
    asked.add("a.id = any({}::uuid[])", ids_of(wanted.observation_db_ids))
    for animals in (wanted.observation_unit_db_ids, wanted.germplasm_db_ids):
        asked.add(f"a.animal_id = {MEANT}", ids_of(animals))
    tags = OF_ANIMAL.replace("{what}", "coalesce(n.tag, n.id::text) = any({}::text[])")
    asked.add(tags, wanted.germplasm_names or None)
    drops = OF_ANIMAL.replace("{what}", "n.drop_year::text = any({}::text[])")
    asked.add(drops, wanted.season_db_ids or None)
    variables = wanted.observation_variable_db_ids or None
    asked.add("a.trait = any({}::text[])", variables and [name.partition(".")[0] for name in variables])
    asked.add(f"a.trait || {FARM} = any({{}}::text[])", variables)
    asked.add("a.farm_id = any({}::uuid[])", ids_of(wanted.location_db_ids))
    farms = "a.farm_id in (select f.id from farm.farm f where f.name = any({}::text[]))"
    asked.add(farms, wanted.location_names or None)
    asked.add("a.flock_id = any({}::uuid[])", ids_of(wanted.program_db_ids))
    flocks = "a.flock_id in (select k.id from farm.flock k where k.name = any({}::text[]))"
    asked.add(flocks, wanted.program_names or None)
    asked.add(f"{MOMENT} >= {{}}::timestamptz", wanted.observation_time_stamp_range_start)
    asked.add(f"{MOMENT} <= {{}}::timestamptz", wanted.observation_time_stamp_range_end)
    asked.is_one_of(wanted.common_crop_names, CROP)
    levels = wanted.observation_levels or []
    ours = [level for level in levels if level.level_name in (None, "animal") and level.level_code is None]
    asked.nothing_has(levels and not [level for level in ours if level.level_order is None])
    asked.nothing_has(wanted.observation_level_relationships, wanted.observation_variable_puis)
    asked.nothing_has(wanted.study_db_ids, wanted.study_names, wanted.trial_db_ids, wanted.trial_names)
    asked.nothing_has(wanted.external_reference_ids, wanted.external_reference_i_ds, wanted.external_reference_sources)
    return asked
