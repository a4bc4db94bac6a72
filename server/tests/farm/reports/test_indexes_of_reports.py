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
from ..large_tables import FILL
from .conftest import Weighed

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
