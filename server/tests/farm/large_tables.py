"""Which statements would read a large table of the farm from end to end."""

from collections.abc import Iterable

import asyncpg
from plans import Said, whole_reads

from .conftest import Farmer

#: a farm has some dozens of them at most, however old it grows; or they are read by what looks after the platform
SMALL = ["flock", "membership", "organisation_farm", "location", "recorder", "outbox", "job"]
COUNTED = "analyze farm.parent_claim (status, parent_type), farm.observation (state), farm.identifier (state);"

#: 320 farms with 5 paddocks, a mob in each, and 12 animals: their log, memberships and placements
FARMS, PADDOCKS, ANIMALS = 320, 5, 12
FILL = f"""
create temp table f as select gen_random_uuid() as id from generate_series(1, {FARMS});
insert into farm.farm (id, name, created_by) select id, 'many', id from f;
insert into farm.flock (id, farm_id, name, code, recording_scheme) select gen_random_uuid(), id, 'many', 'many', 'none' from f;
insert into farm.animal (id, farm_id, flock_id, source)
  select gen_random_uuid(), o.farm_id, o.id, 'api' from farm.flock o join f on f.id = o.farm_id, generate_series(1, {ANIMALS});
create temp table p as select gen_random_uuid() as id, gen_random_uuid() as version, gen_random_uuid() as mob, id as farm, n
  from f, generate_series(1, {PADDOCKS}) as n;
insert into farm.paddock (id, farm_id, name) select id, farm, n::text from p;
insert into farm.paddock_version (id, farm_id, paddock_id, valid_from, period, geometry)
  select version, farm, id, '2020-01-01', '[2020-01-01,)', st_multi(st_makeenvelope(n, 0, n + 0.01, 0.01, 4326)) from p;
insert into farm.animal_group (id, farm_id, name, type) select mob, farm, n::text, 'physical' from p;
insert into farm.placement (farm_id, group_id, paddock_id, version_id, period, during)
  select farm, mob, id, version, '[2020-01-01,)', '[2024-01-01,)' from p;
insert into farm.group_member (farm_id, group_id, type, animal_id, during)
  select a.farm_id, p.mob, 'physical', a.id, '[2024-01-01,)' from farm.animal a join p on p.farm = a.farm_id and p.n = 1;
alter table farm.event disable trigger held;
insert into farm.event (farm_id, id, place, kind, version, animal_id, group_id, occurred_on, tz, payload, sent_sha256, source)
  select farm_id, gen_random_uuid(), 1, 'group.assigned', 1, animal_id, group_id, '2024-01-01', 'UTC', '{{}}', sha256(''), 'api'
  from farm.group_member m join f on f.id = m.farm_id, generate_series(1, 20);
alter table farm.event enable trigger held;
analyze farm.animal, farm.paddock, farm.paddock_version, farm.animal_group, farm.placement, farm.group_member, farm.event;
"""  # noqa: E501 - a line for each table


async def read_whole(farmer: Farmer, said: Said) -> str:
    """Each that does, and how; nothing when none does."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        faults = await whole_reads(
            connection, said, schemas=["farm"], small=SMALL, counted=COUNTED, role="farm_app", user_id=farmer.user_id
        )
    finally:
        await connection.close()
    return "\n\n".join(f"{', '.join(wrong)}: {statement}" for statement, wrong in faults.items())


def said_by(asked: Iterable[tuple[object, ...]]) -> Said:
    """Statements with their values, as the drivers would be told them."""
    return {(str(statement), tuple(value is None for value in values)): tuple(values) for statement, *values in asked}
