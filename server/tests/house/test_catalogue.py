"""The catalogue of the database, walked: no table with a farm without its policies, no right that is not listed."""

from collections import defaultdict
from pathlib import Path

import asyncpg
import pytest
from bellwether.catalogue import PYTHON_SERVICES

GRANTS = Path(__file__).with_name("grants.txt")
TABLES = """
select n.nspname || '.' || k.relname as name, relrowsecurity and relforcerowsecurity as is_secured,
  exists (select from pg_attribute a where a.attrelid = k.oid and attname = 'farm_id' and not attisdropped) as of_a_farm
from pg_class k join pg_namespace n on n.oid = k.relnamespace
where nspname = any($1) and relkind in ('r', 'p') and not relispartition order by 1
"""
POLICIES = """
select n.nspname || '.' || k.relname as name, polname, polcmd::text as command, polpermissive as permits,
  pg_get_expr(polqual, polrelid) || '' as reads, pg_get_expr(polwithcheck, polrelid) as writes
from pg_policy p join pg_class k on k.oid = p.polrelid join pg_namespace n on n.oid = k.relnamespace
where nspname = any($1)
"""
RIGHTS = """
select grantee || ' ' || table_schema || '.' || table_name as place, lower(privilege_type) as allowed
from information_schema.role_table_grants where grantee like '%\\_app'
union all
select grantee || ' ' || table_schema || '.' || table_name, lower(privilege_type) || ' (' || column_name || ')'
from information_schema.role_column_grants c where grantee like '%\\_app' and not exists (
  select from information_schema.role_table_grants t where t.grantee = c.grantee and t.table_schema = c.table_schema
  and t.table_name = c.table_name and t.privilege_type = c.privilege_type)
union all
select r.rolname || ' ' || n.nspname || '.' || p.proname || '()', 'execute'
from pg_proc p join pg_namespace n on n.oid = p.pronamespace, pg_roles r
where nspname in ('farm', 'genetics', 'research', 'processing') and r.rolname like '%\\_app' and prosecdef
  and has_function_privilege(r.oid, p.oid, 'execute')
"""
#: tables of a farm whose writers are chosen by rules of their own, each with a test of them
OWN_RULES = {
    "membership": "owners alone change it",
    "invitation": "owners alone",
    "organisation_farm": "who owns both brings it in, who owns either takes it out",
    "consent": "owners alone",
    "own_trait": "owners define it, members read it",
    "recorder": "owners alone; whom it is about sees the own row",
    "export": "whoever may read the farm may have a file written of it",
    "export_part": "with its export",
    "genotype_export": "whoever may read the farm may have its genotypes written",
    "genotype_export_part": "with its export",
    "device": "each member has their own, a viewer too; who left the farm still sees theirs",
    "calendar_feed": "each member has their own, a viewer too; an owner ends any",
    "job": "whoever asked, and the worker",
    "outbox": "written with the change itself, read by the relay",
}
WRITES = {"insert": "a", "update": "w", "delete": "d"}


@pytest.fixture
async def connection(postgres_server):
    found = await asyncpg.connect(postgres_server.dsn)
    yield found
    await found.close()


async def rights(connection: asyncpg.Connection) -> dict[str, list[str]]:
    """What each application role may do, by role and place."""
    found = defaultdict(list)
    for row in await connection.fetch(RIGHTS):
        found[row["place"]].append(row["allowed"])
    return {place: sorted(set(allowed)) for place, allowed in sorted(found.items())}


async def test_every_table_of_a_farm_is_held_to_its_members_and_writers(connection) -> None:
    tables = await connection.fetch(TABLES, list(PYTHON_SERVICES))
    assert len(tables) > 30
    policies = defaultdict(list)
    for row in await connection.fetch(POLICIES, list(PYTHON_SERVICES)):
        policies[row["name"]].append(row)
    granted = await rights(connection)
    for table in tables:
        if not table["of_a_farm"]:
            continue
        name, own = table["name"], policies[table["name"]]
        assert table["is_secured"], f"{name} has a farm and no row-level security"
        said = "".join(f"{p['reads']}{p['writes']}" for p in own if p["permits"])
        assert "my_farms()" in said or "my_owned_farms()" in said, f"{name}: not held to members"
        if name.partition(".")[2] in OWN_RULES:
            continue
        allowed = granted[f"{name.partition('.')[0]}_app {name}"]
        for right in {each.partition(" ")[0] for each in allowed} & set(WRITES):
            narrowed = [p for p in own if not p["permits"] and p["command"] == WRITES[right]]
            texts = "".join(f"{p['reads']}{p['writes']}" for p in narrowed)
            assert "my_writable_farms()" in texts, f"{name}: a viewer may {right}"


async def test_no_service_keeps_others_waiting_for_ever(connection) -> None:
    rows = await connection.fetch(
        "select rolname, rolconfig from pg_roles where rolname = any($1)", [f"{name}_app" for name in PYTHON_SERVICES]
    )
    assert len(rows) == len(PYTHON_SERVICES)
    for row in rows:
        settings = dict(line.split("=", 1) for line in row["rolconfig"])
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            assert settings[name] not in ("", "0"), f"{row['rolname']}: {name}"


async def test_rights_are_those_that_are_listed(connection) -> None:
    """`grants.txt` is the list; a new right is a line there, which somebody reads."""
    found = [f"{place}: {', '.join(allowed)}" for place, allowed in (await rights(connection)).items()]
    assert found == GRANTS.read_text().splitlines()
