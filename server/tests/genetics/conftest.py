"""The genetics service in this process on the test database, farms with known records, and a runner for its job."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from apps import Apps, calling
from bellwether.genetics.worker import kinds
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.ending import execute
from bellwether.platform.jobs.journal import JobJournal
from bellwether.platform.jobs.run import JobRun, plain
from bellwether.platform.settings import PlatformSettings, ServiceSettings
from bellwether.platform.testing.auth_double import AuthDouble

from .barn import Barn

BASE = "http://genetics/api/v1/genetics"


@dataclass
class Person:
    """Somebody with a token."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    id: UUID

    async def ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """One request."""
        headers = self.headers | kwargs.pop("headers", {})
        return await self.client.request(method, BASE + path, headers=headers, **kwargs)

    async def evaluate(self, flock_id: UUID, **body: Any) -> UUID:
        """Ask for an evaluation."""
        answer = await self.ask("POST", "/evaluations", json={"flock_id": str(flock_id)} | body)
        assert answer.status_code == 202, answer.text
        return UUID(answer.json()["id"])


People = Callable[..., Person]


@pytest.fixture(scope="session")
async def client(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """The service, called without a network; one for the whole run, for an evaluation takes its time."""
    async with calling(apps("genetics")) as found:
        yield found


@pytest.fixture(scope="session")
def people(client: httpx.AsyncClient, auth: AuthDouble) -> People:
    """`people()` is a new farmer, `people("student")` somebody else."""

    def person(*roles: str, user_id: UUID | None = None) -> Person:
        key = user_id or new_id()
        return Person(client, auth.bearer(key, roles or ("farmer",)), key)

    return person


@pytest.fixture(scope="session")
async def admin(postgres_server: Any) -> AsyncIterator[asyncpg.Connection]:
    """The superuser, whom row-level security does not bind."""
    connection = await asyncpg.connect(postgres_server.dsn)
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def barn(admin: asyncpg.Connection) -> Barn:
    """Writes farm records as the farm service would."""
    return Barn(admin)


@pytest.fixture(scope="session")
async def database(settings_of: Callable[..., Any]) -> AsyncIterator[Database]:
    """The service's own database role."""
    found = Database(settings_of("genetics"))
    yield found
    await found.close()


@pytest.fixture
async def farm_database(settings_of: Callable[[str], ServiceSettings]) -> AsyncIterator[Database]:
    """As the farm service's own role."""
    found = Database(settings_of("farm"))
    yield found
    await found.close()


@dataclass
class KeptSteps:
    """Finished steps in memory; `die_before` names a step at which the worker dies."""

    done: dict[str, Any] = field(default_factory=dict)
    die_before: str = ""
    made: list[str] = field(default_factory=list)

    async def once(self, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        if name == self.die_before:
            raise WorkerDied
        if name not in self.done:
            self.made.append(name)
            self.done[name] = plain(await make())
        return self.done[name]


class WorkerDied(BaseException):
    """What `kill -9` looks like from outside: nothing after it runs."""


class InProcess(JobRun):
    """Without the child process, whose start takes seconds."""

    async def compute(self, fn: Callable[..., Any], *args: Any, reports: bool = False) -> Any:
        options = {"report": lambda _share, _step: None} if reports else {}
        return await asyncio.to_thread(fn, *args, **options)


RunJob = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
def run_job(database: Database, platform: PlatformSettings, admin: asyncpg.Connection) -> RunJob:
    """Run a queued job as the worker does, to its end; returns the job row."""

    async def run(
        run_id: UUID,
        steps: KeptSteps | None = None,
        attempt: int = 1,
        *,
        in_child: bool = False,
        of: Callable[[JobRun], Awaitable[Any]] | None = None,
    ) -> dict[str, Any]:
        owner = await admin.fetchval("select owner_id from genetics.job where id = $1", run_id)
        context = Context(user_id=owner, request_id=str(run_id))
        journal = JobJournal(database, "genetics", run_id, context)
        row = await journal.start(attempt)
        assert row is not None
        kept = steps or KeptSteps()
        job = (JobRun if in_child else InProcess)(
            run_id, row.kind, attempt, row.payload, row.farm_id, context, database, journal, kept
        )
        work = of or next(kind.run for kind in kinds(Path(platform.data_dir)) if kind.name == row.kind)
        await execute(work, job, journal)
        return dict(await admin.fetchrow("select * from genetics.job where id = $1", run_id))

    return run
