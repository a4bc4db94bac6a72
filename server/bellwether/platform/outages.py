"""Telling an outage, which passes, from an error, which does not; and waiting outages out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import asyncpg
import httpx
import structlog
from nats import errors as nats_errors
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_delay, wait_exponential

from bellwether.platform.problems import Busy

T = TypeVar("T")
log = structlog.get_logger()
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 1.0
#: longer than any store is waited for at the start of a loop
GOOD_AFTER_S = 5.0

#: everything by which a store or a service that is away, starting, stopping, full or at its limit makes itself known
OUTAGES = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    # what the driver says when a connection ends in the middle of an answer
    asyncpg.exceptions.InternalClientError,
    asyncpg.DiskFullError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    nats_errors.ConnectionClosedError,
    nats_errors.NoServersError,
    nats_errors.OutboundBufferLimitError,
    # another service
    httpx.TransportError,
    Busy,
)
#: what has no class of its own: a new connection writes a file of PostgreSQL's own, which a full disk refuses
UNWRITTEN = "could not write"
OUTAGE_TEXTS = ("connection is closed", "connection was closed", "another operation is in progress")


def is_full(error: BaseException) -> bool:
    """Whether the disk of the database took no more."""
    return any(isinstance(cause, asyncpg.DiskFullError) for cause in causes(error))


def is_outage(error: BaseException) -> bool:
    """Whether the database or the broker was away, so that the same work may succeed later."""
    return any(
        isinstance(cause, OUTAGES)
        or (isinstance(cause, asyncpg.InternalServerError) and UNWRITTEN in str(cause))
        or (isinstance(cause, asyncpg.exceptions.InterfaceError) and any(text in str(cause) for text in OUTAGE_TEXTS))
        for cause in causes(error)
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what stands behind it; SQLAlchemy keeps the driver's own as `orig`."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = getattr(error, "orig", None) or error.__cause__


class Outage:
    """Tells once that something is away, and once that it is there again, however often it is tried meanwhile."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._since: float | None = None

    def seen(self, error: BaseException | None, **more: object) -> None:
        """A try has failed."""
        if self._since is None:
            self._since = time.monotonic()
            log.warning("outage", what=self.what, error=repr(error), **more)

    def tried(self, state: RetryCallState) -> None:
        """The same, in tenacity's words."""
        self.seen(state.outcome.exception() if state.outcome else None)

    def over(self) -> None:
        """A try has succeeded."""
        if self._since is not None:
            log.info("outage_over", what=self.what, seconds=round(time.monotonic() - self._since, 1))
            self._since = None


async def patiently(make: Callable[[], Awaitable[T]], *, for_s: float = float("inf"), what: str = "") -> T:
    """`await make()`, again after each outage, for at most `for_s` seconds."""

    outage = Outage(what)

    # tenacity awaits what an `async def` gives, and a lambda is none
    async def attempt() -> T:
        made = await make()
        outage.over()
        return made

    retrying = AsyncRetrying(
        retry=retry_if_exception(lambda error: isinstance(error, Exception) and is_outage(error)),
        wait=wait_exponential(multiplier=FIRST_WAIT_S, max=LONGEST_WAIT_S),
        stop=stop_after_delay(for_s),
        before_sleep=outage.tried,
        reraise=True,
    )
    return await retrying(attempt)


async def for_ever(name: str, make: Callable[[], Awaitable[None]], *, on_end: float = FIRST_WAIT_S) -> None:
    """Run `make()` again whenever it ends or breaks: a loop of the worker never takes the process with it."""
    wait, outage, loop = on_end, Outage(name), asyncio.get_running_loop()
    while True:
        began = time.monotonic()
        good = loop.call_later(GOOD_AFTER_S, outage.over)
        try:
            await make()
        except Exception as error:
            if is_outage(error) or isinstance(error, (OSError, TimeoutError, nats_errors.Error)):
                outage.seen(error)
            else:
                log.error("loop_broke", what=name, exc_info=error)
        finally:
            good.cancel()
        wait = on_end if time.monotonic() - began > LONGEST_WAIT_S else min(2 * wait, LONGEST_WAIT_S)
        await asyncio.sleep(wait)
