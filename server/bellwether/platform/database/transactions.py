"""PostgreSQL: the only place that opens a transaction, sets who acts, and commits.

A `Session` is SQLAlchemy Core on asyncpg. Those that only read come from a pool of their own, which a replica serves
when one is configured; a hot read asks for the `driver` under its session.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast
from uuid import UUID

import asyncpg
from sqlalchemy import URL, AdaptedConnection, QueuePool, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bellwether.platform.context import Context
from bellwether.platform.problems import Busy
from bellwether.platform.settings import ServiceSettings

Session = AsyncConnection
"""One transaction of one request. Services may execute; they never commit."""

SET_CONTEXT = text(
    "select set_config('app.user_id', :user, true), set_config('app.farm_ids', :farms, true), "
    "set_config('app.token_farms', :named, true), set_config('app.request_id', :request, true)"
)
CONNECT_S = 5.0
NO_FARM = UUID(int=0)
UNSAFE_IN_LITERAL = re.compile(r"[^A-Za-z0-9_.:-]")


def url_of(database_url: str, password: str, driver: str = "postgresql+asyncpg") -> URL:
    """The address with the driver and the password, which is never part of the setting itself."""
    return make_url(database_url).set(drivername=driver, password=password)


class Database:
    """Both pools of one service."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.engine = engine_of(settings, settings.database_url, settings.name, pool_pre_ping=True)
        # `reading` begins and ends its transactions itself, so SQLAlchemy is to begin none
        self.read_engine = engine_of(
            settings,
            settings.replica_url or settings.database_url,
            f"{settings.name}-read",
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
        )
        event.listen(self.read_engine.sync_engine, "checkout", refuse_closed)

    async def close(self) -> None:
        """Give every connection back to the server."""
        await self.read_engine.dispose()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[Session]:
        """One transaction in the name of `context`: committed at the end, rolled back on any error."""
        async with connected(self.engine) as session, session.begin():
            await session.execute(SET_CONTEXT, context_values(context))
            yield session

    @asynccontextmanager
    async def reading(self, context: Context, *, is_steady: bool = False) -> AsyncIterator[Session]:
        """A read-only transaction in the name of `context`; begin and context are one round trip.

        `is_steady`: all of its statements see the database as it was at the first.
        """
        mode = "isolation level repeatable read read only" if is_steady else "read only"
        async with connected(self.read_engine) as session:
            connection = driver(session)
            try:
                await connection.execute(f"begin {mode}; " + context_sql(context))
                yield session
            finally:
                await end(session, connection)

    async def is_ready(self) -> bool:
        """Whether the database answers."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("select 1"))
        except Exception:
            return False
        return True

    def pool_in_use(self) -> int:
        """Connections handed out now, both pools together."""
        pools = (self.engine.pool, self.read_engine.pool)
        return sum(pool.checkedout() for pool in pools if isinstance(pool, QueuePool))


def engine_of(settings: ServiceSettings, address: str, application: str, **options: object) -> AsyncEngine:
    """A pool of connections to one address."""
    return create_async_engine(
        url_of(address, settings.database_password.get_secret_value()),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=5,
        # a failed statement is logged without what people wrote into it
        hide_parameters=True,
        connect_args={"server_settings": {"application_name": application}, "timeout": CONNECT_S},
        **options,
    )


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection of the pool.

    Raises:
        Busy: all are in use, or the server does not answer in time.
    """
    try:
        connection = await engine.connect()
    except (PoolTimeoutError, TimeoutError) as error:
        raise Busy from error
    try:
        yield connection
    finally:
        await connection.close()


async def end(session: Session, connection: asyncpg.Connection) -> None:
    """End a transaction that `reading` began; a connection on which this fails is not used again."""
    try:
        await connection.execute("rollback")
    except BaseException:
        await session.invalidate()
        raise


def refuse_closed(connection: object, _record: object, _proxy: object) -> None:
    """Let the pool replace a connection that the server has closed; unlike a ping this costs no round trip."""
    if cast(AdaptedConnection, connection).driver_connection.is_closed():
        raise DisconnectionError


async def act_for(session: Session, context: Context) -> None:
    """Go on in the name of another context until the end of the transaction: who asks has found out that it may be."""
    await session.execute(SET_CONTEXT, context_values(context))


def driver(session: Session) -> asyncpg.Connection:
    """The asyncpg connection under a session, for hot reads, COPY and other work in the same transaction."""
    connection = session.sync_connection
    assert connection is not None
    return cast(asyncpg.Connection, connection.connection.driver_connection)


def context_values(context: Context) -> dict[str, str]:
    """The settings that row-level security, audit and logs read."""
    return {
        "user": str(context.user_id or ""),
        "farms": listed(context.farm_ids),
        "named": named(context),
        "request": context.request_id,
    }


def context_sql(context: Context) -> str:
    """The same as one statement; ids are UUIDs and the request id is stripped to harmless characters."""
    request = UNSAFE_IN_LITERAL.sub("", context.request_id)[:64]
    user, farms = context.user_id or "", listed(context.farm_ids)
    return (
        f"select set_config('app.user_id', '{user}', true), set_config('app.farm_ids', '{farms}', true), "
        f"set_config('app.token_farms', '{named(context)}', true), set_config('app.request_id', '{request}', true)"
    )


def named(context: Context) -> str:
    """The farms that the token names; empty where it names none, and of no farm at all where it names an empty list."""
    return "" if context.token_farms is None else listed(context.token_farms or (NO_FARM,))


def listed(farms: tuple[UUID, ...]) -> str:
    """As the functions in the database read them."""
    return ",".join(map(str, farms))
