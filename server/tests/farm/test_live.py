"""Numbers of a farm are told again after each commit that changes one, to members only and as long as they are."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from bellwether.farm.live import repository, service
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session

from .conftest import BASE, Farmer, NewFarmer
from .test_event_log import DIED, NOTE, taken


def changes(farmer: Farmer) -> AsyncIterator[str]:
    """What a member is told."""
    context = Context(user_id=farmer.user_id, request_id="live")

    def look() -> AbstractAsyncContextManager[Session]:
        return farmer.database.reading(context)

    return service.changes(look, context, UUID(farmer.farm_id))


def read(line: str) -> dict[str, Any]:
    """One event."""
    assert line.startswith("data: ")
    assert line.endswith("\n\n")
    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return found


async def test_each_commit_is_told(farmer: Farmer) -> None:
    async with aclosing(changes(farmer)) as lines:  # type: ignore[type-var]  # it is a generator
        first = read(await anext(lines))
        assert first["open_conflicts"] == 0
        assert (first["head"], first["weighed_today"], first["events_today"], first["last_events"]) == (0, 0, 0, [])
        ewe = (await farmer.animal(sex="female"))["id"]
        assert read(await anext(lines))["head"] == 1
        (note,) = await taken(farmer, NOTE | {"animal_id": ewe})
        found = read(await anext(lines))
        assert (found["events_today"], found["last_events"][0]["id"]) == (1, note)
        today = datetime.now(ZoneInfo("Australia/Sydney")).date()
        weight = {"animal_id": ewe, "trait": "AWT", "weight": 61, "unit": "kg", "occurred_on": str(today)}
        await farmer.ask("POST", "/weights", 201, json={"farm_id": farmer.farm_id, "weights": [weight]})
        assert read(await anext(lines))["weighed_today"] == 1
        await taken(farmer, DIED | {"animal_id": ewe, "occurred_on": str(today)})
        last = read(await anext(lines))
        assert (last["head"], last["last_events"][0]["kind"]) == (0, "animal.died")


async def test_a_stream_ends_with_the_access(farmer: Farmer, new_farmer: NewFarmer) -> None:
    helper, other = await new_farmer(with_farm=False), await new_farmer()
    student = await new_farmer(with_farm=False, roles=("student",))
    path = f"/farms/{farmer.farm_id}/live"
    assert (await helper.client.get(BASE + path)).status_code == 401
    await student.ask("GET", path, 403)
    await other.ask("GET", path, 404)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(helper.user_id), role="viewer")
    watching = asyncio.create_task(helper.ask("GET", path, 200))
    await asyncio.sleep(1)
    assert not watching.done()
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/members/{helper.user_id}", 204)
    answer = await watching
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert read(answer.text.partition("\n\n")[0] + "\n\n")["head"] == 0


async def test_no_number_is_read_from_end_to_end_of_a_large_table(farmer: Farmer) -> None:
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local enable_seqscan = off; set local search_path = farm, public")
    await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
    at, key = datetime.now(UTC), UUID(farmer.farm_id)
    asked: list[tuple[object, ...]] = [
        (repository.MARK, key),
        (repository.BEFORE_TODAY, key, at),
        (repository.COUNTS, key, at.date(), ["WWT"], key, at, 5),
        (repository.LAST, key),
    ]
    try:
        for statement, *values in asked:
            text = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}", *values))
            for table in ("event", "observation", "animal"):
                assert f"Seq Scan on {table}" not in text, text
    finally:
        await connection.close()
