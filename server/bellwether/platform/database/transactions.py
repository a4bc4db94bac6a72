"""PostgreSQL: the only place that opens a transaction, sets who acts, and commits.

Ordinary use-cases take a `Session` (SQLAlchemy Core on asyncpg); hot reads take a bare asyncpg connection from the
read pool, which a replica serves when one is configured.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bellwether.platform.context import Context
from bellwether.platform.problems import Busy
from bellwether.platform.settings import ServiceSettings

Session = AsyncConnection
"""One transaction of one request. Services may execute; they never commit."""

SET_CONTEXT = text(
    "select set_config('app.user_id', :user, true), set_config('app.farm_ids', :farms, true), "
    "set_config('app.request_id', :request, true)"
)
UNSAFE_IN_LITERAL = re.compile(r"[^A-Za-z0-9_.:-]")


def url_of(database_url: str, password: str, driver: str = "postgresql+asyncpg") -> URL:
    """The address with the driver and the password, which is never part of the setting itself."""
    return make_url(database_url).set(drivername=driver, password=password)


class Database:
    """Both pools of one service."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        password = settings.database_password.get_secret_value()
        self.engine: AsyncEngine = create_async_engine(
            url_of(settings.database_url, password),
            pool_size=settings.pool_size,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=True,
            # a failed statement is logged without what people wrote into it
            hide_parameters=True,
            connect_args={"server_settings": {"application_name": settings.name}, "timeout": 5},
        )
        read_url = url_of(settings.replica_url or settings.database_url, password, "postgresql")
        self._read_dsn = read_url.render_as_string(hide_password=False)
        self._reads: asyncpg.Pool | None = None

    async def close(self) -> None:
        """Give every connection back to the server."""
        if self._reads is not None:
            await self._reads.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[Session]:
        """One transaction in the name of `context`: committed at the end, rolled back on any error."""
        try:
            connection = await self.engine.connect()
        except PoolTimeoutError as error:
            raise Busy from error
        try:
            async with connection.begin():
                await connection.execute(SET_CONTEXT, context_values(context))
                yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def reading(self, context: Context) -> AsyncIterator[asyncpg.Connection]:
        """A read-only transaction on the read pool; begin and context are one round trip."""
        pool = await self._read_pool()
        try:
            connection = await pool.acquire(timeout=5)
        except TimeoutError as error:
            raise Busy from error
        try:
            await connection.execute("begin read only; " + context_sql(context))
            try:
                yield connection
            finally:
                await connection.execute("commit")
        finally:
            await pool.release(connection)

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
        reads = 0 if self._reads is None else self._reads.get_size() - self._reads.get_idle_size()
        return int(self.engine.pool.checkedout()) + reads  # type: ignore[attr-defined]

    async def _read_pool(self) -> asyncpg.Pool:
        if self._reads is None:
            self._reads = asyncpg.create_pool(
                self._read_dsn,
                min_size=1,
                max_size=self.settings.pool_size,
                server_settings={"application_name": f"{self.settings.name}-read"},
                reset=no_reset,
            )
        await self._reads
        return self._reads


async def no_reset(_connection: Any) -> None:
    """The context lives in the transaction, so a returned connection carries nothing over."""


async def driver(session: Session) -> asyncpg.Connection:
    """The asyncpg connection under a session, for COPY and other work in the same transaction."""
    raw = await session.get_raw_connection()
    return cast(asyncpg.Connection, raw.driver_connection)


def context_values(context: Context) -> dict[str, str]:
    """The three settings that row-level security, audit and logs read."""
    return {
        "user": str(context.user_id or ""),
        "farms": ",".join(map(str, context.farm_ids)),
        "request": context.request_id,
    }


def context_sql(context: Context) -> str:
    """The same as one statement; ids are UUIDs and the request id is stripped to harmless characters."""
    request = UNSAFE_IN_LITERAL.sub("", context.request_id)[:64]
    user, farms = context.user_id or "", ",".join(map(str, context.farm_ids))
    return (
        f"select set_config('app.user_id', '{user}', true), set_config('app.farm_ids', '{farms}', true), "
        f"set_config('app.request_id', '{request}', true)"
    )
