"""What a device did: a verdict for each row, once, whatever gets lost."""

import pytest
from bellwether.platform.ids import new_id

from ..conftest import Farmer
from .conftest import (
    Device,
    Row,
    event,
    new_animal,
    registered,
    statuses,
    upsert,
    weight,
)


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


async def test_a_lamb_is_born_as_its_lambing_says(device: Device) -> None:
    ewe = await registered(device, birth_date="2020-08-01")
    lamb = str(new_id())
    born = event("lambing.recorded", "2024-08-05", animal_id=ewe, payload={"lambs": [{"id": lamb, "sex": "male"}]})
    assert statuses(await device.push(born)) == ["applied"]
    await device.pull()
    (result,) = await device.push(device.edit("animals", lamb, birth_date="2024-08-03"))
    assert (result["status"], result["problem"]["errors"][0]["code"]) == ("rejected", "of_a_lambing")


async def test_a_phone_measures_any_trait_and_is_judged_as_everybody(device: Device, farmer: Farmer) -> None:
    body = {"code": "XTEMPER", "name": "temper", "kind": "category", "words": ["calm", "wild"]}
    await farmer.make(f"/farms/{farmer.farm_id}/traits", **body)
    ewe = await registered(device)
    assert [row["words"] for row in device.of("own_traits").values()] == [["calm", "wild"]]
    scan = weight(ewe, 2.75, "2025-03-11", trait="PEMD", unit="cm")
    temper = upsert(
        "measurements",
        str(new_id()),
        {"animal_id": ewe, "trait": "XTEMPER", "word": "wild", "occurred_on": "2025-03-11"},
    )
    bad = [weight(ewe, 99, trait="PEMD"), weight(ewe, 1, trait="XNOBODY"), weight(ewe, 3, trait="DAG", unit="kg")]
    results = await device.push(scan, temper, *bad)
    assert statuses(results) == ["applied", "applied", "rejected", "rejected", "rejected"], results
    told = [(e["field"], e["code"]) for result in results[2:] for e in result["problem"]["errors"]]
    assert told == [("value", "out_of_range"), ("trait", "trait_unknown"), ("unit", "unit_unknown")]
    assert statuses(await device.push(*(row | {"mutation_id": str(new_id())} for row in (scan, temper)))) == [
        "applied", "applied",
    ]  # fmt: skip
    await device.pull()
    assert [device.row("measurements", row["id"])["value"] for row in (scan, temper)] == [27.5, 2]
