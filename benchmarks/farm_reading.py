"""Reads of `bench farm`: the page of a flock in every order, and the way up a large pedigree."""

import asyncio
import json
import statistics
import time
from typing import NamedTuple, get_args
from uuid import UUID

import asyncpg
from bellwether.commands.demo.client import Refused
from bellwether.farm.animals.wanted import Column, Descending
from bellwether.farm.pedigree.repository import ANCESTORS
from farm_ground import Ground, Row, row
from farm_writing import pedigree_file

FLOCK, PEDIGREE, ROUNDS, ASKED = 10_000, 1_000_000, 3, 60
FILTERS: tuple[dict[str, str], ...] = ({}, {"sex": "female", "birth_from": "2012-01-01"}, {"text": "12"})
# ten generations of equal size, parents anywhere in the one before; ids grow with time, as the service makes them
FILL = """
create temp table born as
  select (lpad(to_hex(1700000000000 + n / 50), 12, '0') || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid
    as id, n, n * 10 / $2::int as generation
  from (select n, md5(random()::text) as r from generate_series(0, $2::int - 1) as n) s;
create unique index on born (n);
"""
ANIMALS = """
insert into farm.animal (id, farm_id, flock_id, tag, sex, birth_date, source)
select id, $1, $2, n::text, case n % 2 when 0 then 'male' else 'female' end, make_date(2010 + generation, 8, 1), 'api'
from born order by n
"""
CLAIMS = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source)
select gen_random_uuid(), $1, b.id, p.id, r.role, 'api'
from born b cross join (values ('sire', 0, 7), ('dam', 1, 13)) as r (role, sex, factor)
join born p on p.n = (b.generation - 1) * ($2::int / 10) + (b.n::int8 * r.factor % ($2::int / 20)) * 2 + r.sex
where b.generation > 0
"""
# as the migration made it of the claims that there were
STANDING = """
insert into farm.accepted_parents (farm_id, animal_id, sire_id, dam_id)
select farm_id, child_id, (array_agg(parent_id) filter (where parent_type = 'sire'))[1],
  (array_agg(parent_id) filter (where parent_type = 'dam'))[1]
from farm.parent_claim where farm_id = $1 and child_id in (select id from born) group by farm_id, child_id
"""
TABLES = "farm.animal, farm.parent_claim, farm.accepted_parents"
REMOVE = (
    "delete from farm.accepted_parents where farm_id = $1 and animal_id in (select id from born)",
    "delete from farm.parent_claim where farm_id = $1 and child_id in (select id from born)",
    "delete from farm.animal where id in (select id from born)",
)


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
    """Ten generations, committed and vacuumed, as the service's role under the policies of a member."""
    n = ground.size(PEDIGREE)
    found = asyncio.run(way_up(ground, n))
    size = f"10 generations in {n:,} animals"
    about = f"median of {len(found.inside)} animals, about {found.n_ancestors:,.0f} ancestors each, under policies"
    inside = f"execution in PostgreSQL (EXPLAIN ANALYZE), p95 {at_95(found.inside):.1f} ms; {about}"
    outside = f"the same as a client waits for it, rows sent and read, p95 {at_95(found.outside):.1f} ms"
    return [
        row("ancestors", size, statistics.median(found.inside), "ms", most=10.0, remark=inside),
        row("ancestors, to the client", size, statistics.median(found.outside), "ms", remark=outside),
    ]


def at_95(times: list[float]) -> float:
    """The 95th percentile of sorted times."""
    return times[int(0.95 * len(times))]


class Asked(NamedTuple):
    """Milliseconds of each question, sorted: in the database and to the client."""

    inside: list[float]
    outside: list[float]
    n_ancestors: float


async def way_up(ground: Ground, n: int) -> Asked:
    """Ask for the ancestors of some of the youngest; nothing of the pedigree stays."""
    farm, flock = UUID(ground.farm_id), UUID(ground.flock("ancestors")[0])
    connection = await ground.database()
    try:
        user = await connection.fetchval("select user_id from farm.membership where farm_id = $1", farm)
        youngest = await fill(connection, farm, flock, n)
        async with connection.transaction():
            await connection.execute(f"set local role farm_app; set local app.user_id = '{user}'")
            return await ask(connection, farm, youngest)
    finally:
        await empty(connection, farm)
        await connection.close()


async def ask(connection: asyncpg.Connection, farm: UUID, animals: list[UUID]) -> Asked:
    """Both ways, after some questions that only warm up."""
    inside, outside, counts = [], [], []
    explained = f"explain (analyze, timing off, format json) {ANCESTORS}"
    for animal in animals:
        begin = time.perf_counter()
        counts.append(len(await connection.fetch(ANCESTORS, farm, animal, 10)))
        outside.append(1000 * (time.perf_counter() - begin))
        plan = json.loads(await connection.fetchval(explained, farm, animal, 10))
        inside.append(float(plan[0]["Execution Time"]))
    return Asked(sorted(inside[5:]), sorted(outside[5:]), statistics.mean(counts))


async def fill(connection: asyncpg.Connection, farm: UUID, flock: UUID, n: int) -> list[UUID]:
    """A pedigree as a real database holds one, committed and vacuumed; some of its youngest animals."""
    await connection.execute("set session_replication_role = replica")
    await connection.execute(FILL.replace("$2", str(n)))
    await connection.execute(ANIMALS, farm, flock)
    await connection.execute("analyze born")
    await connection.execute(CLAIMS, farm, n)
    await connection.execute("analyze farm.parent_claim")
    await connection.execute(STANDING, farm)
    await connection.execute("set session_replication_role = origin")
    await connection.execute(f"vacuum analyze {TABLES}")
    found = await connection.fetch("select id from born where generation = 9 order by random() limit $1", ASKED + 5)
    return [record["id"] for record in found]


async def empty(connection: asyncpg.Connection, farm: UUID) -> None:
    """What was filled is gone, without a word to anybody."""
    await connection.execute("set session_replication_role = replica")
    for statement in REMOVE:
        await connection.execute(statement, *[farm][: statement.count("$1")])
    await connection.execute(f"vacuum {TABLES}")
