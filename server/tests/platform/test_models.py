"""The tables that the code believes in are those that the migrations made: names, types, nullability."""

from importlib import import_module
from pathlib import Path

import bellwether
import pytest
from sqlalchemy import Connection, MetaData, Table, inspect
from sqlalchemy.ext.asyncio import create_async_engine

ROOT = Path(bellwether.__path__[0])
MODULES = [".".join(path.relative_to(ROOT.parent).with_suffix("").parts) for path in sorted(ROOT.glob("*/*/models.py"))]


def tables(module: str) -> list[Table]:
    """The tables that a module declares."""
    return [value for value in vars(import_module(module)).values() if isinstance(value, Table)]


def differences(connection: Connection, table: Table) -> list[str]:
    """What the table has otherwise than the database."""
    dialect = connection.dialect
    stored = {column["name"]: column for column in inspect(connection).get_columns(table.name, schema=table.schema)}
    found = []
    for column in table.columns:
        there = stored.get(column.name)
        if there is None:
            found.append(f"{table}.{column.name} is not in the database")
        elif (ours := column.type.compile(dialect)) != (theirs := there["type"].compile(dialect)):
            found.append(f"{table}.{column.name} is {theirs} in the database, not {ours}")
        elif not column.nullable and there["nullable"] and not table.name.startswith("published_"):
            # PostgreSQL calls every column of a view nullable
            found.append(f"{table}.{column.name} may be null in the database")
    return found


@pytest.mark.parametrize("module", MODULES)
async def test_models_are_what_the_migrations_made(module: str, postgres_server) -> None:
    engine = create_async_engine(postgres_server.dsn.replace("postgresql://", "postgresql+asyncpg://"))
    try:
        async with engine.connect() as connection:
            for table in tables(module):
                assert isinstance(table.metadata, MetaData)
                assert await connection.run_sync(differences, table) == []
    finally:
        await engine.dispose()


def test_some_modules_declare_tables() -> None:
    """Where a repository writes its SQL as text, the rows alone stand in models.py."""
    assert [module for module in MODULES if tables(module)]
