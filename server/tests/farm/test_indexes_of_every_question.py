"""Every statement of a season and of every GET after it has an index of each large table that it reads.

The season of the demo is played and each GET of the service's OpenAPI asked, while the drivers are listened to. Then
the planner, as the service's role under its policies, is told that every table with a farm has a million rows and that
reading one from end to end is the last resort: a statement for which it still does that has no index to go by, and
neither has one that walks through an index without a condition.
"""

import json
from collections.abc import Iterator
from typing import Any

import anyio.to_thread
import asyncpg
import pytest
from apps import Apps
from asyncpg.connection import LoggedQuery
from bellwether.commands.demo.season import DemoSeason
from bellwether.platform.ids import new_id
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from .conftest import Farmer
from .test_demo_season import Inside

STREAMS = ("/events", "/live", "/sync/stream")
ASKED = ("select", "with", "insert", "update", "delete")
#: a farm has some dozens of them at most, however old it grows; or they are read by what looks after the platform
SMALL = ("flock", "membership", "organisation_farm", "location", "recorder", "outbox", "job")
# the planner takes an empty table for one that costs nothing: each gets a row, whatever would forbid it
FILL = """
set local session_replication_role = replica;
do $$
declare
  large record;
  one record;
begin
  for large in select c.oid, c.oid::regclass as name from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'farm_id'
    where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'farm'::regnamespace loop
    for one in select conname from pg_constraint where conrelid = large.oid and contype = 'c' loop
      execute format('alter table %s drop constraint %I', large.name, one.conname);
    end loop;
    for one in select attname from pg_attribute where attrelid = large.oid and attnum > 0 and attnotnull
      and attidentity = '' and not attisdropped and attname not in (
        select k.attname from pg_index i join pg_attribute k on k.attrelid = i.indrelid and k.attnum = any (i.indkey)
        where i.indrelid = large.oid and i.indisprimary) loop
      execute format('alter table %s alter column %I drop not null', large.name, one.attname);
    end loop;
    execute (
      select format('insert into %s (%s) overriding system value values (%s) on conflict do nothing',
        large.name, string_agg(quote_ident(k.attname), ', '),
        string_agg(case t.typname when 'uuid' then 'gen_random_uuid()' when 'text' then quote_literal('x')
          when 'bytea' then 'sha256(bytea $b$ $b$)' when 'date' then 'current_date' when 'timestamptz' then 'now()'
          when 'tstzrange' then 'tstzrange(now(), null)' else '1' end, ', '))
      from pg_index i join pg_attribute k on k.attrelid = i.indrelid and k.attnum = any (i.indkey)
      join pg_type t on t.oid = k.atttypid where i.indrelid = large.oid and i.indisprimary);
  end loop;
end $$;
set local session_replication_role = origin;
delete from pg_statistic where starelid in (select oid from pg_class where relnamespace = 'farm'::regnamespace);
analyze farm.parent_claim (status, parent_type), farm.observation (state), farm.identifier (state);
"""
MANY = """
update pg_class set reltuples = 1000000, relpages = greatest(1, pg_relation_size(oid) / 8192)
where relkind = 'r' and relnamespace = 'farm'::regnamespace
  and oid in (select attrelid from pg_attribute where attname = 'farm_id')
"""
LARGE = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'farm_id'
where c.relkind = 'r' and c.relnamespace = 'farm'::regnamespace and c.relname <> all ($1::text[])
"""
Said = dict[tuple[str, tuple[bool, ...]], tuple[object, ...]]
VALUES = {
    "year": "2025", "format": "json", "run_name": "none", "target": "45", "from": "2025-01-01", "to": "2025-12-31",
    "first": "2025-01-01", "last": "2025-12-31", "treated_on": "2025-06-01", "longitude": "148", "latitude": "-35",
    "west": "148", "east": "149", "south": "-36", "north": "-35", "collection": "animals", "text": "a", "q": "a",
    "scheme": "org.bellwether.farm", "kind": "births", "state": None, "sort": "sire", "at": "2025-06-01T00:00:00Z",
    "on": "2025-06-01", "drop_year": "2025", "birth_from": "2020-01-01", "trait": "WWT", "seasonDbId": "2025",
}  # fmt: skip


@pytest.fixture
def said() -> Iterator[Said]:
    """What the drivers are asked from now on, once for each pattern of missing values."""
    found: Said = {}

    def take(statement: str, values: tuple[object, ...]) -> None:
        if statement.lstrip(" (\n").lower().startswith(ASKED):
            found.setdefault((statement, tuple(value is None for value in values)), values)

    def logged(query: LoggedQuery) -> None:
        take(query.query, query.args)

    def lent(connection: Any, _record: object, _proxy: object) -> None:
        connection.driver_connection.add_query_logger(logged)

    def given_back(connection: Any, _record: object) -> None:
        if connection is not None:
            connection.driver_connection.remove_query_logger(logged)

    def executed(_1: object, _2: object, statement: str, values: Any, _3: object, many: bool) -> None:
        take(statement, tuple(values[0] if many else values))

    event.listen(Pool, "checkout", lent)
    event.listen(Pool, "checkin", given_back)
    event.listen(Engine, "before_cursor_execute", executed)
    yield found
    event.remove(Engine, "before_cursor_execute", executed)
    event.remove(Pool, "checkin", given_back)
    event.remove(Pool, "checkout", lent)


async def test_no_statement_reads_a_large_table_from_end_to_end(said: Said, farmer: Farmer, apps: Apps) -> None:
    season = DemoSeason(Inside(farmer))
    await anyio.to_thread.run_sync(season.play)
    farm = season.farm["id"]
    real = {"farm_id": farm, "flock_id": season.id("flock"), "animal_id": season.id("E2"), "group_id": season.id("mob")}
    answered = await ask_everything(
        farmer, real | {"mob": season.id("mob"), "location_id": farm}, apps("farm").openapi()["paths"]
    )
    assert answered > 80
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    try:
        await connection.execute(FILL)
        await connection.execute(MANY)
        large = {row["relname"] for row in await connection.fetch(LARGE, list(SMALL))}
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        await connection.execute("set local enable_seqscan = off")
        faults = {statement: wrong for (statement, _), values in said.items()
                  if (wrong := whole(await plan(connection, statement, values), large))}  # fmt: skip
    finally:
        await connection.close()
    assert len(said) > 150
    assert not faults, "\n\n".join(f"{', '.join(wrong)}: {statement}" for statement, wrong in faults.items())


async def ask_everything(farmer: Farmer, real: dict[str, str], paths: dict[str, Any]) -> int:
    """Every GET, plain and with every filter that there is a value for; how many answered."""
    answered = 0
    for path in sorted(paths, key=lambda path: path.count("{")):
        if "get" not in paths[path] or path.endswith(STREAMS):
            continue
        known = real | {name: value for name, value in VALUES.items() if value is not None}
        names = [one for one in paths[path]["get"].get("parameters", []) if one["in"] == "query"]
        address, own = path, ""
        while "{" in address:
            before, _, rest = address.partition("{")
            name, _, after = rest.partition("}")
            own = known.get(name) or await first_of(farmer, before.rstrip("/"), known)
            address = f"{before}{own}{after}"
        needed = {one["name"]: known.get(one["name"], own) for one in names if one.get("required")}
        filters = [{}, *({one["name"]: known[one["name"]]} for one in names if one["name"] in known)]
        for only in filters:
            answer = await get(farmer, address, needed | only)
            answered += answer is not None
    return answered


async def first_of(farmer: Farmer, path: str, known: dict[str, str]) -> str:
    """The id of the first thing of a list, or one that names nothing."""
    found = await get(farmer, path, {"farm_id": known["farm_id"]}) or await get(farmer, path, {})
    items = found.get("items") if isinstance(found, dict) else None
    return str(items[0].get("id", new_id())) if items else str(new_id())


async def get(farmer: Farmer, path: str, query: dict[str, str]) -> Any:
    """What is answered, or None; never a fault of the service."""
    answer = await farmer.client.get(f"http://farm{path}", params=query, headers=farmer.headers)
    assert answer.status_code < 500, f"{path} {query}: {answer.text}"
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return (answer.json() if is_json else answer.text) if answer.is_success else None


async def plan(connection: asyncpg.Connection, statement: str, values: tuple[object, ...]) -> Any:
    """How the planner goes about a statement."""
    found = await connection.fetchval(f"explain (format json) {statement}", *values)
    return json.loads(found)[0]["Plan"]


def whole(node: Any, large: set[str]) -> list[str]:
    """The large tables that a plan reads from end to end."""
    is_fault = node["Node Type"] == "Seq Scan" or (
        node["Node Type"] in ("Index Scan", "Index Only Scan") and "Index Cond" not in node
    )
    how = f"{node.get('Relation Name')} by {node.get('Index Name')}, keeping {node.get('Filter')}"
    mine = [how] if is_fault and node.get("Relation Name") in large else []
    return mine + [name for child in node.get("Plans", []) for name in whole(child, large)]
