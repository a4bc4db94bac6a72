"""Migrations on the real database."""

import asyncio
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from bellwether.launch.entry.migrate import all_migrations
from bellwether.platform.database.belonging import ForeignDatabase, claim
from bellwether.platform.database.migrate import Migration, MigrationChanged, SchemaIsNewer, apply, migrations_of


async def test_a_second_run_changes_nothing(postgres_server) -> None:
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        assert await apply(connection, all_migrations()) == 0
    finally:
        await connection.close()


async def test_two_runs_at_once_do_not_collide(postgres_server) -> None:
    async def once() -> int:
        connection = await asyncpg.connect(postgres_server.dsn)
        try:
            return await apply(connection, all_migrations())
        finally:
            await connection.close()

    assert await asyncio.gather(once(), once()) == [0, 0]


async def test_an_edited_file_is_refused(postgres_server) -> None:
    first = all_migrations()[0]
    edited = Migration(first.service, first.number, first.name, first.sql + "-- edited")
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        with pytest.raises(MigrationChanged, match="edited after it had been applied"):
            await apply(connection, [edited, *all_migrations()[1:]])
    finally:
        await connection.close()


async def test_a_failing_file_leaves_nothing(postgres_server) -> None:
    bad = Migration("research", 9000, "half", "create table research.half (id int); select no_such_thing()")
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        with pytest.raises(asyncpg.UndefinedFunctionError):
            await apply(connection, [*all_migrations(), bad])
        assert await connection.fetchval("select to_regclass('research.half')") is None
        assert await connection.fetchval("select count(*) from schema_migration where number = 9000") == 0
    finally:
        await connection.close()


async def test_an_older_program_refuses_a_newer_schema(postgres_server) -> None:
    """Field case: an older program starts on a newer schema without a word."""
    older = all_migrations()[:-1]
    newest = all_migrations()[-1]
    connection = await asyncpg.connect(postgres_server.dsn)
    before = await connection.fetch("select * from schema_migration order by service, number")
    try:
        with pytest.raises(SchemaIsNewer, match=f"does not know {newest.service}/{newest.number:04d}_{newest.name}: "):
            await apply(connection, [*older, Migration(newest.service, 9001, "mine", "create table farm.mine (a int)")])
        assert await connection.fetch("select * from schema_migration order by service, number") == before
    finally:
        await connection.close()


async def test_a_database_of_another_platform_is_refused(postgres_server) -> None:
    own, other = str(uuid4()), str(uuid4())
    connection = await asyncpg.connect(postgres_server.dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await claim(connection, "")
        assert await connection.fetchval("select to_regclass('public.platform')") is None
        await claim(connection, own)
        await claim(connection, own)
        with pytest.raises(ForeignDatabase, match=f"belongs to the platform {own}, the keys here to {other}"):
            await claim(connection, other)
        assert str(await connection.fetchval("select id from public.platform")) == own
    finally:
        await transaction.rollback()
        await connection.close()


def test_two_files_with_one_number_are_refused(tmp_path: Path) -> None:
    (tmp_path / "0010_again.sql").write_text("select 1")
    with pytest.raises(ValueError, match="same number"):
        migrations_of("farm", tmp_path)


async def test_application_roles_own_nothing_and_create_nothing(postgres_server) -> None:
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        owned = await connection.fetch(
            "select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname like '%\\_app'"
        )
        powers = await connection.fetch(
            "select rolname from pg_roles where rolname like '%\\_app' "
            "and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"
        )
        creators = await connection.fetch(
            "select r.rolname, n.nspname from pg_roles r, pg_namespace n where r.rolname like '%\\_app' "
            "and n.nspname in ('farm', 'genetics', 'research', 'processing', 'public') "
            "and has_schema_privilege(r.rolname, n.nspname, 'create')"
        )
        assert (owned, powers, creators) == ([], [], [])
    finally:
        await connection.close()
