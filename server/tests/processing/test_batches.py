"""Import batches: from the event to the list."""

import base64
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest
from bellwether.platform.events.facts import Event, Hopeless
from bellwether.platform.ids import new_id

from .conftest import SHA, Ask, Deliver, NewFarm, import_completed


async def test_an_import_becomes_a_batch(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer = new_id()
    farm_id = await new_farm(farmer)
    event = import_completed(farm_id, actor=farmer)
    await deliver(event)
    answer = await ask(f"/batches/{event.data['import_id']}", farmer)
    assert answer.json() == {
        "id": event.data["import_id"],
        "farm_id": str(farm_id),
        "kind": "weights",
        "file_name": "weaning.csv",
        "sha256": SHA,
        "rows_in": 2010,
        "rows_accepted": 2000,
        "rows_rejected": 10,
        "started_at": "2025-11-02T08:15:00Z",
        "finished_at": "2025-11-02T08:15:01.400000Z",
        "seconds": 1.4,
        "imported_by": str(farmer),
        "undone_at": None,
    }


async def test_a_batch_says_that_its_import_was_undone(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer = new_id()
    event = import_completed(await new_farm(farmer))
    undone = {name: event.data[name] for name in ("farm_id", "import_id", "kind", "file_name", "sha256")}
    later = replace(
        event, id=new_id(), type="farm.import.undone.v1", data=undone | {"undone_at": "2025-11-03T08:00:00Z"}
    )
    for _ in range(2):
        await deliver(event)
        await deliver(later)
    batch = (await ask(f"/batches/{event.data['import_id']}", farmer)).json()
    assert (batch["undone_at"], batch["rows_in"]) == ("2025-11-03T08:00:00Z", 2010)


async def test_the_same_event_twice_is_one_row(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer = new_id()
    event = import_completed(await new_farm(farmer))
    await deliver(event)
    await deliver(event)
    await deliver(replace(event, id=new_id()))
    assert len((await ask("/batches", farmer)).json()["items"]) == 1
    assert len((await ask("/runs", farmer)).json()["items"]) == 1


async def test_an_older_outcome_never_replaces_a_newer_one(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer = new_id()
    farm_id = await new_farm(farmer)
    newer = import_completed(farm_id, minute=40, rows_in=2000, rows_rejected=0)
    older = import_completed(farm_id, minute=30, import_id=newer.data["import_id"])
    for event in (newer, older):
        await deliver(event)
        items = (await ask("/batches", farmer)).json()["items"]
        assert [batch["rows_in"] for batch in items] == [2000]
    assert (await ask("/runs", farmer)).json()["items"][0]["inputs"][0]["n_rows"] == 2000


@pytest.mark.parametrize("path", ["/batches", "/batches/{id}", "/runs", "/runs/{id}"])
async def test_who_may(ask: Ask, deliver: Deliver, new_farm: NewFarm, path: str) -> None:
    farmer, neighbour = new_id(), new_id()
    event = import_completed(await new_farm(farmer))
    await new_farm(neighbour)
    await deliver(event)
    path = path.replace("{id}", event.data["import_id"])
    assert (await ask(path)).status_code == 401
    for role in ("student", "administrator"):
        assert (await ask(path, farmer, role)).json()["code"] == "not_allowed"
    assert (await ask(path, farmer)).status_code == 200
    foreign = await ask(path, neighbour)
    if event.data["import_id"] in path:
        assert (foreign.status_code, foreign.headers["content-type"]) == (404, "application/problem+json")
    else:
        assert foreign.json() == {"items": [], "next": None}
        by_farm = await ask(f"{path}?farm_id={event.farm_id}", neighbour)
        assert by_farm.json() == {"items": [], "next": None}


async def test_pages_and_filters(ask: Ask, deliver: Deliver, new_farm: NewFarm) -> None:
    farmer = new_id()
    farm_id, second = await new_farm(farmer), await new_farm(farmer)
    events = [import_completed(farm_id, minute=minute) for minute in (1, 2, 2, 4)]
    events.append(import_completed(second, minute=5, kind="animals", sha256="0" * 64))
    for event in events:
        await deliver(event)
    for what in ("batches", "runs"):
        seen, cursor = [], ""
        while cursor is not None:
            page = (await ask(f"/{what}?limit=2{cursor and '&cursor=' + cursor}", farmer)).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
        assert sorted(seen) == sorted(event.data["import_id"] for event in events)
        assert seen[0] == events[-1].data["import_id"]
        assert len((await ask(f"/{what}?farm_id={farm_id}", farmer)).json()["items"]) == 4
    assert len((await ask("/batches?kind=animals", farmer)).json()["items"]) == 1
    assert len((await ask(f"/batches?sha256={'0' * 64}", farmer)).json()["items"]) == 1
    assert len((await ask(f"/runs?reference={SHA}", farmer)).json()["items"]) == 4


@pytest.mark.parametrize("query", ["cursor=x", "cursor=WzEsMl0", "cursor=WyIyMDI1LTAxLTAxIiwgIngiXQ"])
@pytest.mark.parametrize("what", ["batches", "runs"])
async def test_foreign_cursors(ask: Ask, what: str, query: str) -> None:
    answer = await ask(f"/{what}?{query}", new_id())
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
@pytest.mark.parametrize("what", ["batches", "runs"])
async def test_a_cursor_at_the_edge_of_the_calendar(ask: Ask, what: str, time: str) -> None:
    keys = orjson.dumps({"finished_at": time, "id": str(new_id())})
    cursor = base64.urlsafe_b64encode(keys).decode()
    answer = await ask(f"/{what}?cursor={cursor}", new_id())
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "farm_id=x", "sha256=x", "kind=A%20B"])
async def test_bad_filters(ask: Ask, query: str) -> None:
    assert (await ask(f"/batches?{query}", new_id())).status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"rows_in": 2011},
        {"rows_rejected": -1, "rows_in": 1999},
        {"sha256": None},
        {"finished_at": "2025-11-01T00:00:00Z"},
    ],
)
async def test_a_fact_that_breaks_its_contract_is_hopeless(
    ask: Ask, deliver: Deliver, new_farm: NewFarm, change: dict[str, Any]
) -> None:
    farmer = new_id()
    with pytest.raises(Hopeless, match="breaks its contract"):
        await deliver(import_completed(await new_farm(farmer), **change))
    assert (await ask("/batches", farmer)).json()["items"] == []


async def test_an_envelope_of_another_farm_is_hopeless(deliver: Deliver, new_farm: NewFarm) -> None:
    event: Event = import_completed(await new_farm(new_id()))
    with pytest.raises(Hopeless, match="in an envelope of farm"):
        await deliver(replace(event, farm_id=new_id()))


async def test_the_database_refuses_lost_rows(postgres_server: Any) -> None:
    connection = await asyncpg.connect(postgres_server.dsn)
    try:
        with pytest.raises(asyncpg.CheckViolationError, match="nothing_lost"):
            await connection.execute(
                "insert into processing.import_batch values ($1, $2, 'weights', 'a.csv', '', 10, 8, 1, now(), now(), "
                "null, $3)",
                new_id(),
                new_id(),
                new_id(),
            )
    finally:
        await connection.close()
