"""The farm service over HTTP, in this process, and its import job without the job engine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from apps import Apps, calling
from bellwether.farm.imports import job
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.run import JobRun, plain
from bellwether.platform.testing.auth_double import AuthDouble

BASE = "http://farm/api/v1/farm"
SAMPLES = Path(__file__).parent / "samples"


@dataclass
class Quiet:
    """A journal nobody reads, and steps that are never stored: every step runs again in every run."""

    lines: list[str] = field(default_factory=list)

    async def progress(self, fraction: float | None, stage: str | None) -> bool:
        return False

    async def log(self, message: str) -> None:
        self.lines.append(message)

    async def once(self, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        return await make()


@dataclass
class Farmer:
    """Somebody at the API, with a farm and a flock of their own."""

    client: httpx.AsyncClient
    headers: dict[str, str]
    user_id: UUID
    database: Database
    admin_dsn: str = ""
    farm_id: str = ""
    flock_id: str = ""

    async def ask(self, method: str, path: str, expect: int | None = None, **kwargs: Any) -> httpx.Response:
        """One request; with `expect`, its status."""
        headers = self.headers | kwargs.pop("headers", {})
        answer = await self.client.request(method, BASE + path, headers=headers, **kwargs)
        assert expect is None or answer.status_code == expect, answer.text
        return answer

    async def make(self, path: str, **body: Any) -> dict[str, Any]:
        """POST that must succeed."""
        made: dict[str, Any] = (await self.ask("POST", path, 201, json=body)).json()
        return made

    async def animal(self, **body: Any) -> dict[str, Any]:
        """A registered animal of this flock."""
        return await self.make("/animals", farm_id=self.farm_id, flock_id=self.flock_id, **body)

    async def upload(self, content: bytes, kind: str, expect: int = 202, **form: Any) -> dict[str, Any]:
        """Send a file."""
        data = {"farm_id": self.farm_id, "flock": self.flock_id, "kind": kind} | form
        answer = await self.ask("POST", "/imports", expect, data=data, files={"file": ("file.csv", content)})
        sent: dict[str, Any] = answer.json()
        return sent

    def job(self, import_id: str, journal: Any = None, **payload: Any) -> JobRun:
        """A run of a job of an import."""
        quiet = journal or Quiet()
        values = {"import_id": import_id, "today": "2026-01-01"} | payload
        context = Context(user_id=self.user_id, request_id="test")
        return JobRun(new_id(), job.KIND, 1, values, UUID(self.farm_id), context, self.database, quiet, quiet)

    async def end(self, sent: dict[str, Any], expect: str = "succeeded") -> None:
        """The job that an answer spoke of has ended, as far as the database knows."""
        connection = await asyncpg.connect(self.admin_dsn)
        await connection.execute("update farm.job set state = $2 where id = $1", UUID(sent["id"]), expect)
        await connection.close()

    async def run_import(self, import_id: str, **payload: Any) -> dict[str, Any]:
        """What the worker does with the job."""
        found = await job.run(self.job(import_id, **payload))
        assert plain(found)
        return found

    async def undo(self, import_id: str) -> dict[str, Any]:
        """Ask for it and have it done."""
        sent = (await self.ask("POST", f"/imports/{import_id}/undo", 202)).json()
        found = await job.run_undo(self.job(import_id))
        await self.end(sent)
        return found

    async def an_import(self, import_id: str) -> dict[str, Any]:
        """As a user sees it."""
        found: dict[str, Any] = (await self.ask("GET", f"/imports/{import_id}", 200)).json()
        return found

    async def take_in(self, content: bytes, kind: str, **form: Any) -> dict[str, Any]:
        """Send a file and have it imported; its totals."""
        sent = await self.upload(content, kind, **form)
        done = await self.run_import(sent["import_id"], commit=form.get("commit") != "false")
        await self.end(sent)
        return done

    async def rows(self, import_id: str, **query: Any) -> dict[int, dict[str, Any]]:
        """Rows of an import by number."""
        found = (await self.ask("GET", f"/imports/{import_id}/rows", 200, params={"limit": 1000} | query)).json()
        return {row["row"]: row for row in found["items"]}


NewFarmer = Callable[..., Awaitable[Farmer]]


@pytest.fixture(scope="session")
async def client(apps: Apps) -> AsyncIterator[httpx.AsyncClient]:
    """The service."""
    async with calling(apps("farm")) as client:
        yield client


@pytest.fixture(scope="session")
async def database(settings_of: Any) -> AsyncIterator[Database]:
    """The service's database, as its own role."""
    found = Database(settings_of("farm"))
    yield found
    await found.close()


@pytest.fixture
def new_farmer(client: httpx.AsyncClient, database: Database, auth: AuthDouble, postgres_server: Any) -> NewFarmer:
    """`await new_farmer()`: a user with a farm and a flock; `with_farm=False` for a user alone."""

    async def make(*, with_farm: bool = True, roles: tuple[str, ...] = ("farmer",)) -> Farmer:
        user_id = new_id()
        farmer = Farmer(client, auth.bearer(user_id, roles), user_id, database, postgres_server.dsn)
        if with_farm:
            farmer.farm_id = (await farmer.make("/farms", name="Long Gully", country="AU"))["id"]
            body = {"farm_id": farmer.farm_id, "name": "Stud", "code": "1234", "recording_scheme": "SG"}
            farmer.flock_id = (await farmer.make("/flocks", **body))["id"]
        return farmer

    return make


@pytest.fixture
async def farmer(new_farmer: NewFarmer) -> Farmer:
    """One of them."""
    return await new_farmer()


async def animals_of(farmer: Farmer) -> list[dict[str, Any]]:
    """Every animal of the farm, ancestors too."""
    page = await farmer.ask("GET", "/animals", 200, params={"farm_id": farmer.farm_id, "limit": 1000})
    found: list[dict[str, Any]] = page.json()["items"]
    return found


async def weights_of(farmer: Farmer) -> list[dict[str, Any]]:
    """The weights of the flock that count."""
    page = await farmer.ask("GET", "/weights", 200, params={"flock_id": farmer.flock_id, "limit": 1000})
    found: list[dict[str, Any]] = page.json()["items"]
    return found
