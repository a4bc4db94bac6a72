"""What two devices said differently: both are kept, one counts, and a person can settle it."""

from datetime import UTC, datetime, timedelta

import pytest
from bellwether.farm.sync import clock
from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer, weights_of
from .conftest import (
    EARLY,
    LATER,
    LATEST,
    Device,
    conflicts,
    event,
    in_the_database,
    new_animal,
    registered,
    settle,
    statuses,
    upsert,
    weight,
)


async def test_edits_of_different_fields_both_survive(device: Device, other: Device) -> None:
    ewe = await registered(device, birth_type=2)
    await other.pull()
    assert statuses(await device.push(device.edit("animals", ewe, LATER, rear_type=1))) == ["applied"]
    (result,) = await other.push(other.edit("animals", ewe, EARLY, birth_date="2024-08-03"))
    assert result["status"] == "merged"
    assert (result["doc"]["rear_type"], result["doc"]["birth_date"]) == (1, "2024-08-03")
    assert await conflicts(device.farmer) == []


@pytest.mark.parametrize("is_later", [True, False])
async def test_of_two_values_of_a_field_the_later_one_counts_and_both_are_kept(
    device: Device, other: Device, is_later: bool
) -> None:
    """By the clocks of the edits, not by the order in which they came."""
    ewe = await registered(device)
    await other.pull()
    await device.push(device.edit("animals", ewe, LATER, rear_type=1, birth_type=1))
    (result,) = await other.push(
        other.edit("animals", ewe, LATEST if is_later else EARLY, rear_type=3, fertility="fertile")
    )
    counts, lost = (3, 1) if is_later else (1, 3)
    assert result["status"] == "conflict"
    assert (result["doc"]["rear_type"], result["doc"]["fertility"]) == (counts, "fertile")
    (found,) = await conflicts(device.farmer)
    assert (found["field"], found["kept"], found["other"]) == ("rear_type", counts, lost)
    assert (found["row_id"], found["id"]) == (ewe, result["conflicts"][0])
    await device.pull()
    assert device.row("conflicts", found["id"])["state"] == "open"
    assert device.row("animals", ewe)["rear_type"] == counts
    settled = await settle(device.farmer, found, "other")
    assert (settled["state"], settled["choice"]) == ("settled", "other")
    await device.pull()
    assert device.row("animals", ewe)["rear_type"] == lost
    assert await conflicts(device.farmer) == []
    assert (await settle(device.farmer, found, "kept", 409))["code"] == "conflict_settled"
    said = await in_the_database(
        device.farmer, "select after from farm.field_change where id = $1::text::uuid and field = 'rear_type'", ewe
    )
    assert {row[0] for row in said} >= {str(counts), str(lost)} or not is_later


async def test_the_clock_of_a_field_that_was_edited_at_the_desk_is_the_servers(device: Device, farmer: Farmer) -> None:
    ewe = await registered(device)
    await farmer.ask("PATCH", f"/animals/{ewe}", 200, json={"rear_type": 2}, headers={"If-Match": "*"})
    (result,) = await device.push(device.edit("animals", ewe, EARLY, rear_type=1))
    assert (result["status"], result["doc"]["rear_type"]) == ("conflict", 2)
    ahead = clock.at(datetime.now(UTC) + timedelta(hours=1))
    (result,) = await device.push(device.edit("animals", ewe, ahead, rear_type=1))
    assert (result["status"], result["doc"]["rear_type"]) == ("conflict", 1)


async def test_a_device_is_in_no_conflict_with_itself(device: Device) -> None:
    """It lost the answer, edited on, and sends with the number that it knows."""
    ewe = await registered(device)
    await device.push(device.edit("animals", ewe, EARLY, rear_type=1))
    (result,) = await device.push(device.edit("animals", ewe, LATER, rear_type=2))
    assert result["status"] != "conflict"
    await device.pull()
    assert device.row("animals", ewe)["rear_type"] == 2
    assert await conflicts(device.farmer) == []


async def test_the_same_value_twice_is_no_conflict(device: Device, other: Device) -> None:
    ewe = await registered(device)
    await other.pull()
    await device.push(device.edit("animals", ewe, rear_type=1))
    (result,) = await other.push(other.edit("animals", ewe, rear_type=1))
    assert result["status"] == "merged"
    assert await conflicts(device.farmer) == []


async def test_names_of_mobs_and_paddocks(device: Device, other: Device, farmer: Farmer) -> None:
    mob = upsert("groups", str(new_id()), {"name": "Ewes", "purpose": "joining"})
    await device.push(mob)
    await device.pull()
    await other.pull()
    await device.push(device.edit("groups", mob["id"], EARLY, name="Old ewes"))
    (result,) = await other.push(other.edit("groups", mob["id"], LATER, name="Aged ewes"))
    assert (result["status"], result["doc"]["name"]) == ("conflict", "Aged ewes")
    (taken,) = await device.push(upsert("groups", str(new_id()), {"name": "aged ewes"}))
    assert taken["problem"]["code"] == "group_exists"


