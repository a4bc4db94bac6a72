"""What a device did: a verdict for each row, once, whatever gets lost; what two said differently is kept and listed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bellwether.farm.sync import clock
from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer, weights_of
from .conftest import EARLY, LATER, LATEST, Device, Row, in_the_database, new_animal, statuses, upsert


def weight(animal: str, kg: float, day: str = "2024-11-11", **more: Any) -> Row:
    """A weighing."""
    return upsert(
        "measurements", str(new_id()), {"animal_id": animal, "trait": "WWT", "value": kg, "occurred_on": day} | more
    )


def event(kind: str, day: str = "2024-11-11", **more: Any) -> Row:
    """What happened."""
    return upsert("events", str(new_id()), {"kind": kind, "occurred_on": day, "payload": {}} | more)


async def registered(device: Device, **fields: Any) -> str:
    """An animal that both the farm and the device know."""
    row = new_animal(device.farmer, **fields)
    (result,) = await device.push(row)
    assert result["status"] == "applied", result
    await device.pull()
    return str(row["id"])


async def conflicts(farmer: Farmer, state: str = "open") -> list[Row]:
    """What a person sees."""
    path = f"/farms/{farmer.farm_id}/conflicts"
    found: list[Row] = (await farmer.ask("GET", path, 200, params={"state": state})).json()["items"]
    return found


async def settle(farmer: Farmer, conflict: Row, choice: str, expect: int = 200) -> Row:
    """What a person decides."""
    path = f"/farms/{farmer.farm_id}/conflicts/{conflict['id']}/settle"
    found: Row = (await farmer.ask("POST", path, expect, json={"choice": choice})).json()
    return found


async def test_a_day_in_the_yards(device: Device, other: Device, farmer: Farmer) -> None:
    ewe = new_animal(farmer, birth_date="2024-08-03", identifiers=[{"kind": "eid", "value": "982 000123456789"}])
    ram = new_animal(farmer, sex="male", birth_date="2022-08-03")
    mob = upsert("groups", str(new_id()), {"name": "Lambs", "type": "physical"})
    rows = [
        ewe,
        ram,
        mob,
        upsert("parent_claims", str(new_id()), {"child_id": ewe["id"], "parent_id": ram["id"], "parent_type": "sire"}),
        upsert("identifiers", str(new_id()), {"animal_id": ewe["id"], "kind": "visual", "value": "12", "ear": "left"}),
        weight(ewe["id"], 31.5),
        event("group.assigned", animal_id=ewe["id"], group_id=mob["id"]),
        event("note.added", animal_id=ewe["id"], payload={"text": "lame"}),
    ]
    results = await device.push(*rows)
    assert statuses(results) == ["applied"] * len(rows), results
    await other.pull()
    assert other.row("animals", ewe["id"])["birth_date"] == "2024-08-03"
    assert {row["value"] for row in other.of("identifiers").values()} == {"982000123456789", "12"}
    assert other.row("parent_claims", rows[3]["id"])["parent_id"] == ram["id"]
    assert other.row("measurements", rows[5]["id"])["value"] == 31.5
    assert other.row("events", rows[7]["id"])["source"] == "device"
    assert other.row("events", rows[7]["id"])["device_id"] == device.id
    await device.pull()
    assert device.rows == other.rows


async def test_the_same_request_gets_the_same_answer(device: Device, farmer: Farmer) -> None:
    """Also when the first answer was lost after the commit; and when only some of the rows come again."""
    rows = [new_animal(farmer), new_animal(farmer, sex="ram"), weight(str(new_id()), 30)]
    first = await device.push(*rows)
    assert statuses(first) == ["applied", "rejected", "rejected"]
    assert await device.push(*rows) == first
    assert [again | {"row": 2} for again in await device.push(rows[2])] == [first[2]]
    (reused,) = await device.push(rows[0] | {"doc": {"flock_id": farmer.flock_id, "sex": "male"}})
    assert reused["problem"]["code"] == "mutation_reused"
    twice = new_animal(farmer)
    results = await device.push(twice, twice)
    assert statuses(results) == ["applied", "applied"]
    assert len(await Device(farmer).pull(collections="animals")) == 2


async def test_one_bad_row_of_ten(device: Device, farmer: Farmer) -> None:
    """Nine are accepted, the tenth has its reason, and is taken once it is put right."""
    animals = [new_animal(farmer) for _ in range(9)]
    bad = new_animal(farmer, birth_date="2100-01-01")
    results = await device.push(*animals[:4], bad, *animals[4:])
    assert statuses(results).count("applied") == 9
    problem = results[4]["problem"]
    assert (problem["code"], problem["errors"][0]["field"]) == ("animal_rejected", "birth_date")
    assert problem["errors"][0]["fix"]
    mended = bad | {"mutation_id": str(new_id()), "doc": bad["doc"] | {"birth_date": "2024-08-01"}}
    assert statuses(await device.push(mended)) == ["applied"]


async def test_rows_that_come_before_what_they_refer_to(device: Device, farmer: Farmer) -> None:
    ewe = new_animal(farmer)
    rows = [weight(ewe["id"], 30), event("note.added", animal_id=ewe["id"], payload={"text": "lame"}), ewe]
    assert statuses(await device.push(*rows)) == ["applied"] * 3


@pytest.mark.parametrize(
    "wrong", [{"op": "replace"}, {"collection": "animal"}, {"id": "x"}, {"more": 1}, {"clock": "1"}]
)
async def test_a_row_that_cannot_be_read_is_no_matter_of_the_others(device: Device, farmer: Farmer, wrong: Row) -> None:
    results = await device.push(new_animal(farmer) | wrong, new_animal(farmer))
    assert statuses(results) == ["rejected", "applied"]
    (error,) = results[0]["problem"]["errors"]
    assert error["field"] == f"mutations.0.{next(iter(wrong))}"


async def test_what_no_device_writes(device: Device, farmer: Farmer) -> None:
    ewe = await registered(device)
    results = await device.push(
        upsert("paddock_versions", str(new_id()), {}),
        upsert("animals", "5d9b2cb2-1f0c-4b4e-8f0e-111111111111", {"flock_id": farmer.flock_id}),
        upsert("animals", str(new_id()), None),
        device.edit("animals", ewe, fate="sold"),
        device.edit("animals", ewe, sex=None),
        device.deletion("flocks", farmer.flock_id),
    )
    codes = ["read_only_collection", "id_not_uuidv7", "doc_missing", "not_editable", "cannot_clear", "not_deletable"]
    assert [result["problem"]["code"] for result in results] == codes


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


async def test_a_weight_that_was_stored_is_stored_once(device: Device) -> None:
    """Under another mutation: the device lost what it had written down of its push."""
    ewe = await registered(device)
    sent = weight(ewe, 30)
    await device.push(sent)
    again = sent | {"mutation_id": str(new_id())}
    other = again | {"mutation_id": str(new_id()), "doc": sent["doc"] | {"value": 31}}
    results = await device.push(again, other)
    assert statuses(results) == ["applied", "rejected"]
    assert results[1]["problem"]["errors"][0]["code"] == "id_taken"


async def test_bad_weights_and_events_among_good_ones(device: Device) -> None:
    ewe = await registered(device, birth_date="2024-08-01")
    rows = [
        weight(ewe, 30),
        weight(ewe, 3000),
        weight(ewe, 500, "2024-11-12"),
        weight(ewe, 30, "2024-07-01"),
        weight(ewe, 31, "2024-11-13"),
        event("note.added", animal_id=ewe, payload={"text": "lame"}),
        event("note.added", animal_id=ewe),
        event("note.taken", animal_id=ewe),
        event("note.added", "2100-01-01", animal_id=ewe, payload={"text": "lame"}),
    ]
    results = await device.push(*rows)
    good = ["applied", *["rejected"] * 3, *["applied"] * 2, *["rejected"] * 3]
    assert statuses(results) == good, results
    fields = [result["problem"]["errors"][0]["field"] for result in results if result["problem"]]
    assert fields[:3] == ["value", "value", "occurred_on"]
    assert all(not str(field).startswith(("events", "weights")) for field in fields)


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


async def test_an_edit_of_an_animal_that_was_merged_goes_to_the_one_that_stayed(device: Device, farmer: Farmer) -> None:
    loser, winner = await registered(device), await registered(device)
    await farmer.make("/merges", loser_id=loser, winner_id=winner)
    (result,) = await device.push(device.edit("animals", loser, rear_type=2))
    assert (result["status"], result["doc"]["id"], result["doc"]["rear_type"]) == ("merged", winner, 2)


async def test_a_claim_that_stands_already_is_not_doubled(device: Device, other: Device, farmer: Farmer) -> None:
    ewe, ram = await registered(device), await registered(device, sex="male")
    claim = {"child_id": ewe, "parent_id": ram, "parent_type": "sire"}
    claims = [upsert("parent_claims", str(new_id()), claim | {"method": method}) for method in ("observed", "derived")]
    assert statuses(await device.push(claims[0])) == ["applied"]
    assert statuses(await other.push(claims[1])) == ["merged"]
    await other.pull()
    assert other.of("parent_claims").keys() == {claims[0]["id"]}
    assert claims[1]["id"] not in other.of("parent_claims")


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


async def test_a_lamb_is_born_as_its_lambing_says(device: Device) -> None:
    ewe = await registered(device, birth_date="2020-08-01")
    lamb = str(new_id())
    born = event("lambing.recorded", "2024-08-05", animal_id=ewe, payload={"lambs": [{"id": lamb, "sex": "male"}]})
    assert statuses(await device.push(born)) == ["applied"]
    await device.pull()
    (result,) = await device.push(device.edit("animals", lamb, birth_date="2024-08-03"))
    assert (result["status"], result["problem"]["errors"][0]["code"]) == ("rejected", "of_a_lambing")
