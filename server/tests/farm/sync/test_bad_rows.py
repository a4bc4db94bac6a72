"""One row that cannot be taken is no matter of the others, whatever is wrong with it."""

import json

from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer
from .conftest import (
    LATER,
    Device,
    Row,
    event,
    in_the_database,
    new_animal,
    registered,
    statuses,
    upsert,
    weight,
)


async def test_ids_of_another_farm_are_no_matter_of_the_other_rows(
    device: Device, farmer: Farmer, new_farmer: NewFarmer
) -> None:
    """Only the database sees them."""
    theirs = Device(await new_farmer())
    family = [new_animal(theirs.farmer, sex=sex, birth_date="2020-08-03") for sex in ("female", "male")]
    note, kg = event("note.added", animal_id=family[0]["id"], payload={"text": "lame"}), weight(family[0]["id"], 30)
    claim = upsert("parent_claims", str(new_id()), claim_of(*family) | {"parent_type": "excluded_sire"})
    assert statuses(await theirs.push(*family, note, kg, claim)) == ["applied"] * 5
    mine = [new_animal(farmer, sex=sex, birth_date="2020-08-03") for sex in ("female", "male")]
    results = await device.push(
        *mine,
        weight(mine[0]["id"], 30, "2024-11-01"),
        weight(mine[0]["id"], 31, "2024-11-02") | {"id": kg["id"]},
        weight(mine[0]["id"], 32, "2024-11-03"),
        upsert("parent_claims", claim["id"], claim_of(*mine) | {"parent_type": "excluded_sire"}),
        event("note.added", animal_id=mine[0]["id"], payload={"text": "well"}),
    )
    assert [result["row"] for result in results if result["status"] == "rejected"] == [3, 5], results
    assert results[3]["problem"]["errors"][0]["code"] == results[5]["problem"]["code"] == "id_taken"


def claim_of(child: Row, parent: Row) -> Row:
    """Of two animals."""
    return {"child_id": child["id"], "parent_id": parent["id"]}


async def test_a_row_with_half_a_character_is_no_matter_of_the_others(device: Device, farmer: Farmer) -> None:
    """A phone that cuts a note after a hundred characters cuts through the middle of the last one."""
    ewe = new_animal(farmer)
    notes = [
        event("note.added", animal_id=ewe["id"], payload={"text": text}) for text in ("lame \ud83d", "a\0b", "well")
    ]
    as_json = {"headers": {"content-type": "application/json"}}
    body = {"device_id": device.id, "mutations": [ewe, *notes]}
    pushed = await farmer.ask("POST", f"{device.path}/push", 200, content=json.dumps(body), **as_json)
    results = pushed.json()["results"]
    assert statuses(results) == ["applied", "rejected", "rejected", "applied"]
    (error,) = results[1]["problem"]["errors"]
    assert (error["code"], error["field"]) == ("control_character", "mutations.1.doc.payload.text")
    sent = {"farm_id": farmer.farm_id, "events": [note["doc"] for note in notes]}
    found = (await farmer.ask("POST", "/events", 200, content=json.dumps(sent), **as_json)).json()
    assert [item["verdict"] for item in found["items"]] == ["rejected", "rejected", "new"]
    assert found["items"][1]["errors"][0]["field"] == "events.1.payload.text"


async def test_a_number_beyond_all_fields_is_no_matter_of_the_other_rows(device: Device, farmer: Farmer) -> None:
    huge = 2**70
    rows = [new_animal(farmer, rear_type=huge), new_animal(farmer) | {"base_rev": huge}, new_animal(farmer)]
    as_json = {"content": json.dumps({"device_id": device.id, "mutations": rows})}
    as_json |= {"headers": {"content-type": "application/json"}}
    results = (await farmer.ask("POST", f"{device.path}/push", 200, **as_json)).json()["results"]
    assert statuses(results) == ["rejected", "rejected", "applied"]


async def test_a_lamb_with_two_official_tags_is_no_matter_of_the_other_rows(device: Device, farmer: Farmer) -> None:
    """On a phone, in a request, and in a row of its own: the second one is refused at its place."""
    ewe = new_animal(farmer, sex="female", birth_date="2020-08-03")
    worn = [{"kind": "eid", "value": f"98200012345678{n}"} for n in range(2)]
    lamb = {"id": str(new_id()), "sex": "female", "born": "alive", "identifiers": worn}
    lambed = event("lambing.recorded", animal_id=ewe["id"], occurred_on="2024-08-01", payload={"lambs": [lamb]})
    results = await device.push(ewe, lambed, new_animal(farmer))
    assert statuses(results) == ["applied", "rejected", "applied"]
    (error,) = results[1]["problem"]["errors"]
    assert (error["code"], error["field"].split("payload.")[1]) == ("official_exists", "lambs.0.identifiers.1")
    sent = {"farm_id": farmer.farm_id, "events": [lambed["doc"]]}
    (item,) = (await farmer.ask("POST", "/events", 200, json=sent)).json()["items"]
    assert item["errors"][0]["code"] == "official_exists"


async def test_a_row_that_only_the_database_refuses_is_no_matter_of_the_other_rows(
    device: Device, farmer: Farmer
) -> None:
    """Whatever rule of its tables nobody else knows of."""
    ewe = await registered(device)
    rule = "add constraint only_here check (payload ->> 'text' is distinct from 'never') not valid"
    await in_the_database(farmer, f"alter table farm.event {rule}")
    try:
        notes = [event("note.added", animal_id=ewe, payload={"text": text}) for text in ("lame", "never", "well")]
        results = await device.push(*notes)
    finally:
        await in_the_database(farmer, "alter table farm.event drop constraint only_here")
    assert statuses(results) == ["applied", "rejected", "applied"]
    assert results[1]["problem"]["code"] == "not_storable"
    assert statuses(await device.push(notes[1] | {"mutation_id": str(new_id())})) == ["applied"]


async def test_a_number_that_the_farm_has_not_given_hides_no_conflict(device: Device, other: Device) -> None:
    """A backup was restored: nobody knows what the device had seen."""
    ewe = await registered(device)
    await device.push(device.edit("animals", ewe, sex="male"))
    (result,) = await other.push(upsert("animals", ewe, {"sex": "female"}, base_rev=10**12, clock=LATER))
    assert result["status"] == "conflict"


async def test_an_event_that_two_devices_take_back_is_taken_back(device: Device, other: Device, farmer: Farmer) -> None:
    ewe = await registered(device)
    note = event("note.added", animal_id=ewe, payload={"text": "lame"})
    await device.push(note)
    await device.pull()
    await other.pull()
    assert statuses(await device.push(device.deletion("events", note["id"]))) == ["applied"]
    assert statuses(await other.push(other.deletion("events", note["id"]))) == ["applied"]