async def test_notes_append_and_never_overwrite(device: Device, other: Device) -> None:
    ewe = await registered(device)
    await device.push(event("note.added", animal_id=ewe, payload={"text": "lame"}))
    await other.push(event("note.added", animal_id=ewe, payload={"text": "better"}))
    await device.pull()
    assert {row["payload"]["text"] for row in device.of("events").values()} == {"lame", "better"}


async def test_a_weight_of_each_of_two_people(device: Device, other: Device, farmer: Farmer) -> None:
    """Events do not conflict: both stay, and of one day the later by the clock counts."""
    ewe = await registered(device)
    first, second = weight(ewe, 30, occurred_time="10:00:00"), weight(ewe, 31, occurred_time="09:00:00")
    assert statuses(await device.push(first)) == ["applied"]
    assert statuses(await other.push(second)) == ["applied"]
    await device.pull()
    states = {key: row["state"] for key, row in device.of("measurements").items()}
    assert states == {first["id"]: "active", second["id"]: "superseded"}
    again = weight(ewe, 32, occurred_time="10:05:00")
    assert statuses(await device.push(again)) == ["applied"]
    assert [found["weight_kg"] for found in await weights_of(farmer)] == [32]
    await device.pull()
    assert device.row("measurements", first["id"])["state"] == "superseded"
    assert await conflicts(farmer) == []


async def test_i14_one_number_on_two_animals_is_accepted_twice_and_disputed(
    device: Device, other: Device, farmer: Farmer
) -> None:
    """I14: both devices tagged without signal."""
    eid = "982 000123456789"
    mine = await registered(device)
    theirs = await registered(other)
    on = upsert("identifiers", str(new_id()), {"animal_id": mine, "kind": "eid", "value": eid})
    late = upsert("identifiers", str(new_id()), {"animal_id": theirs, "kind": "eid", "value": eid})
    inline = new_animal(farmer, identifiers=[{"kind": "eid", "value": eid}])
    assert statuses(await device.push(on)) == ["applied"]
    assert statuses(await other.push(late, inline)) == ["applied", "applied"]
    found = await conflicts(farmer)
    assert {one["kind"] for one in found} == {"duplicate_identifier"}
    assert {(one["kept"], one["other"]) for one in found} == {(mine, theirs), (mine, inline["id"])}
    await device.pull()
    assert device.row("identifiers", late["id"])["state"] == "disputed"
    await settle(farmer, next(one for one in found if one["other"] == inline["id"]), "kept")
    await settle(farmer, next(one for one in found if one["other"] == theirs), "other")
    assert await conflicts(farmer) == []
    await device.pull()
    assert device.row("identifiers", late["id"])["state"] == "active"
    assert device.row("identifiers", on["id"])["state"] == "closed"


async def test_the_clock_of_a_device_is_advice(device: Device) -> None:
    """It is kept with its zone, orders nothing, and more than a day ahead it is refused."""
    ewe = await registered(device)
    now = datetime.now(UTC)
    ahead, far = clock.at(now + timedelta(hours=23)), clock.at(now + timedelta(hours=25))
    results = await device.push(
        device.edit("animals", ewe, ahead, rear_type=1),
        device.edit("animals", ewe, far, rear_type=2),
        event("note.added", animal_id=ewe, payload={"text": "a"}, device_time=(now + timedelta(hours=25)).isoformat()),
        event("note.added", animal_id=ewe, payload={"text": "b"}, device_time="2001-01-01T00:00:00+10:00"),
    )
    assert statuses(results) == ["applied", "rejected", "rejected", "applied"]
    assert results[1]["problem"]["code"] == "clock_ahead"
    assert results[2]["problem"]["errors"][0]["code"] == "clock_ahead"


async def test_conflicts_are_the_farms_own(
    device: Device, other: Device, farmer: Farmer, new_farmer: NewFarmer
) -> None:
    ewe = await registered(device)
    await other.pull()
    await device.push(device.edit("animals", ewe, LATER, rear_type=1))
    await other.push(other.edit("animals", ewe, EARLY, rear_type=3))
    (found,) = await conflicts(farmer)
    stranger = await new_farmer(with_farm=False)
    path = f"/farms/{farmer.farm_id}/conflicts"
    assert (await stranger.ask("GET", path, 404)).json()["code"] == "not_found"
    assert (await stranger.ask("POST", f"{path}/{found['id']}/settle", 404, json={"choice": "kept"})).status_code == 404
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(stranger.user_id), role="viewer")
    assert (await stranger.ask("GET", path, 200)).json()["items"] == [found]
    await stranger.ask("POST", f"{path}/{found['id']}/settle", 403, json={"choice": "kept"})
