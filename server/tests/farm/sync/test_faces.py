"""The words of WatermelonDB and of RxDB: thin translations of the same pull and push."""

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
from bellwether.platform.ids import new_id

from ..conftest import SAMPLES, Farmer, NewFarmer
from .conftest import Device, Row, farm, in_the_database, new_animal, statuses, upsert


async def watermelon(farmer: Farmer, expect: int = 200, **query: Any) -> Row:
    """A pull."""
    path = f"/farms/{farmer.farm_id}/sync/watermelon"
    found: Row = (await farmer.ask("GET", path, expect, params=query)).json()
    return found


async def push_watermelon(farmer: Farmer, after: int, expect: int = 200, **tables: Row) -> Row:
    """A push."""
    path = f"/farms/{farmer.farm_id}/sync/watermelon"
    empty = {"created": [], "updated": [], "deleted": []}
    body = {name: empty | table for name, table in tables.items()}
    params = {"last_pulled_at": after, "device_id": str(new_id())}
    found: Row = (await farmer.ask("POST", path, expect, json=body, params=params)).json()
    return found


async def rxdb(farmer: Farmer, name: str, expect: int = 200, **query: Any) -> Row:
    """A pull of a collection."""
    path = f"/farms/{farmer.farm_id}/sync/rxdb/{name}"
    found: Row = (await farmer.ask("GET", path, expect, params=query)).json()
    return found


async def push_rxdb(farmer: Farmer, name: str, *rows: Row) -> list[Row]:
    """A push of a collection."""
    path = f"/farms/{farmer.farm_id}/sync/rxdb/{name}"
    sent = {"content": json.dumps(rows), "headers": {"content-type": "application/json"}}
    answer = await farmer.ask("POST", path, 200, params={"device_id": str(new_id())}, **sent)
    found: list[Row] = answer.json()
    return found


def raw(**fields: Any) -> Row:
    """A new row as WatermelonDB keeps it."""
    return {"id": str(new_id()), "_status": "created", "_changed": ""} | fields


async def test_watermelon_pulls_everything_as_updated(farmer: Farmer) -> None:
    ewe = await farmer.animal(breeds={"denominator": 16, "parts": {"MER": 16}})
    found = await watermelon(farmer)
    assert found["timestamp"] >= 1000
    (row,) = found["changes"]["animals"]["updated"]
    assert all(not table["created"] and not table["deleted"] for table in found["changes"].values())
    assert json.loads(row["breeds"]) == {"denominator": 16, "parts": {"MER": 16}}
    assert all(not name.startswith("_") and not isinstance(value, (dict, list)) for name, value in row.items())
    assert row["id"] == ewe["id"]
    again = await watermelon(farmer, last_pulled_at=found["timestamp"], schema_version=1, migration="null")
    assert again["timestamp"] == found["timestamp"]
    assert not any(rows for table in again["changes"].values() for rows in table.values())


async def test_watermelon_of_an_empty_farm_has_a_timestamp(new_farmer: NewFarmer) -> None:
    farmer = await new_farmer(with_farm=False)
    farmer.farm_id = (await farmer.make("/farms", name="New", country="AU"))["id"]
    found = await watermelon(farmer)
    assert found["timestamp"] > 0
    mob = await farmer.make("/groups", farm_id=farmer.farm_id, name="Ewes")
    later = await watermelon(farmer, last_pulled_at=found["timestamp"])
    assert [row["id"] for row in later["changes"]["groups"]["updated"]] == [mob["id"]]


