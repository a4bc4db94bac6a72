"""Reads of `bench farm`: the page of a flock in every order, and the way up a large pedigree."""

import asyncio
import statistics
import time
from typing import get_args
from uuid import UUID

import asyncpg
from bellwether.commands.demo.client import Refused
from bellwether.farm.animals.wanted import Column, Descending
from bellwether.farm.pedigree.repository import ANCESTORS
from farm_ground import Ground, Row, row
from farm_writing import pedigree_file

FLOCK, PEDIGREE, ROUNDS, ASKED = 10_000, 1_000_000, 3, 60
FILTERS: tuple[dict[str, str], ...] = ({}, {"sex": "female", "birth_from": "2012-01-01"}, {"text": "12"})
# ten generations of equal size, parents anywhere in the one before; rolled back in the end
FILL = """
create temp table born on commit drop as
  select gen_random_uuid() as id, n, n * 10 / $2::int as generation from generate_series(0, $2::int - 1) as n;
create unique index on born (n);
"""
ANIMALS = """
insert into farm.animal (id, farm_id, flock_id, tag, sex, birth_date, source)
select id, $1, $2, n::text, case n % 2 when 0 then 'male' else 'female' end, make_date(2010 + generation, 8, 1), 'api'
from born
"""
CLAIMS = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source)
select gen_random_uuid(), $1, b.id, p.id, r.role, 'api'
from born b cross join (values ('sire', 0, 7), ('dam', 1, 13)) as r (role, sex, factor)
join born p on p.n = (b.generation - 1) * ($2::int / 10) + (b.n::int8 * r.factor % ($2::int / 20)) * 2 + r.sex
where b.generation > 0
"""


def flock_page(ground: Ground) -> list[Row]:
    """A page of 100 of a flock of 10,000 through the gateway: every column, up and down, with and without filters."""
    flock, code = ground.flock("page")
    n = ground.size(FLOCK)
    ground.send(pedigree_file(code, n), flock, "sg")
    took: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for order in (*get_args(Column), *get_args(Descending)):
            for number, only in enumerate(FILTERS):
                took.setdefault(f"{order}, filter {number}", []).append(timed(ground, flock, order, only))
    times = sorted(second for seconds in took.values() for second in seconds)
    worst = max(took, key=lambda name: statistics.median(took[name]))
    remark = (
        f"{len(took)} orders and filters; median {1000 * statistics.median(times):.0f} ms; "
        f"slowest {worst}: {1000 * statistics.median(took[worst]):.0f} ms"
    )
    p95 = 1000 * times[int(0.95 * len(times))]
    return [row("flock page, p95", f"{n:,} animals", p95, "ms", most=100.0, remark=remark)]


def timed(ground: Ground, flock: str, order: str, only: dict[str, str]) -> float:
    """Seconds of one page."""
    query = {"farm_id": ground.farm_id, "flock_id": flock, "sort": order, "limit": "100"} | only
    while True:
        begin = time.perf_counter()
        try:
            ground.client.get("/api/v1/farm/animals", **query)
        except Refused as refused:
            if refused.status != 429:
                raise
            time.sleep(1)
            continue
        return time.perf_counter() - begin


def ancestors(ground: Ground) -> list[Row]:
    """Ten generations in the database, as the service's role under the policies of a member."""
    n = ground.size(PEDIGREE)
    times, n_found = asyncio.run(way_up(ground, n))
    p95 = times[int(0.95 * len(times))]
    remark = f"median of {len(times)} animals, p95 {p95:.1f} ms; about {n_found:,.0f} ancestors each, under policies"
    size = f"10 generations in {n:,} animals"
    return [row("ancestors", size, statistics.median(times), "ms", most=10.0, remark=remark)]


async def way_up(ground: Ground, n: int) -> tuple[list[float], float]:
    """Milliseconds of each question, sorted, and how many ancestors an animal has; nothing of the pedigree stays."""
    farm, flock = UUID(ground.farm_id), UUID(ground.flock("ancestors")[0])
    connection = await ground.database()
    transaction = connection.transaction()
    await transaction.start()
    try:
        user = await connection.fetchval("select user_id from farm.membership where farm_id = $1", farm)
        youngest = await fill(connection, farm, flock, n)
        await connection.execute(f"set local role farm_app; set local app.user_id = '{user}'")
        times, counts = [], []
        for animal in youngest:
            begin = time.perf_counter()
            counts.append(len(await connection.fetch(ANCESTORS, farm, animal, 10)))
            times.append(1000 * (time.perf_counter() - begin))
        return sorted(times[5:]), statistics.mean(counts)
    finally:
        await transaction.rollback()
        await connection.execute("vacuum farm.animal, farm.parent_claim")
        await connection.close()


async def fill(connection: asyncpg.Connection, farm: UUID, flock: UUID, n: int) -> list[UUID]:
    """A pedigree; some of its youngest animals."""
    await connection.execute("set local session_replication_role = replica")
    for statement in FILL.replace("$2", str(n)).split(";")[:2]:
        await connection.execute(statement)
    await connection.execute(ANIMALS, farm, flock)
    await connection.execute(CLAIMS, farm, n)
    await connection.execute("set local session_replication_role = origin")
    await connection.execute("analyze farm.animal, farm.parent_claim")
    found = await connection.fetch("select id from born where generation = 9 order by random() limit $1", ASKED + 5)
    return [record["id"] for record in found]
