"""A broker that a test may kill, a database with a table to count effects in, and a worker process to kill."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import nats
import psutil
import pytest
from bellwether.catalogue import PYTHON_SERVICES
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.streams import ensure_streams
from bellwether.platform.ids import new_id
from bellwether.platform.jobs import service as job_store
from bellwether.platform.jobs.schemas import Job
from bellwether.platform.settings import ServiceSettings
from patience import PATIENCE_S

BIN = Path(sys.executable).parent
HERE = Path(__file__).parent
sys.path.append(str(HERE))

EFFECTS = """
create schema if not exists flow;
create table if not exists flow.effect (n int, event_id uuid, key text, key_version bigint,
  at timestamptz default clock_timestamp(), id bigint generated always as identity);
create table if not exists flow.step (job_id uuid, name text, at timestamptz default clock_timestamp());
grant usage on schema flow to public;
grant select, insert, delete on all tables in schema flow to public;
"""


def port_between(start: int = 19_500, end: int = 19_900) -> int:
    """A free port of our range."""
    for port in range(start + os.getpid() % 200, end):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


@dataclass
class Broker:
    """A nats-server with a store on disk."""

    store: Path
    port: int = field(default_factory=port_between)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        conf = self.store / "nats.conf"
        jetstream = {"store_dir": str(self.store), "sync_interval": "always", "max_file_store": 8 << 30}
        conf.write_text(json.dumps({"host": "127.0.0.1", "port": self.port, "jetstream": jetstream}))
        self.process = subprocess.Popen([BIN / "nats-server", "-c", conf], stderr=subprocess.DEVNULL)
        until(lambda: can_connect(self.port))

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def can_connect(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def until(check: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait for a claim to become true."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    return lambda: port_between(19_600)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    found = Broker(tmp_path_factory.mktemp("nats"))
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="session")
async def admin(postgres_server) -> AsyncIterator[asyncpg.Pool]:
    """The superuser, to look and to break."""
    async with asyncpg.create_pool(postgres_server.dsn, min_size=1, max_size=3) as pool:
        await pool.execute(EFFECTS)
        yield pool


@pytest.fixture(scope="session")
async def client(broker: Broker) -> AsyncIterator[nats.NATS]:
    found = await nats.connect(broker.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    await ensure_streams(found.jetstream(timeout=10))
    yield found
    await found.close()


@pytest.fixture
def js(client: nats.NATS):
    return client.jetstream(timeout=10)


@pytest.fixture(scope="session")
def databases(settings_of, admin) -> dict[str, Database]:
    return {name: Database(settings_of(name)) for name in PYTHON_SERVICES}


@pytest.fixture(scope="session")
def jobs_url(postgres_server) -> str:
    url: str = postgres_server.url.replace("://postgres@", "://jobs_app:of-a-test@")
    return url.rsplit("/", 1)[0] + "/bellwether_jobs"


@dataclass
class Farm:
    """Somebody with a farm."""

    id: UUID
    user: Context


@pytest.fixture
async def farm(admin) -> Farm:
    return await new_farm(admin)


async def new_farm(admin: asyncpg.Pool) -> Farm:
    farm_id, user = new_id(), new_id()
    await admin.execute("insert into farm.farm (id, name, created_by) values ($1, 'Top End', $2)", farm_id, user)
    await admin.execute("insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'owner')", farm_id, user)
    return Farm(farm_id, Context(user_id=user, request_id="r-1"))


@dataclass
class WorkerProcess:
    """`worker_process.py` in a process of its own."""

    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=lambda: port_between(19_700))
    process: "subprocess.Popen[bytes] | None" = None
    ready_s: float = 0.0
    program: tuple[str, ...] = (str(HERE / "worker_process.py"),)

    def start(self, *, wait: bool = True) -> None:
        began = time.monotonic()
        command = [sys.executable, *self.program, "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        if wait:
            until(lambda: self.status("/readyz") == 200)
            self.ready_s = time.monotonic() - began

    def status(self, path: str) -> int:
        """What the health server answers; 0 when it does not."""
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=8) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    @property
    def slot(self) -> str:
        """What the log says."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if "worker_ready" in line]
        return str(lines[-1]["slot"])

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children()

    def kill(self, number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)


