"""`kill -9` of PostgreSQL while the worker works: the worker stays up, the job goes on, facts still arrive."""

import asyncio
import json
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from bellwether.catalogue import PYTHON_SERVICES
from bellwether.launch.composition import postgres
from bellwether.launch.entry.migrate import MigrateSettings, migrate_database
from bellwether.launch.install import find_postgres
from bellwether.launch.machine import account, keys
from bellwether.launch.machine.folders import Folders
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs import service as job_store
from bellwether.platform.settings import ServiceSettings
from patience import PATIENCE_S
from pydantic import SecretStr

pytestmark = pytest.mark.faults
PASSWORD = "of-a-test"


class Cluster:
    """A PostgreSQL of our own."""

    def __init__(self, place: Path, port: int) -> None:
        place.chmod(0o711)
        folders = Folders.of(place / "data")
        folders.make()
        user = account.for_postgres()
        self.port = port
        self.cluster = postgres.prepare(folders, find_postgres.find(user, lambda *_: None), user)
        postgres.configure(self.cluster, folders, port)
        self.password = keys.password(folders, "postgres")
        self.url = f"postgresql://postgres@127.0.0.1:{port}/bellwether"

    def start(self) -> None:
        command = self.cluster.start_command()
        self.process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_S
        while postgres.is_ready(self.cluster, self.process.pid) is not None:
            assert time.monotonic() < end
            time.sleep(0.02)

    def kill(self) -> None:
        """The postmaster first, so that it cannot replace its children."""
        victim = psutil.Process(self.process.pid)
        for each in (victim, *victim.children(recursive=True)):
            os.kill(each.pid, signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture(scope="module")
async def own_postgres(free_port) -> AsyncIterator[Cluster]:
    """Migrated, and down."""
    with tempfile.TemporaryDirectory(prefix="bw-kill-", dir="/tmp", ignore_cleanup_errors=True) as place:
        cluster = Cluster(Path(place), free_port())
        cluster.start()
        settings = MigrateSettings(database_url=cluster.url, database_password=SecretStr(cluster.password))
        await migrate_database(settings, dict.fromkeys(PYTHON_SERVICES, PASSWORD), PASSWORD)
        cluster.kill()
        yield cluster
        cluster.process.send_signal(signal.SIGINT)
        cluster.process.wait(20)


@dataclass
class Early:
    """A worker that was started before its database."""

    process: Any
    ready_before: int
    ready_after: int


@pytest.fixture(scope="module")
async def early(own_postgres, module_worker, worker_environment) -> Early:
    """Started and looked at while its database is down, and again when that is there; one start for all tests."""
    process = module_worker(moved(worker_environment, own_postgres.port), wait=False)
    await answer(process, "/healthz", 0)
    await asyncio.sleep(1)
    found = Early(process, process.status("/readyz"), 0)
    own_postgres.start()
    began = time.monotonic()
    found.ready_after = await answer(process, "/readyz", 503)
    print(f"ready {time.monotonic() - began:.2f} s after the database")
    return found


async def answer(process: Any, path: str, not_this: int) -> int:
    """The first answer of the worker that is another one."""
    end = time.monotonic() + PATIENCE_S
    while (status := process.status(path)) == not_this:
        assert time.monotonic() < end, process.log.read_text()
        await asyncio.sleep(0.1)
    return int(status)


def test_a_worker_that_starts_before_its_database_waits(early) -> None:
    assert (early.ready_before, early.ready_after) == (503, 200)


async def test_a_job_outlives_the_database(early, own_postgres, research, farm) -> None:
    admin = own_postgres.url.replace("postgres@", f"postgres:{own_postgres.password}@")
    await prepare(admin, farm)
    url = f"postgresql://research_app@127.0.0.1:{own_postgres.port}/bellwether"
    database = Database(ServiceSettings(name="research", database_url=url, database_password=SecretStr(PASSWORD)))
    jobs = type(research)(job_store, database.transaction, farm, await asyncpg.create_pool(admin, min_size=0))
    job = await jobs.submit("steps", {"steps": 8, "seconds": 1})
    await jobs.wait(job.id, lambda j: j.progress > 0)
    await until_told(early.process, "outage_over relay research")
    before = len(early.process.log.read_text())
    own_postgres.kill()
    await asyncio.sleep(2.5)
    assert early.process.process.poll() is None
    own_postgres.start()
    began = time.monotonic()
    job = await jobs.wait(job.id)
    print(f"job ended {time.monotonic() - began:.2f} s after the database came back")
    assert job.state == "succeeded", job
    times = await jobs.times(job.id)
    assert len(times) == 8
    assert sum(times.values()) <= 9, "only the step in flight may run twice"
    told = Counter(map(kind_of, early.process.log.read_text()[before:].splitlines()))
    assert told["outage relay research"] == told["outage dispatcher farm"] == 1
    assert [kind for kind, n in told.items() if n > (2 if kind.startswith("outage") else 1)] == [], "tries are told"
    await jobs.admin.close()
    await database.close()


async def until_told(process: Any, kind: str) -> None:
    """Until the worker's log has such a line; an outage is over when all was well for some seconds."""
    async with asyncio.timeout(PATIENCE_S):
        while kind not in map(kind_of, process.log.read_text().splitlines()):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.1)


