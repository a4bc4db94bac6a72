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
from .test_events_of_several import FILL

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
