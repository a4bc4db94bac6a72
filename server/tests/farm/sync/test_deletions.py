"""What a device deletes: what others have changed or speak of stays."""

from bellwether.platform.ids import new_id

from ..conftest import Farmer
from .conftest import (
    Device,
    conflicts,
    event,
    new_animal,
    registered,
    settle,
    statuses,
    upsert,
    weight,
)


async def test_made_and_deleted_without_signal(device: Device, other: Device, farmer: Farmer) -> None:
    ewe = new_animal(farmer, identifiers=[{"kind": "visual", "value": "12"}])
    gone = {"op": "delete", "mutation_id": str(new_id()), "collection": "animals", "id": ewe["id"]}
    assert statuses(await device.push(ewe, gone)) == ["applied", "applied"]
    await other.pull()
    assert other.of("animals") == {}
    assert other.of("identifiers") == {}
    (late,) = await device.push(ewe | {"mutation_id": str(new_id())})
    assert late["status"] == "conflict"
    await other.pull()
    assert other.of("animals") == {}
    assert await device.push(ewe, gone) == await device.push(ewe, gone)


async def test_a_delete_that_comes_before_its_row(device: Device, other: Device, farmer: Farmer) -> None:
    """Delivered out of order: what was deleted does not come back."""
    ewe = new_animal(farmer)
    gone = {"op": "delete", "mutation_id": str(new_id()), "collection": "animals", "id": ewe["id"]}
    assert statuses(await device.push(gone)) == ["applied"]
    assert statuses(await device.push(ewe)) == ["conflict"]
    await other.pull()
    assert other.of("animals") == {}
    (found,) = await conflicts(farmer)
    assert (found["kind"], found["kept"], found["other"]) == ("deleted", None, ewe["doc"])
    assert (await settle(farmer, found, "other", 409))["code"] == "cannot_count"
    await settle(farmer, found, "kept")


async def test_a_row_that_others_changed_is_not_deleted(device: Device, other: Device, farmer: Farmer) -> None:
    ewe = await registered(device)
    await other.pull()
    await other.push(other.edit("animals", ewe, rear_type=2))
    (result,) = await device.push(device.deletion("animals", ewe))
    assert (result["status"], result["doc"]["rear_type"]) == ("conflict", 2)
    (found,) = await conflicts(farmer)
    assert (found["kind"], found["kept"]["id"], found["other"]) == ("deleted", ewe, None)
    await settle(farmer, found, "other")
    await other.pull()
    assert ewe not in other.of("animals")


async def test_what_something_speaks_of_is_not_deleted(device: Device, farmer: Farmer) -> None:
    ewe, weighed, dam = await registered(device), await registered(device), await registered(device)
    mob = upsert("groups", str(new_id()), {"name": "Ewes"})
    claim = {"child_id": ewe, "parent_id": dam, "parent_type": "dam"}
    results = await device.push(
        mob,
        event("group.assigned", animal_id=ewe, group_id=mob["id"]),
        weight(weighed, 30),
        upsert("parent_claims", str(new_id()), claim),
    )
    assert statuses(results) == ["applied"] * 4
    await device.pull()
    gone = [device.deletion("animals", key) for key in (ewe, weighed, dam)]
    results = await device.push(*gone, device.deletion("groups", mob["id"]))
    assert [result["problem"]["code"] for result in results] == ["row_in_use"] * 4


async def test_an_event_that_is_deleted_is_taken_back(device: Device, other: Device) -> None:
    ewe = await registered(device)
    sold = event("animal.departed", animal_id=ewe, payload={"fate": "sold"})
    await device.push(sold)
    await device.pull()
    assert device.row("animals", ewe)["fate"] == "sold"
    assert statuses(await device.push(device.deletion("events", sold["id"]))) == ["applied"]
    await other.pull()
    assert other.row("animals", ewe)["fate"] == "alive"
    assert sold["id"] in other.of("events")
    (gone,) = await device.push(device.deletion("measurements", str(new_id())))
    assert gone["problem"]["code"] == "not_deletable"
