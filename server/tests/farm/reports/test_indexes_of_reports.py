"""Facts of one farm among many are read by its indexes, and never by reading a large table from end to end."""

import re
from datetime import date
from uuid import UUID

import asyncpg
from bellwether.farm.imported_values import repository as imported_values
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.reports import repository
from bellwether.farm.trading.money import repository as money
from bellwether.farm.work.sessions import repository as sessions
from bellwether.farm.work.tasks import repository as tasks

from ..conftest import Farmer
from .conftest import Weighed

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
LARGE = ("animal", "observation", "event", "group_member", "animal_group", "parent_claim", "task")


async def test_no_report_reads_a_large_table_from_end_to_end(weighed: Weighed) -> None:
    farmer: Farmer = weighed[0]
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    key = UUID(farmer.farm_id)
    asked: list[tuple[object, ...]] = [
        (repository.FARM, key),
        (repository.ANIMALS, key),
        (repository.MEASURED, key, ["WWT"], date(2024, 1, 1), None),
        (repository.DEATHS, key),
        (repository.SIRE_CLAIMS, key),
        (imported_values.TREND, key, ["R1"], "WWT", 10),
        (money.KEPT, key, date(2024, 1, 1), date(2024, 12, 31)),
        (tasks.TASKS, key),
        (tasks.SOURCES, key, ["joining.started", "group.move_planned", "treatment.given"]),
        (tasks.SOURCES_AT, key, ["joining.started", "treatment.given"], [1000, 1001]),
        (tasks.PLACES, key, [key], [key]),
        (tasks.PLACES_OF, key, [key]),
        (tasks.HIDE, key, [key], [1000]),
        (tasks.FOLLOW_ALREADY, key),
        (sessions.RECORDS, key, date(2024, 1, 1), ["WWT"], key),
        (measurements.LAST_WEIGHTS, key, [key], ["WWT", "PWT"]),
        (tasks.RULES, key),
    ]
    try:
        await connection.execute(FILL)
        await connection.execute("""
            insert into farm.observation
              (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit, occurred_on, source)
            select gen_random_uuid(), a.farm_id, a.flock_id, a.id, 'WWT', 'W', 30, 'kg', '30', 'kg',
              date '2000-01-01' + n, 'api'
            from farm.animal a, generate_series(1, 20) n;
            insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source)
            select gen_random_uuid(), a.farm_id, a.id, b.id, 'excluded_sire', 'api' from farm.animal a
            join (select farm_id, min(id::text)::uuid as id from farm.animal group by 1) b using (farm_id)
            where a.id <> b.id;
            insert into farm.task (id, farm_id, title, due_on)
            select gen_random_uuid(), id, 'x', '2024-01-01' from farm.farm, generate_series(1, 20);
            analyze farm.observation, farm.task, farm.parent_claim, farm.event_other""")
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        for statement, *values in asked:
            text = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}", *values))
            for table in LARGE:
                # the log has partitions, and those of the table beside it have its name in theirs
                assert not re.search(rf"Seq Scan on {table}(_\d+)? ", text), f"{statement}\n{text}"
    finally:
        await connection.close()
