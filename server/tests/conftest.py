"""One real PostgreSQL with PostGIS for the whole run, migrated; one auth double; settings for each service."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from apps import Apps
from bellwether.catalogue import PYTHON_SERVICES
from bellwether.launch.composition import postgres
from bellwether.launch.entry.migrate import MigrateSettings, migrate_database
from bellwether.launch.install import find_postgres
from bellwether.launch.machine import account, keys
from bellwether.launch.machine.folders import Folders
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.platform.testing.auth_double import AuthDouble
from fastapi import FastAPI
from patience import PATIENCE_S
from pydantic import SecretStr

PASSWORD = "of-a-test"
# to draw the values of every frame of one exception takes ten seconds
structlog.configure(
    [
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def free_port() -> int:
    """A free port of the test range, well below the ports of outgoing connections."""
    for port in range(22_000 + os.getpid() % 1000, 24_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port between 22000 and 24000")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL that this run started, or was pointed to by TEST_DATABASE_URL."""

    url: str
    password: str

    @property
    def dsn(self) -> str:
        """With the password, for asyncpg."""
        return self.url.replace("://postgres@", f"://postgres:{self.password}@")


@pytest.fixture(scope="session")
def empty_postgres() -> Iterator[Server]:
    """A fresh cluster with nothing in it but the empty database `bellwether`."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield Server(given, os.environ.get("TEST_DATABASE_PASSWORD", ""))
        return
    with tempfile.TemporaryDirectory(prefix="bw-test-", dir="/tmp", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o711)
        folders = Folders.of(Path(place) / "data")
        folders.make()
        user = account.for_postgres()
        cluster = postgres.prepare(folders, find_postgres.find(user, lambda *_: None), user)
        port = free_port()
        postgres.configure(cluster, folders, port)
        # it outlives no machine, only its own processes
        command = (*cluster.start_command(), "-c", "fsync=off", "-c", "full_page_writes=off")
        process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(cluster, process)
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/bellwether", keys.password(folders, "postgres"))
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            process.wait(PATIENCE_S)


def wait_until_ready(cluster: postgres.Cluster, process: "subprocess.Popen[bytes]") -> None:
    """Until it takes connections."""
    deadline = time.monotonic() + PATIENCE_S
    while postgres.is_ready(cluster, process.pid) is not None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PostgreSQL did not start")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def postgres_server(empty_postgres: Server) -> Server:
    """Roles, schemas, tables and the job database are there."""
    settings = MigrateSettings(database_url=empty_postgres.url, database_password=SecretStr(empty_postgres.password))
    asyncio.run(migrate_database(settings, dict.fromkeys(PYTHON_SERVICES, PASSWORD), PASSWORD))
    return empty_postgres


@pytest.fixture(autouse=True)
def each_test_stands_alone(request: pytest.FixtureRequest) -> None:
    """What earlier tests of a user of the module used up is no matter of this one."""
    if "postgres_server" in request.fixturenames:
        request.getfixturevalue("full_buckets")


@pytest.fixture
async def full_buckets(superuser: asyncpg.Connection) -> None:
    """Every user may do all that is costly (`costly` of the routes) as often as at first."""
    await superuser.execute("; ".join(f"delete from {service}.rate_bucket" for service in PYTHON_SERVICES))


@pytest.fixture(scope="session")
async def superuser(postgres_server: Server) -> AsyncIterator[asyncpg.Connection]:
    """Whom row-level security does not bind."""
    connection = await asyncpg.connect(postgres_server.dsn)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def auth() -> Iterator[AuthDouble]:
    """The auth service's double."""
    double = AuthDouble()
    yield double
    double.stop()


@pytest.fixture(scope="session")
def platform(auth: AuthDouble, tmp_path_factory: pytest.TempPathFactory) -> PlatformSettings:
    """Settings that all services share."""
    folder = tmp_path_factory.mktemp("data")
    secret, metrics = folder / "service", folder / "metrics"
    secret.write_text(auth.secret)
    metrics.write_text("of-the-metrics")
    return PlatformSettings(data_dir=folder, auth_url=auth.url, service_secret_file=secret, metrics_secret_file=metrics)


@pytest.fixture(scope="session")
def scraping(platform: PlatformSettings) -> dict[str, str]:
    """The headers of whoever may read metrics."""
    assert platform.metrics_secret_file
    return {"Authorization": f"Bearer {platform.metrics_secret_file.read_text()}"}


@pytest.fixture(scope="session")
def settings_of(postgres_server: Server) -> Callable[[str], ServiceSettings]:
    """`settings_of("farm")`: the settings of a service on the test database, as its own role."""

    def make(name: str) -> ServiceSettings:
        url = postgres_server.url.replace("://postgres@", f"://{name}_app@")
        return ServiceSettings(
            name=name,
            database_url=url,
            database_password=SecretStr(PASSWORD),
            requests_per_second=10_000,
            request_burst=10_000,
        )

    return make


@pytest.fixture(scope="session")
def new_app(settings_of: Callable[[str], ServiceSettings], platform: PlatformSettings) -> Apps:
    """`new_app("farm")`: a service on the test database; what else is named are settings of the platform."""

    def make(name: str, **changes: Any) -> FastAPI:
        with pytest.MonkeyPatch.context() as environment:
            for each in PYTHON_SERVICES:
                environment.setenv(f"{each.upper()}_DATABASE_URL", settings_of(each).database_url)
                environment.setenv(f"{each.upper()}_DATABASE_PASSWORD", PASSWORD)
                environment.setenv(f"{each.upper()}_REQUESTS_PER_SECOND", "10000")
                environment.setenv(f"{each.upper()}_REQUEST_BURST", "10000")
            made: FastAPI = import_module(f"bellwether.{name}.app").create(platform.model_copy(update=changes))
            return made

    return make


@pytest.fixture(scope="session")
async def apps(new_app: Apps) -> AsyncIterator[Apps]:
    """`apps("farm")`: the same for all tests, for to make one takes a second."""
    async with AsyncExitStack() as stack:

        @cache
        def make(name: str, **changes: Any) -> FastAPI:
            app = new_app(name, **changes)
            if name in PYTHON_SERVICES:
                stack.push_async_callback(app.state.database.close)
            return app

        yield make
