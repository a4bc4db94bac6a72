"""Questions about whereabouts among many farms: the planner never reads a large table from end to end."""

from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
from bellwether.farm.grazing import repository as grazing
from bellwether.farm.groups import repository as groups
from bellwether.farm.places import repository as places
from bellwether.farm.whereabouts import repository as whereabouts

from .conftest import Farmer
from .test_event_log import taken
from .test_mobs import farm_with, moved

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
LARGE = ("animal", "paddock", "paddock_version", "animal_group", "placement", "group_member", "event")


async def test_no_question_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    creek, _, group, (ewe, *_) = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"))
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    farm, paddock, mob, animal = (UUID(key) for key in (farmer.farm_id, creek, group, ewe))
    at = datetime(2024, 4, 1, tzinfo=UTC)
    asked: list[tuple[object, ...]] = [
        (grazing.NOW, farm, animal),
        (grazing.THEN, farm, animal, at),
        (grazing.HISTORY, farm, paddock, None, None, 10, "UTC"),
        (grazing.RESTS, farm, None, 10),
        (grazing.STOCK, farm, date(2024, 4, 1)),
        (grazing.UNTAGGED, farm, date(2024, 4, 1)),
        (groups.GET, mob),
        (groups.LIST, farm, None, None, 10),
        (groups.NOW, farm, mob, None, 10),
        (groups.THEN, farm, mob, None, 10, at),
        (places.GET, paddock),
        (places.PAGE, farm, date(2024, 4, 1), None, 10),
        (places.NEAREST, farm, date(2024, 4, 1), 148.0, -35.0, 10),
        (places.WITHIN, farm, date(2024, 4, 1), None, 10, 148.0, -36.0, 149.0, -35.0, True),
        (whereabouts.STEPS, farm, [animal], ["group.assigned"]),
        (whereabouts.MOVES, farm, [mob]),
        (whereabouts.APART, farm, [mob], list(whereabouts.ACTS)),
        (whereabouts.PADDOCKS, farm, [paddock]),
        (whereabouts.CLEAR_PLACEMENTS, farm, [animal], [mob]),
        (whereabouts.CLEAR_MEMBERS, farm, [animal]),
        (whereabouts.STANDS_IN, farm, paddock, at),
    ]
    try:
        await connection.execute(FILL)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        for statement, *values in asked:
            plan = await connection.fetch(f"explain {statement}", *values)
            text = "\n".join(row[0] for row in plan)
            for table in LARGE:
                assert f"Seq Scan on {table}" not in text, f"{statement}\n{text}"
    finally:
        await connection.close()
