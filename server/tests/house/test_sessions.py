"""Every GET reads: its transaction may be a replica's, and PostgreSQL refuses a write in it."""

import re
from collections.abc import AsyncIterator, Callable
from inspect import isasyncgenfunction, iscoroutinefunction
from types import FunctionType
from typing import Any

import asyncpg
import pytest
from apps import Apps
from bellwether.catalogue import EDGE, PYTHON_SERVICES
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, driver
from bellwether.platform.http.dependencies import reading, reading_unnamed, readings, writing
from bellwether.platform.ids import new_id
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from .walked import asked_by, routes

#: answered from the code alone
WITHOUT_ROWS = re.compile(r"/brapi/v2/commoncropnames|/api/v1/genetics/ready-made-models")
INSERT = "insert into rate_bucket values ('written while reading', 0, now())"


def is_coroutine(call: object) -> bool:
    """Whether FastAPI awaits it; a permission is an object that is called."""
    called = call if isinstance(call, FunctionType) else type(call).__call__
    return iscoroutinefunction(called) or isasyncgenfunction(called)


@pytest.mark.parametrize("service", PYTHON_SERVICES)
def test_every_get_reads_and_everything_else_says_what_it_does(service: str, apps: Apps) -> None:
    found = routes(apps(service))
    assert len(found) >= 4
    for route in found:
        asked = set(asked_by(route.dependant))
        reads, writes = bool(asked & {reading, reading_unnamed, readings}), writing in asked
        is_question = route.methods == {"GET"} or route.path.endswith("/query")
        needs_rows = WITHOUT_ROWS.fullmatch(route.path) is None
        assert (reads, writes) == (is_question and needs_rows, not is_question), f"{route.methods} {route.path}"
        in_threads = [call for call in asked if not is_coroutine(call)]
        assert not in_threads, f"{route.methods} {route.path}: a thread for each of {in_threads}"


def test_the_edge_holds_no_session(apps: Apps) -> None:
    found = routes(apps(EDGE.name))
    assert found
    for route in found:
        assert not {reading, readings, writing} & set(asked_by(route.dependant)), route.path


@pytest.fixture
async def database(settings_of: Callable[[str], Any]) -> AsyncIterator[Database]:
    """Where the research service keeps its rows."""
    found = Database(settings_of("research"))
    yield found
    await found.close()


async def test_a_write_while_reading_is_refused(database: Database) -> None:
    context = Context(user_id=new_id(), request_id="reads")
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with database.reading(context) as session:
            await session.execute(text(INSERT))
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with database.reading(context) as session:
            await driver(session).execute(INSERT)


async def test_a_reader_acts_in_the_name_of_its_context_alone(database: Database) -> None:
    """A connection that was given back carries neither transaction nor user over to the next reader."""
    who = text("select current_setting('app.user_id'), pg_backend_pid()")
    seen = []
    for user in (new_id(), new_id()):
        async with database.reading(Context(user_id=user, request_id="reads")) as session:
            name, pid = (await session.execute(who)).one()
            assert name == str(user)
            seen.append(pid)
    assert seen[0] == seen[1]
    assert database.pool_in_use() == 0


async def test_a_closed_connection_is_replaced(database: Database) -> None:
    context = Context(user_id=new_id(), request_id="reads")
    async with database.reading(context) as session:
        connection = driver(session)
        first = await connection.fetchval("select pg_backend_pid()")
    connection.terminate()
    async with database.reading(context) as session:
        assert await driver(session).fetchval("select pg_backend_pid()") != first