async def test_watermelon_goes_in_pages(farmer: Farmer) -> None:
    await farmer.take_in((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    whole = await watermelon(farmer)
    pages, query = 0, {"limit": 5}
    rows: dict[str, set[str]] = {}
    while True:
        page = await watermelon(farmer, **query)
        for name, table in page["changes"].items():
            rows.setdefault(name, set()).update(row["id"] for row in table["updated"])
        pages += 1
        query |= {"last_pulled_at": page["timestamp"], "began": page["began"]}
        if not page["has_more"]:
            break
    assert pages > 3
    assert rows == {name: {row["id"] for row in table["updated"]} for name, table in whole["changes"].items()}


async def test_watermelon_pushes_and_pulls_its_own_rows_back(farmer: Farmer) -> None:
    at = (await watermelon(farmer))["timestamp"]
    ewe = raw(flock_id=farmer.flock_id, sex="female", tag=None, fate="", reference_only=False, breeds=None)
    number = raw(animal_id=ewe["id"], kind="visual", value="12", official=False)
    weight = raw(animal_id=ewe["id"], trait="WWT", value=30, occurred_on="2024-11-11")
    note = raw(kind="note.added", animal_id=ewe["id"], occurred_on="2024-11-11", payload='{"text": "lame"}')
    tables = {"animals": ewe, "identifiers": number, "measurements": weight, "events": note}
    sent = {name: {"created": [row]} for name, row in tables.items()}
    assert (await push_watermelon(farmer, at, **sent))["experimentalRejectedIds"] == {}
    back = await watermelon(farmer, last_pulled_at=at)
    found = {name: back["changes"][name]["updated"][0] for name in tables}
    assert {name: row["id"] for name, row in found.items()} == {name: row["id"] for name, row in tables.items()}
    assert (found["animals"]["tag"], found["measurements"]["raw_value"]) == ("12", "30")
    # the answer to the push was lost: WatermelonDB lays what it pulled over its rows, and sends them once more
    again = {name: {"created": [tables[name] | found[name]]} for name in tables}
    assert (await push_watermelon(farmer, back["timestamp"], **again))["experimentalRejectedIds"] == {}
    last = await watermelon(farmer, last_pulled_at=back["timestamp"])
    assert not any(rows for table in last["changes"].values() for rows in table.values())


async def test_watermelon_is_refused_when_a_row_was_changed_since(farmer: Farmer) -> None:
    ewe, other = (await farmer.animal())["id"], (await farmer.animal())["id"]
    at = (await watermelon(farmer))["timestamp"]
    await farmer.ask("PATCH", f"/animals/{ewe}", 200, json={"rear_type": 2}, headers={"If-Match": "*"})
    mine = {"id": ewe, "birth_type": 3, "rear_type": None, "_status": "updated", "_changed": "birth_type"}
    free = {"id": other, "birth_type": 2, "_status": "updated", "_changed": "birth_type"}
    answer = await push_watermelon(farmer, at, 409, animals={"updated": [mine, free]})
    assert answer["code"] == "rows_changed"
    assert (await farmer.ask("GET", f"/animals/{other}", 200)).json()["birth_type"] is None
    now = (await watermelon(farmer, last_pulled_at=at))["timestamp"]
    assert await push_watermelon(farmer, now, animals={"updated": [mine, free]})
    found = (await farmer.ask("GET", f"/animals/{ewe}", 200)).json()
    assert (found["birth_type"], found["rear_type"]) == (3, 2)


async def test_watermelon_one_bad_row_of_ten(farmer: Farmer) -> None:
    at = (await watermelon(farmer))["timestamp"]
    rows = [raw(flock_id=farmer.flock_id) for _ in range(9)]
    bad = raw(flock_id=farmer.flock_id, birth_date="2100-01-01")
    short = raw(flock_id=farmer.flock_id) | {"id": "aaaaaaaaaaaaaaaa"}
    answer = await push_watermelon(farmer, at, animals={"created": [*rows, bad, short]})
    assert answer["experimentalRejectedIds"] == {"animals": [bad["id"], short["id"]]} or answer[
        "experimentalRejectedIds"
    ] == {"animals": [short["id"], bad["id"]]}
    codes = {row["id"]: row["problem"]["errors"][0]["field"] for row in answer["rejected"]}
    assert codes == {bad["id"]: "birth_date", short["id"]: "id"}
    assert len((await watermelon(farmer, last_pulled_at=at))["changes"]["animals"]["updated"]) == 9


async def test_watermelon_deletes_and_nothing_comes_back(farmer: Farmer) -> None:
    at = (await watermelon(farmer))["timestamp"]
    ewe = raw(flock_id=farmer.flock_id)
    await push_watermelon(farmer, at, animals={"created": [ewe]})
    at = (await watermelon(farmer, last_pulled_at=at))["timestamp"]
    await push_watermelon(farmer, at, animals={"deleted": [ewe["id"], str(new_id())]})
    found = await watermelon(farmer, last_pulled_at=at)
    assert ewe["id"] in found["changes"]["animals"]["deleted"]
    await push_watermelon(farmer, found["timestamp"], animals={"created": [ewe]})
    found = await watermelon(farmer)
    assert found["changes"]["animals"]["updated"] == []


async def test_watermelon_after_a_migration_reads_tables_anew(farmer: Farmer) -> None:
    ewe = (await farmer.animal())["id"]
    at = (await watermelon(farmer))["timestamp"]
    said = {"from": 1, "tables": ["groups"], "columns": [{"table": "animals", "columns": ["breeds"]}]}
    found = await watermelon(farmer, last_pulled_at=at, schema_version=2, migration=json.dumps(said))
    assert [row["id"] for row in found["changes"]["animals"]["updated"]] == [ewe]
    assert found["changes"]["flocks"]["updated"] == []
    assert (await watermelon(farmer, 422, last_pulled_at=at, migration="[1]"))["code"] == "bad_migration"


@pytest.mark.parametrize("path", ["watermelon?last_pulled_at=1000", "rxdb/animals?seq=1000"])
async def test_faces_tell_who_was_away_for_too_long(farmer: Farmer, path: str) -> None:
    await in_the_database(farmer, "insert into farm.change_horizon (farm_id, seq) values ($1, 100000000)", farm(farmer))
    answer = await farmer.ask("GET", f"/farms/{farmer.farm_id}/sync/{path}", 410)
    assert answer.json()["code"] == "cursor_expired"
    await farmer.ask("GET", f"/farms/{farmer.farm_id}/sync/{path.split('?')[0]}", 200)


async def test_faces_tell_who_has_read_further_than_the_farm_is(farmer: Farmer, device: Device) -> None:
    """A backup was restored: what is written now has numbers that the device has read already."""
    ahead = {"seq": 10**12}
    assert (await watermelon(farmer, 410, last_pulled_at=10**12))["code"] == "cursor_expired"
    assert (await rxdb(farmer, "animals", 410, **ahead))["code"] == "cursor_expired"
    assert device.cursor is not None
    place = json.loads(base64.urlsafe_b64decode(device.cursor + "=="))
    device.cursor = base64.urlsafe_b64encode(json.dumps(place | ahead).encode()).decode().rstrip("=")
    assert (await device.page(410))["code"] == "cursor_expired"


async def test_one_row_with_a_control_character_on_each_phone(farmer: Farmer) -> None:
    good, bad = (
        raw(flock_id=farmer.flock_id, sex="female"),
        raw(flock_id=farmer.flock_id, sex="female", birth_group="\0"),
    )
    found = await push_watermelon(farmer, 1, animals={"created": [bad, good]})
    assert found["experimentalRejectedIds"] == {"animals": [bad["id"]]}
    again = {"id": str(new_id()), "flock_id": farmer.flock_id, "birth_group": "\ud83d"}
    (stays,) = await push_rxdb(farmer, "animals", {"newDocumentState": again})
    assert stays["_rejected"]["errors"][0]["field"] == "birth_group"


async def test_rxdb_pulls_pages_with_a_checkpoint(farmer: Farmer) -> None:
    ewes = [(await farmer.animal())["id"] for _ in range(3)]
    first = await rxdb(farmer, "animals", limit=2)
    second = await rxdb(farmer, "animals", limit=2, **first["checkpoint"])
    assert [row["id"] for row in first["documents"] + second["documents"]] == ewes
    assert all(row["_deleted"] is False for row in first["documents"])
    assert second["documents"][0]["rev"] == second["checkpoint"]["seq"]
    assert (await rxdb(farmer, "animals", **second["checkpoint"]))["documents"] == []
    assert (await rxdb(farmer, "animal", 422))["code"] == "unknown_collection"


async def test_rxdb_hears_that_its_row_went_though_it_never_read_a_page(farmer: Farmer) -> None:
    """RxDB keeps no checkpoint of a page without rows: one that began on an empty farm begins anew after its push."""
    assert (await rxdb(farmer, "animals"))["documents"] == []
    new = {"id": str(new_id()), "flock_id": farmer.flock_id, "sex": "female", "_deleted": False}
    assert await push_rxdb(farmer, "animals", {"newDocumentState": new}) == []
    (mine,) = (await rxdb(farmer, "animals"))["documents"]
    gone = {"assumedMasterState": mine, "newDocumentState": mine | {"_deleted": True}}
    assert await push_rxdb(farmer, "animals", gone) == []
    (told,) = (await rxdb(farmer, "animals"))["documents"]
    assert (told["id"], told["_deleted"]) == (new["id"], True)


async def test_rxdb_pushes_and_hears_of_rows_that_others_changed(farmer: Farmer) -> None:
    new = {"id": str(new_id()), "flock_id": farmer.flock_id, "sex": "female", "_deleted": False}
    assert await push_rxdb(farmer, "animals", {"newDocumentState": new}) == []
    (mine,) = (await rxdb(farmer, "animals"))["documents"]
    # the answer was lost: the client knows nothing of its row, and is told what became of it
    (told,) = await push_rxdb(farmer, "animals", {"newDocumentState": new})
    assert told.pop("_made")["sex"] == "female"
    assert told == mine
    edited = {"assumedMasterState": mine, "newDocumentState": mine | {"rear_type": 1}}
    assert await push_rxdb(farmer, "animals", edited) == []
    late = {"assumedMasterState": mine, "newDocumentState": mine | {"birth_type": 2}}
    (master,) = await push_rxdb(farmer, "animals", late)
    assert (master["id"], master["rear_type"], master["birth_type"]) == (mine["id"], 1, None)
    again = {"assumedMasterState": master, "newDocumentState": master | {"birth_type": 2}}
    assert await push_rxdb(farmer, "animals", again) == []
    found = (await farmer.ask("GET", f"/animals/{mine['id']}", 200)).json()
    assert (found["rear_type"], found["birth_type"]) == (1, 2)


async def test_rxdb_makes_a_row_once_more_that_others_have_changed(farmer: Farmer, device: Device) -> None:
    """The answer was lost: the client is told what it said at first, so that it takes nothing of others back."""
    new = {"id": str(new_id()), "flock_id": farmer.flock_id, "sex": "female", "birth_group": "1", "_deleted": False}
    assert await push_rxdb(farmer, "animals", {"newDocumentState": new}) == []
    at = (await rxdb(farmer, "animals"))["checkpoint"]
    other = {"collection": "animals", "id": new["id"], "op": "upsert", "doc": {"sex": "male", "birth_type": 3}}
    assert statuses(await device.push({"mutation_id": str(new_id()), "base_rev": at["seq"]} | other)) == ["applied"]
    (master,) = await push_rxdb(farmer, "animals", {"newDocumentState": new | {"birth_group": "2"}})
    made = master.pop("_made")
    assert (made["sex"], made["birth_type"], made["birth_group"]) == ("female", None, "1")
    assert (master["sex"], master["birth_type"], master["birth_group"]) == ("male", 3, "1")
    assert [master] == (await rxdb(farmer, "animals", **at))["documents"]
    # who knows of the row is told of the master alone
    late = {"assumedMasterState": master | {"rev": at["seq"]}, "newDocumentState": master}
    assert await push_rxdb(farmer, "animals", late) == [master]


async def test_rxdb_deletes_what_it_does_not_know_to_be_there(farmer: Farmer, device: Device) -> None:
    """Its own, but not what somebody else has changed meanwhile."""
    one, two = [
        {"id": str(new_id()), "flock_id": farmer.flock_id, "sex": "female", "_deleted": False} for _ in range(2)
    ]
    assert await push_rxdb(farmer, "animals", {"newDocumentState": one}, {"newDocumentState": two}) == []
    other = {"collection": "animals", "id": two["id"], "op": "upsert", "doc": {"birth_type": 3}}
    await device.push({"mutation_id": str(new_id()), "base_rev": 1} | other)
    gone = [{"newDocumentState": row | {"_deleted": True}} for row in (one, two)]
    (stays,) = await push_rxdb(farmer, "animals", *gone)
    assert (stays["id"], stays["_deleted"], stays["birth_type"]) == (two["id"], False, 3)
    assert [row["id"] for row in (await rxdb(farmer, "animals"))["documents"] if not row["_deleted"]] == [two["id"]]


async def test_rxdb_one_bad_row_of_ten(farmer: Farmer) -> None:
    rows = [
        {"newDocumentState": {"id": str(new_id()), "flock_id": farmer.flock_id, "_deleted": False}} for _ in range(10)
    ]
    rows[4]["newDocumentState"]["birth_date"] = "2100-01-01"
    (stays,) = await push_rxdb(farmer, "animals", *rows)
    assert stays["id"] == rows[4]["newDocumentState"]["id"]
    assert stays["_rejected"]["errors"][0]["field"] == "birth_date"
    assert len((await rxdb(farmer, "animals"))["documents"]) == 9


@pytest.mark.parametrize("rev", [-1, 2**63, 2**70])
@pytest.mark.parametrize("gone", [True, False])
async def test_rxdb_a_rev_that_no_row_has_is_no_matter_of_the_others(farmer: Farmer, rev: int, gone: bool) -> None:
    good, bad = ({"id": str(new_id()), "flock_id": farmer.flock_id, "_deleted": False} for _ in range(2))
    rows = [
        {"newDocumentState": good},
        {"assumedMasterState": {"rev": rev}, "newDocumentState": bad | {"_deleted": gone}},
    ]
    (stays,) = await push_rxdb(farmer, "animals", *rows)
    assert (stays["id"], stays["_rejected"]["errors"][0]["field"]) == (bad["id"], "rev")
    assert [row["id"] for row in (await rxdb(farmer, "animals"))["documents"]] == [good["id"]]


@pytest.mark.parametrize("text", ["[" * 3000, "[" * 300 + "]" * 300, '{"text": ' * 900 + "1" + "}" * 900])
async def test_watermelon_text_that_is_nested_without_end_is_no_payload(farmer: Farmer, text: str) -> None:
    event = {"kind": "note.added", "occurred_on": "2024-11-11", "payload": text}
    good = raw(flock_id=farmer.flock_id, sex="female")
    bad = raw(**event)
    found = await push_watermelon(farmer, 1, animals={"created": [good]}, events={"created": [bad]})
    assert found["experimentalRejectedIds"] == {"events": [bad["id"]]}
    assert [row["table"] for row in found["rejected"]] == ["events"]


async def test_rxdb_deletes_and_edits_of_what_went(farmer: Farmer, device: Device) -> None:
    row = new_animal(farmer)
    assert statuses(await device.push(row)) == ["applied"]
    (mine,) = (await rxdb(farmer, "animals"))["documents"]
    checkpoint = (await rxdb(farmer, "animals"))["checkpoint"]
    gone = {"assumedMasterState": mine, "newDocumentState": mine | {"_deleted": True}}
    assert await push_rxdb(farmer, "animals", gone) == []
    assert await push_rxdb(farmer, "animals", gone) == []
    (tombstone,) = (await rxdb(farmer, "animals", **checkpoint))["documents"]
    assert (tombstone["id"], tombstone["_deleted"]) == (mine["id"], True)
    late = {"assumedMasterState": mine, "newDocumentState": mine | {"rear_type": 2}}
    assert await push_rxdb(farmer, "animals", late) == [{"id": mine["id"], "_deleted": True}]
    (found,) = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/conflicts", 200)).json()["items"]
    assert (found["kind"], found["other"]) == ("deleted", {"rear_type": 2})


async def test_a_stream_tells_when_there_is_something_to_pull(farmer: Farmer, new_farmer: NewFarmer) -> None:
    stranger = await new_farmer(with_farm=False)
    await stranger.ask("GET", f"/farms/{farmer.farm_id}/sync/stream", 404)
    from bellwether.farm.sync.routes import numbers
    from bellwether.platform.context import Context

    context = Context(user_id=farmer.user_id)
    stream = numbers(lambda: farmer.database.reading(context), context, farm(farmer), 0)
    assert await anext(stream) == 'data: {"latest": 0}\n\n'
    told = json.loads((await asyncio.wait_for(anext(stream), 10)).removeprefix("data: "))
    device = Device(farmer)
    await device.pull()
    assert told["latest"] == max(row["rev"] for row in device.rows.values())
    await stream.aclose()


async def test_strangers_and_viewers(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Anonymous, another farm, a viewer: the matrix of every route of the faces."""
    other = await new_farmer()
    root = f"/farms/{farmer.farm_id}/sync"
    body = [{"newDocumentState": {"id": str(new_id())}}]
    device = {"device_id": str(new_id())}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"{root}/watermelon", {}),
        ("GET", f"{root}/rxdb/animals", {}),
        ("POST", f"{root}/watermelon", {"json": {}, "params": device | {"last_pulled_at": 1000}}),
        ("POST", f"{root}/rxdb/animals", {"json": body, "params": device}),
    ]
    for method, path, more in asked:
        anonymous = await farmer.client.request(method, f"http://farm/api/v1/farm{path}", **more)
        assert anonymous.status_code == 401, path
        await other.ask(method, path, 404, **more)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(other.user_id), role="viewer")
    for method, path, more in asked:
        await other.ask(method, path, 200 if method == "GET" else 403, **more)
    assert isinstance(farmer.client, httpx.AsyncClient)
    assert upsert("animals", "x", {})["op"] == "upsert"
