"""Questions about seasons among many farms: the planner never reads a large table from end to end."""

from datetime import date
from uuid import UUID

import asyncpg
from bellwether.farm.season import repository as season
from bellwether.farm.season import writing
from bellwether.farm.season.models import KINDS

from .conftest import Farmer
from .season import ewe, joined, lamb, lambed, ram
from .test_event_log import taken

#: 320 farms with 60 events of a kind and a session each, whose animals are named in turn
FILL = """
create temp table f as select gen_random_uuid() as id from generate_series(1, 320);
insert into farm.farm (id, name, created_by) select id, 'many', id from f;
insert into farm.flock (id, farm_id, name, code, recording_scheme)
  select gen_random_uuid(), id, 'm', 'm', 'none' from f;
insert into farm.animal (id, farm_id, flock_id, source) select gen_random_uuid(), o.farm_id, o.id, 'api'
  from farm.flock o join f on f.id = o.farm_id, generate_series(1, 5);
alter table farm.event disable trigger held;
insert into farm.event (farm_id, id, place, kind, version, occurred_on, tz, session_id, payload, sent_sha256, source)
  select f.id, gen_random_uuid(), 1, 'joining.started', 1, '2024-01-01', 'UTC', f.id, '{}', sha256(''), 'api'
  from f, generate_series(1, 60);
alter table farm.event enable trigger held;
insert into farm.event_other select e.farm_id, e.id, e.seq, a.id, 'ewe', true from farm.event e
  join f on f.id = e.farm_id join farm.animal a on a.farm_id = f.id;
analyze farm.event, farm.event_other, farm.animal;
"""
LARGE = ("event", "event_other", "animal")


async def test_no_question_of_a_season_reads_a_large_table_from_end_to_end(farmer: Farmer) -> None:
    dam = await ewe(farmer)
    one = lamb()
    (event, _) = await taken(farmer, joined([dam], [await ram(farmer)]), lambed(dam, [one]))
    farm, animals, events = UUID(farmer.farm_id), [UUID(dam)], [UUID(event)]
    asked: list[tuple[object, ...]] = [
        (season.BY_ID, farm, animals, events),
        (season.BY_KIND, farm, None, list(KINDS), date(2024, 1, 1), date(2024, 12, 31)),
        (season.NAMING, farm, animals, list(KINDS)),
        (season.OF_GROUPS, farm, animals),
        (season.PARTS, farm),
        (season.CHAINS, farm, events),
        (season.MEMBERS, farm, animals),
        (season.MEMBERS_OF, farm, animals),
        (season.HEADS, farm, animals, None),
        (season.WORN, farm, animals),
        (season.FIRST_DAYS, farm, animals),
        (season.BOUND, farm, animals),
        (season.LITTERS_OF_EWES, farm, animals, events, animals),
        (season.LAMBED_SINCE, farm, animals, events, animals, date(2024, 1, 1)),
        (writing.HEADS, farm, animals),
        (writing.CLAIMS, farm, animals),
        (writing.FORGET["identifier"], farm, events),
        (writing.FORGET["observation"], farm, events),
    ]
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin")
    try:
        await connection.execute(FILL)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        for statement, *values in asked:
            plan = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}", *values))
            for table in LARGE:
                assert f"Seq Scan on {table}" not in plan, f"{statement}\n{plan}"
    finally:
        await connection.close()