@pytest.fixture(scope="session")
def worker_environment(settings_of, jobs_url, broker, platform, free_port) -> dict[str, str]:
    found = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE), "BELLWETHER_NATS_URL": broker.url}
    for name in PYTHON_SERVICES:
        settings: ServiceSettings = settings_of(name)
        found[f"{name.upper()}_DATABASE_URL"] = settings.database_url
        found[f"{name.upper()}_DATABASE_PASSWORD"] = settings.database_password.get_secret_value()
    found["WORKER_JOBS_DATABASE_URL"] = jobs_url.replace(":of-a-test@", "@")
    found["WORKER_JOBS_DATABASE_PASSWORD"] = "of-a-test"
    found["WORKER_JOBS_AT_ONCE"] = "4"
    found["BELLWETHER_METRICS_SECRET_FILE"] = str(platform.metrics_secret_file)
    # the user services are not there, whoever else runs a platform on this machine
    away = f"http://127.0.0.1:{free_port()}"
    return found | {"BELLWETHER_AUTH_URL": away, "BELLWETHER_PROFILES_URL": away}


@pytest.fixture(scope="package")
def worker(worker_environment, admin, tmp_path_factory) -> Iterator[WorkerProcess]:
    """One for all tests here. It takes jobs of every service, so it ends with this folder: elsewhere nobody is to
    touch the jobs of a test."""
    found = WorkerProcess(worker_environment, tmp_path_factory.mktemp("worker") / "log")
    found.start()
    yield found
    if found.process is not None and found.process.poll() is None:
        found.kill()


@pytest.fixture(autouse=True)
def worker_runs_again(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that ended early, with the worker killed, fails alone."""
    yield
    if "worker" in request.fixturenames:
        found: WorkerProcess = request.getfixturevalue("worker")
        if found.process is None or found.process.poll() is not None:
            found.start()


@pytest.fixture
def worker_process(tmp_path) -> Iterator[Callable[..., WorkerProcess]]:
    """Workers in other environments."""
    with workers(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def module_worker(tmp_path_factory) -> Iterator[Callable[..., WorkerProcess]]:
    """The same, for one that several tests look at."""
    with workers(tmp_path_factory.mktemp("workers")) as start:
        yield start


@contextlib.contextmanager
def workers(folder: Path) -> Iterator[Callable[..., WorkerProcess]]:
    """Start workers; none is left at the end."""
    started: list[WorkerProcess] = []

    def start(environment: dict[str, str], *program: str, wait: bool = True) -> WorkerProcess:
        log = folder / f"log-{len(started)}"
        started.append(WorkerProcess(environment, log, program=program or WorkerProcess.program))
        started[-1].start(wait=wait)
        return started[-1]

    yield start
    for each in started:
        if each.process is not None and each.process.poll() is None:
            each.kill()


@dataclass
class Jobs:
    """Jobs of the service `research`, as one farmer sees them, in PostgreSQL or in memory."""

    store: Any
    transaction: Callable[[Context], Any]
    farm: Farm
    admin: asyncpg.Pool

    async def submit(self, kind: str, payload: dict[str, object], key: str | None = None) -> Job:
        user, name = self.farm.user, f"research.{kind}"
        async with self.transaction(user) as session:
            made = await self.store.submit(session, user, kind=name, payload=payload, farm_id=self.farm.id, key=key)
        return cast(Job, made)

    async def look(self, job_id: UUID) -> Job:
        async with self.transaction(self.farm.user) as session:
            return cast(Job, await self.store.find(session, "research", job_id))

    async def cancel(self, job_id: UUID) -> Job:
        async with self.transaction(self.farm.user) as session:
            return cast(Job, await self.store.cancel(session, self.farm.user, "research", job_id))

    async def retry(self, job_id: UUID) -> Job:
        async with self.transaction(self.farm.user) as session:
            return cast(Job, await self.store.retry(session, self.farm.user, "research", job_id))

    async def wait(self, job_id: UUID, check: Callable[[Job], bool] = lambda job: job.has_ended) -> Job:
        """The job as soon as the claim is true of it."""
        end = time.monotonic() + PATIENCE_S
        while True:
            job = await self.look(job_id)
            if check(job):
                return job
            assert time.monotonic() < end, job
            await asyncio.sleep(0.03)

    async def times(self, job_id: UUID) -> dict[str, int]:
        """How often each step's effect was seen."""
        rows = await self.admin.fetch("select name, count(*) n from flow.step where job_id = $1 group by 1", job_id)
        return {row["name"]: row["n"] for row in rows}


@pytest.fixture(scope="session")
def jobs_of(databases, admin) -> Callable[[Farm], Jobs]:
    return lambda farm: Jobs(job_store, databases["research"].transaction, farm, admin)


@pytest.fixture(scope="session")
def farm_maker(admin) -> Callable[[], Awaitable[Farm]]:
    return lambda: new_farm(admin)


@pytest.fixture
def research(databases, admin, farm) -> Jobs:
    return Jobs(job_store, databases["research"].transaction, farm, admin)
