"""The processing service over HTTP, in this process, and events delivered to its consumers."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from apps import Apps, calling
from bellwether.platform.database.transactions import Database
from bellwether.platform.events.consumers import Subscription
from bellwether.platform.events.facts import Event
from bellwether.platform.ids import new_id
from bellwether.platform.testing.auth_double import AuthDouble
from bellwether.processing.worker import consumers

BASE = "http://processing/api/v1/processing"
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

NewFarm = Callable[..., Awaitable[UUID]]
Deliver = Callable[[Event], Awaitable[None]]
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def new_farm(postgres_server: Any) -> AsyncIterator[NewFarm]:
    """`await new_farm(user_id)`: a farm with this user as its owner."""
    connection = await asyncpg.connect(postgres_server.dsn)

    async def make(user_id: UUID) -> UUID:
        farm_id = new_id()
        await connection.execute(
            "insert into farm.farm (id, name, created_by) values ($1, 'Hill', $2)", farm_id, user_id
        )
        await connection.execute(
            "insert into farm.membership (user_id, farm_id, role) values ($1, $2, 'owner')", user_id, farm_id
        )
        return farm_id

    yield make
    await connection.close()


@pytest.fixture
async def deliver(settings_of: Any) -> AsyncIterator[Deliver]:
    """Hand an event to each consumer that reads its type, as the worker does: in the name of the event's farm."""
    database = Database(settings_of("processing"))

    async def hand_over(event: Event) -> None:
        for consumer in consumers():
            if event.type in consumer.types:
                # the broker only fetches and acknowledges; taking an event in is all in `apply`
                await Subscription(consumer, database, None).apply(event)

    yield hand_over
    await database.close()


@pytest.fixture
async def ask(apps: Apps, auth: AuthDouble) -> AsyncIterator[Ask]:
    """`await ask("/batches", user_id, "farmer")`; no user, no token."""

    async def get(path: str, user_id: UUID | None = None, role: str = "farmer") -> httpx.Response:
        headers = {} if user_id is None else auth.bearer(user_id, [role])
        return await client.get(BASE + path, headers=headers)

    async with calling(apps("processing")) as client:
        yield get


def event_of(farm_id: UUID, kind: str, data: dict[str, Any], minute: int = 30, actor: UUID | None = None) -> Event:
    """An event of this farm."""
    time = datetime(2025, 11, 2, 8, minute, tzinfo=UTC)
    data = {"farm_id": str(farm_id)} | data
    return Event(id=new_id(), type=kind, key=str(farm_id), time=time, data=data, farm_id=farm_id, actor=actor)


def import_completed(farm_id: UUID, minute: int = 15, actor: UUID | None = None, **changes: Any) -> Event:
    """An import of 2,010 rows with ten bad ones."""
    data = {
        "import_id": str(new_id()),
        "kind": "weights",
        "file_name": "weaning.csv",
        "sha256": SHA,
        "rows_in": 2010,
        "rows_accepted": 2000,
        "rows_rejected": 10,
        "started_at": f"2025-11-02T08:{minute:02}:00Z",
        "finished_at": f"2025-11-02T08:{minute:02}:01.400Z",
    }
    return event_of(farm_id, "farm.import.completed.v1", data | changes, minute, actor)


def evaluation_completed(farm_id: UUID, run_id: UUID, flock_id: UUID, minute: int = 20) -> Event:
    """An evaluation of two traits."""
    data = {
        "flock_id": str(flock_id),
        "run_id": str(run_id),
        "traits": ["WWT", "PWT"],
        "n_animals": 2000,
        "n_records": 5100,
        "finished_at": f"2025-11-02T08:{minute:02}:00Z",
    }
    return event_of(farm_id, "genetics.evaluation.completed.v1", data, minute)


def evaluation_failed(farm_id: UUID, run_id: UUID, flock_id: UUID, minute: int = 18) -> Event:
    """An evaluation that met a pedigree loop."""
    data = {"flock_id": str(flock_id), "run_id": str(run_id), "code": "pedigree_loop", "detail": "A is its own sire"}
    return event_of(farm_id, "genetics.evaluation.failed.v1", data, minute)
