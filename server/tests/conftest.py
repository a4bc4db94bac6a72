"""One real PostgreSQL with PostGIS for the whole run, migrated; one auth double; settings for each service."""

import asyncio
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from bellwether.catalogue import PYTHON_SERVICES
from bellwether.launch.composition import postgres
from bellwether.launch.entry.migrate import MigrateSettings, migrate_database
from bellwether.launch.install import find_postgres
from bellwether.launch.machine import account, keys
from bellwether.launch.machine.folders import Folders
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.platform.testing.auth_double import AuthDouble
from pydantic import SecretStr

PASSWORD = "of-a-test"


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
        process = subprocess.Popen(
            cluster.start_command(), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_ready(cluster, process)
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/bellwether", keys.password(folders, "postgres"))
        finally:
            process.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            process.wait(20)


def wait_until_ready(cluster: postgres.Cluster, process: "subprocess.Popen[bytes]") -> None:
    """Until it takes connections."""
    deadline = time.monotonic() + 30
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
async def full_buckets(postgres_server: Server) -> None:
    """Every user may do all that is costly (`costly` of the routes) as often as at first."""
    connection = await asyncpg.connect(postgres_server.dsn)
    await connection.execute("; ".join(f"delete from {service}.rate_bucket" for service in PYTHON_SERVICES))
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


@pytest.fixture
def service_environment(settings_of: Callable[[str], ServiceSettings], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment in which each service's own `create(platform)` finds the test database."""
    for name in PYTHON_SERVICES:
        settings = settings_of(name)
        monkeypatch.setenv(f"{name.upper()}_DATABASE_URL", settings.database_url)
        monkeypatch.setenv(f"{name.upper()}_DATABASE_PASSWORD", PASSWORD)
        monkeypatch.setenv(f"{name.upper()}_REQUESTS_PER_SECOND", "10000")
        monkeypatch.setenv(f"{name.upper()}_REQUEST_BURST", "10000")
