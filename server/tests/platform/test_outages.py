"""What is tried again after an error, and what is not."""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest
from bellwether.platform import outages
from bellwether.platform.context import Context
from bellwether.platform.database import transactions
from bellwether.platform.jobs.dbos_runner import once_per_outage
from bellwether.platform.outages import for_ever, is_full, is_outage, patiently
from bellwether.platform.problems import Busy
from bellwether.platform.settings import ServiceSettings
from bellwether.platform.telemetry import Forgiving
from bellwether.platform.worker.worker import until_done
from pydantic import SecretStr
from structlog.testing import capture_logs


def failing(*errors: Exception) -> Callable[[], Awaitable[int]]:
    """Raises each error once, then answers how often it was asked."""
    left, asked = list(errors), []

    async def make() -> int:
        asked.append(1)
        if left:
            raise left.pop(0)
        return len(asked)

    # as most callers write it
    return lambda: make()


async def test_an_outage_is_waited_out() -> None:
    assert await patiently(failing(ConnectionError("away"), ConnectionError("still"))) == 3


async def test_an_error_is_no_outage() -> None:
    make = failing(ConnectionError("away"), ValueError("wrong"))
    with pytest.raises(ValueError, match="wrong"):
        await patiently(make)
    assert await make() == 3, "it was asked twice"


async def test_patience_ends_with_the_outage_itself() -> None:
    with pytest.raises(ConnectionError, match="away"):
        await patiently(failing(ConnectionError("away")), for_s=0)


async def test_an_outage_is_told_once_and_its_end_too() -> None:
    with capture_logs() as told:
        assert await patiently(failing(*[ConnectionError(str(n)) for n in range(4)]), what="the store") == 5
    assert [(line["event"], line["what"]) for line in told] == [("outage", "the store"), ("outage_over", "the store")]


async def test_a_loop_tells_of_each_outage_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outages, "LONGEST_WAIT_S", 0.01)
    monkeypatch.setattr(outages, "GOOD_AFTER_S", 0.1)
    lives = [ConnectionError("away"), ConnectionError("still"), 0.3, ConnectionError("again"), TimeoutError(), 0.3, ""]
    ended = asyncio.Event()

    async def live() -> None:
        now = lives.pop(0)
        if not lives:
            ended.set()
        if isinstance(now, Exception):
            raise now
        await asyncio.sleep(float(now or 60))
        raise ConnectionError("gone")

    with capture_logs() as told:
        loop = asyncio.create_task(for_ever("relay", live, on_end=0))
        await asyncio.wait_for(ended.wait(), 10)
        loop.cancel()
    assert [line["event"] for line in told] == ["outage", "outage_over"] * 2 + ["outage"]


def test_what_the_job_library_says_at_each_try_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("bellwether.platform.jobs.dbos_runner.time.monotonic", lambda: now[0])
    is_news = once_per_outage()
    texts = (
        "Exception polling schedules: Traceback (most recent call last):\n  File x\nOperationalError: away",
        "Lost: a",
    )
    kept = []
    for second in (0, 1, 30, 80, 200):
        now[0] = float(second)
        for text in texts:
            record = logging.LogRecord("dbos", logging.WARNING, "x", 1, text, None, None)
            if is_news(record):
                kept.append((second, record.getMessage()))
    told = ["Exception polling schedules: OperationalError: away", "Lost: a"]
    assert kept == [(second, text) for second in (0, 200) for text in told]


async def test_a_worker_that_starts_waits_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bellwether.platform.worker.worker.RETRY_S", 0.01)
    assert await until_done("slot", failing(ValueError("no database yet"), RuntimeError("all taken"))) == 3


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.DiskFullError("could not extend file: No space left on device"),
        asyncpg.InternalServerError("could not write init file"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.InterfaceError("connection is closed"),
        ConnectionResetError(104, "Connection reset by peer"),
        BrokenPipeError(32, "Broken pipe"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_way_in_which_a_store_is_away_is_an_outage(error: Exception) -> None:
    wrapped = RuntimeError("what a library says")
    wrapped.__cause__ = error
    assert is_outage(error)
    assert is_outage(wrapped)
    assert is_full(wrapped) == isinstance(error, asyncpg.DiskFullError)


async def test_a_server_that_takes_no_connection_in_time_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "CONNECT_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        settings = ServiceSettings(name="farm", database_url=address, database_password=SecretStr("none"))
        database = transactions.Database(settings)
        for opened in (database.transaction, database.reading):
            with pytest.raises(Busy) as told:
                async with opened(Context()):
                    pass
            assert is_outage(told.value)
        await database.close()


def test_a_fault_of_postgresql_itself_is_no_outage() -> None:
    assert not is_outage(asyncpg.InternalServerError("unrecognized node type: 42"))


@pytest.mark.parametrize(
    "error", [asyncpg.UniqueViolationError("twice"), asyncpg.InterfaceError("wrong number of arguments"), KeyError("x")]
)
def test_what_would_fail_again_is_no_outage(error: Exception) -> None:
    assert not is_outage(error)


def test_a_log_on_a_full_disk_ends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115 - closing it would fail too
    stream = Forgiving(full)
    assert stream.write("a line\n") == 7
    stream.flush()
    Forgiving(sys.stdout).write("another\n")
    assert capsys.readouterr().out == "another\n"
    os.close(full.fileno())