def kind_of(line: str) -> str:
    """What a line of the worker's log is about."""
    entry = json.loads(line)
    return " ".join([entry["event"].partition(":")[0], entry.get("what", "")]).strip()


async def test_a_database_that_dies_during_a_recovery_strands_no_job(early, own_postgres, research, farm) -> None:
    """dbos-transact-py issue 716."""
    admin = own_postgres.url.replace("postgres@", f"postgres:{own_postgres.password}@")
    await prepare(admin, farm)
    url = f"postgresql://research_app@127.0.0.1:{own_postgres.port}/bellwether"
    database = Database(ServiceSettings(name="research", database_url=url, database_password=SecretStr(PASSWORD)))
    jobs = type(research)(job_store, database.transaction, farm, await asyncpg.create_pool(admin, min_size=0))
    running = [await jobs.submit("steps", {"steps": 4, "seconds": 0.5}) for _ in range(3)]
    for job in running:
        await jobs.wait(job.id, lambda j: j.progress > 0)
    early.process.kill()
    # two, for within a transaction every look at the activity is the first one again
    holding, looking = [await asyncpg.connect(admin.rpartition("/")[0] + "/bellwether_jobs") for _ in range(2)]
    await holding.execute("begin; select 1 from dbos.workflow_status where status = 'PENDING' for update")
    early.process.start()
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'UPDATE dbos.%'"
    end = time.monotonic() + PATIENCE_S
    while not await looking.fetchval(waiting):
        assert time.monotonic() < end, "nothing was recovered"
        await asyncio.sleep(0.05)
    own_postgres.kill()
    await asyncio.sleep(0.5)
    own_postgres.start()
    began = time.monotonic()
    ended = [await jobs.wait(job.id) for job in running]
    print(f"jobs ended {time.monotonic() - began:.2f} s after the database came back")
    assert [job.state for job in ended] == ["succeeded"] * 3
    for job in ended:
        assert sum((await jobs.times(job.id)).values()) <= 5
    holding.terminate()
    looking.terminate()
    await jobs.admin.close()
    await database.close()


async def prepare(dsn: str, farm) -> None:
    """The farm of the fixture, and the table that counts steps, in this cluster too."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "create schema if not exists flow; create table if not exists flow.step (job_id uuid, name text); "
        "grant usage on schema flow to public; grant select, insert on flow.step to public"
    )
    user = farm.user.user_id
    await connection.execute("insert into farm.farm (id, name, created_by) values ($1, 'x', $2)", farm.id, user)
    await connection.execute(
        "insert into farm.membership (farm_id, user_id, role) values ($1, $2, 'owner')", farm.id, user
    )
    await connection.close()


def moved(environment: dict[str, str], port: int) -> dict[str, str]:
    """The same environment with the databases at another port."""
    found = dict(environment)
    for name, value in environment.items():
        if name.endswith("DATABASE_URL"):
            head, _, database = value.rpartition("/")
            found[name] = f"{head.rpartition(':')[0]}:{port}/{database}"
    return found
