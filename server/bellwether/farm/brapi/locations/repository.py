"""Farms and paddocks in the database."""

from uuid import UUID

from bellwether.farm.brapi.locations.asked import LocationSearch
from bellwether.farm.brapi.locations.models import LocationRow
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions, Relation, count, page
from bellwether.platform.database.transactions import Session
from bellwether.sheep import CROP

ROWS = """
select a.* from (
  select f.id, f.id as farm_id, f.name, f.name as farm, f.country, f.time_zone, 'Farm' as kind
  from farm.farm f where f.id = {part}
  union all
  select k.id, k.farm_id, k.name, f.name, f.country, f.time_zone, 'Paddock'
  from farm.paddock k join farm.farm f on f.id = k.farm_id where k.farm_id = {part}) a
where true
"""
NOW = "from farm.paddock_version v where v.farm_id = a.farm_id and v.paddock_id = a.id and v.period @> now()"
SELECT = f"""
select a.id, a.farm_id, a.name, a.farm, a.country, a.time_zone, (select v.area_ha {NOW}) as area_ha,
  (select public.st_numgeometries(v.geometry) {NOW}) as parts,
  (select public.st_asgeojson(d.geom) {NOW.replace("where", "cross join lateral public.st_dump(v.geometry) d where")}
   order by public.st_area(d.geom) desc limit 1) as outline
"""


async def found(session: Session, wanted: LocationSearch) -> tuple[list[LocationRow], int]:
    """A page of the locations, and how many there are."""
    asked = conditions(wanted)
    relation = Relation("farm.farm", ROWS + asked.sql, asked.values)
    counts = await count(session, relation)
    rows = await page(session, relation, counts, wanted, SELECT)
    return [LocationRow(*row) for row in rows], sum(n for _, n in counts)


def conditions(wanted: LocationSearch) -> Conditions:
    """What is asked of a location `a`."""
    asked = Conditions()
    asked.add("a.id = any({}::uuid[])", ids_of(wanted.location_db_ids))
    asked.add("a.name = any({}::text[])", wanted.location_names or None)
    asked.add("a.kind = any({}::text[])", wanted.location_types or None)
    asked.add("a.kind = 'Paddock' and a.farm_id = any({}::uuid[])", ids_of(wanted.parent_location_db_ids))
    asked.add("a.kind = 'Paddock' and a.farm = any({}::text[])", wanted.parent_location_names or None)
    flocks: list[UUID] | None = ids_of(wanted.program_db_ids)
    asked.add("a.farm_id in (select k.farm_id from farm.flock k where k.id = any({}::uuid[]))", flocks)
    named = "a.farm_id in (select k.farm_id from farm.flock k where k.name = any({}::text[]))"
    asked.add(named, wanted.program_names or None)
    asked.is_one_of(wanted.common_crop_names, CROP)
    asked.nothing_has(wanted.abbreviations, wanted.country_codes, wanted.country_names)
    asked.nothing_has(wanted.altitude_max is not None, wanted.altitude_min is not None)
    asked.nothing_has(wanted.institute_addresses, wanted.institute_names)
    asked.nothing_has(wanted.external_reference_ids, wanted.external_reference_i_ds, wanted.external_reference_sources)
    return asked
