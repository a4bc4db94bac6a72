"""Roles, schemas, extensions and databases: what only an administrator of PostgreSQL may make. Idempotent."""

import asyncpg

from bellwether.catalogue import PYTHON_SERVICES

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm", "pgcrypto")
#: what a service may keep others waiting for: one that hangs gives back its locks and its connection
PATIENCE = {"statement_timeout": "5min", "lock_timeout": "1min", "idle_in_transaction_session_timeout": "2min"}
JOBS_DATABASE, JOBS_ROLE = "bellwether_jobs", "jobs_app"


async def ensure_role(connection: asyncpg.Connection, name: str, password: str | None) -> None:
    """A role that may log in when it has a password, and nothing else."""
    if not await connection.fetchval("select 1 from pg_roles where rolname = $1", name):
        await connection.execute(f"create role {name} nologin")
    if password is not None:
        literal = await connection.fetchval("select quote_literal($1::text)", password)
        await connection.execute(f"alter role {name} login password {literal}")


async def ensure_database(connection: asyncpg.Connection, name: str, owner: str) -> None:
    """A database of its own for `owner`."""
    if await connection.fetchval("select 1 from pg_database where datname = $1", name):
        return
    await connection.execute(f"grant {owner} to current_user")
    await connection.execute(f"create database {name} owner {owner}")
    await connection.execute(f"revoke connect on database {name} from public")


async def ensure_extensions(connection: asyncpg.Connection) -> None:
    """The extensions that the migrations use, in schema public."""
    for name in EXTENSIONS:
        await connection.execute(f"create extension if not exists {name} with schema public")


async def ensure_service(connection: asyncpg.Connection, service: str, password: str) -> None:
    """Owner, application role and schema of one service. The application role owns nothing."""
    owner, app = f"{service}_owner", f"{service}_app"
    await ensure_role(connection, owner, None)
    await ensure_role(connection, app, password)
    await connection.execute(f"grant {owner} to current_user")
    await connection.execute(f"create schema if not exists {service} authorization {owner}")
    await connection.execute(f"grant usage on schema {service} to {app}")
    await connection.execute(f"alter role {app} set search_path = {service}, public")
    await connection.execute(f"alter role {app} set timezone = 'UTC'")
    for name, value in PATIENCE.items():
        await connection.execute(f"alter role {app} set {name} = '{value}'")


async def ensure_services(connection: asyncpg.Connection, passwords: dict[str, str]) -> None:
    """All services; each may look at the schema farm, whose published views it reads."""
    await connection.execute("revoke create on schema public from public")
    for service in PYTHON_SERVICES:
        await ensure_service(connection, service, passwords[service])
    for service in PYTHON_SERVICES[1:]:
        await connection.execute(f"grant usage on schema farm to {service}_app, {service}_owner")
