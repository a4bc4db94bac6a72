"""Ids that no device of the farm may have made: a verdict for each row, whatever it says of what it has seen."""

from typing import Any
from uuid import uuid1, uuid4

import pytest
from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer
from ..season import ewe, joined, ram
from ..test_event_log import taken
from ..test_paddocks import square
from .conftest import Device, Row, event, new_animal, upsert, weight
from .test_work_on_phones import listed

NEW: dict[str, dict[str, Any]] = {
    "locations": {"scheme": "uk.cph", "value": "34/123/1234"},
    "paddocks": {"name": "Creek", "geometry": square(), "valid_from": "2024-01-01"},
    "groups": {"name": "Ewes"},
    "flocks": {"name": "Second", "code": "4321", "recording_scheme": "none"},
    "session_templates": {"name": "Weaning", "kind": "weigh", "traits": ["WWT"], "fields": []},
    "sessions": {"name": "Day", "kind": "weigh", "held_on": "2025-02-10"},
    "tasks": {"title": "Crutch", "due_on": "2031-01-01"},
}


def every(farmer: Farmer, animal: str) -> list[Row]:
    """A new row of each collection that devices write."""
    number = {"animal_id": animal, "kind": "visual", "value": "77", "on_date": "2024-01-01"}
    return [
        new_animal(farmer),
        upsert("identifiers", str(new_id()), number),
        upsert("parent_claims", str(new_id()), {"child_id": animal, "parent_type": "sire", "parent_id": animal}),
        upsert("attachment_links", str(new_id()), {"sha256": "ab" * 32, "animal_id": animal}),
        weight(animal, 30),
        event("note.added", animal_id=animal, payload={"text": "lame"}),
        *(upsert(name, str(new_id()), doc) for name, doc in NEW.items()),
    ]


@pytest.mark.parametrize("base", [None, 0, 1000, 2**62])
async def test_the_id_of_a_new_row_is_of_version_7_whatever_was_seen(
    farmer: Farmer, device: Device, base: int | None
) -> None:
    animal = (await farmer.animal())["id"]
    rows = [
        row | {"id": str(make())} | ({} if base is None else {"base_rev": base})
        for make in (uuid4, uuid1)
        for row in every(farmer, animal)
    ]
    results = await device.push(*rows)
    assert {result["problem"]["code"] for result in results} == {"id_not_uuidv7"}


async def test_an_id_of_another_farm_gets_a_verdict_and_tells_nothing(
    farmer: Farmer, new_farmer: NewFarmer, device: Device
) -> None:
    """To make, to change with any number, and to remove it; then by the two other faces."""
    other = await new_farmer()
    theirs, mine = (await other.animal())["id"], (await farmer.animal())["id"]
    made = every(other, theirs)
    there = Device(other)
    refused = [result for result in await there.push(*made) if result["status"] != "applied"]
    assert [result["row"] for result in refused] == [2], refused
    await taken(other, joined([await ewe(other)], [await ram(other)], "2024-03-01"))
    follows = next(iter(await listed(other)))
    await there.pull()
    before = dict(there.rows)
    ours = [row | {"id": one["id"]} for row, one in zip(every(farmer, mine), made, strict=True)]
    ours.append(upsert("tasks", follows, {"done": True}))
    ours.append(upsert("animals", theirs, {"flock_id": farmer.flock_id, "sex": "male"}))
    for more in ({}, {"base_rev": 0}, {"base_rev": 5000}, {"op": "delete"}):
        await device.push(*(row | more | {"mutation_id": str(new_id())} for row in ours))
    body: dict[str, Any] = {}
    for row in ours:
        table = body.setdefault(row["collection"], {"created": [], "updated": [], "deleted": []})
        table["updated"].append(row["doc"] | {"id": row["id"]})
    query = {"last_pulled_at": 2**40, "device_id": device.id}
    await farmer.ask("POST", f"{device.path}/watermelon", 200, params=query, json=body)
    for name in body:
        docs = [{"newDocumentState": row["doc"] | {"id": row["id"]}} for row in ours if row["collection"] == name]
        await farmer.ask("POST", f"{device.path}/rxdb/{name}", 200, params={"device_id": device.id}, json=docs)
    await there.pull()
    assert there.rows == before
