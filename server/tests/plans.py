"""How PostgreSQL goes about what a service asks of it, once its tables are large.

The drivers are listened to while every GET of an OpenAPI is asked. Then the planner, as the service's role under its
policies, is told that every large table has a million rows and that reading one from end to end, or for a join of two
wholes, is the last resort: a statement for which it still does that has no index to go by, and neither has one that
walks through an index without a condition.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import asyncpg
from asyncpg.connection import LoggedQuery
from bellwether.platform.ids import new_id
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

STREAMS = ("/events", "/live", "/sync/stream")
ASKED = ("select", "with", "insert", "update", "delete")
# the planner takes an empty table for one that costs nothing: each gets a row, whatever would forbid it
FILL = """
set local session_replication_role = replica;
do $$
declare
  large record;
  one record;
begin
  for large in select c.oid, c.oid::regclass as name from pg_class c
    where c.relname = any ({large}) and c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace = any ({schemas}::regnamespace[]) loop
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
delete from pg_statistic where starelid in (
  select oid from pg_class where relnamespace = any ({schemas}::regnamespace[]));
"""
MANY = """
update pg_class set reltuples = 1000000, relpages = greatest(1, pg_relation_size(oid) / 8192)
where relkind = 'r' and relname = any ($1) and relnamespace = any ($2::text[]::regnamespace[])
"""
OF_FARMS = """
select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'farm_id'
where c.relkind in ('r', 'p') and c.relnamespace = any ($1::text[]::regnamespace[]) and c.relname <> all ($2::text[])
"""
Said = dict[tuple[str, tuple[bool, ...]], tuple[object, ...]]
Get = Callable[[str, dict[str, str]], Awaitable[Any]]


@contextmanager
def listening() -> Iterator[Said]:
    """What the drivers are asked, once for each pattern of missing values."""
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


async def ask_everything(
    get: Get, real: Mapping[str, str], filters: Mapping[str, str | None], paths: dict[str, Any]
) -> int:
    """Every GET, plain and with every filter that there is a value for; how many answered."""
    answered = 0
    for path in sorted(paths, key=lambda path: path.count("{")):
        if "get" not in paths[path] or path.endswith(STREAMS):
            continue
        known = {**real, **{name: value for name, value in filters.items() if value is not None}}
        names = [one for one in paths[path]["get"].get("parameters", []) if one["in"] == "query"]
        address, own = path, ""
        while "{" in address:
            before, _, rest = address.partition("{")
            name, _, after = rest.partition("}")
            own = known.get(name) or await first_of(get, before.rstrip("/"), known)
            address = f"{before}{own}{after}"
        needed = {one["name"]: known.get(one["name"], own) for one in names if one.get("required")}
        for only in [{}, *({one["name"]: known[one["name"]]} for one in names if one["name"] in known)]:
            answered += await get(address, needed | only) is not None
    return answered


async def first_of(get: Get, path: str, known: Mapping[str, str]) -> str:
    """The id of the first thing of a list, or one that names nothing."""
    found = await get(path, {"farm_id": known["farm_id"]}) or await get(path, {})
    items = found.get("items") if isinstance(found, dict) else None
    return str(items[0].get("id", new_id())) if items else str(new_id())


async def whole_reads(
    connection: asyncpg.Connection,
    said: Said,
    *,
    schemas: list[str],
    small: list[str],
    large_too: tuple[str, ...] = (),
    counted: str = "",
    role: str,
    user_id: object,
) -> dict[str, list[str]]:
    """The statements that read a large table from end to end, each with how; `counted` are statistics to be kept.

    Every table of `schemas` with a farm is large, but those in `small`; so are those in `large_too`.
    """
    large = [*large_too, *(row["relname"] for row in await connection.fetch(OF_FARMS, schemas, small))]
    every = [*large_too, *(row["relname"] for row in await connection.fetch(OF_FARMS, schemas, []))]
    quoted = {"large": f"array[{listed(every)}]", "schemas": f"array[{listed(schemas)}]"}
    await connection.execute(f"begin; set local search_path = {schemas[0]}, public")
    try:
        await connection.execute(FILL.format(**quoted) + counted)
        await connection.execute(MANY, every, schemas)
        await connection.execute(f"set local role {role}; set local app.user_id = '{user_id}'")
        await connection.execute("set local enable_seqscan = off; set local enable_hashjoin = off")
        await connection.execute("set local enable_mergejoin = off")
        return {statement: wrong for (statement, _), values in said.items()
                if (wrong := whole(await plan(connection, statement, values), set(large)))}  # fmt: skip
    finally:
        await connection.execute("rollback")


def listed(names: list[str]) -> str:
    """Names as SQL writes them."""
    return ", ".join(f"'{name}'" for name in names)


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
