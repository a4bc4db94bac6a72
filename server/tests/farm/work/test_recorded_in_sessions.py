"""What is recorded on a day in the yards carries its id, and the day says what was said once: its trait."""

from typing import Any

from bellwether.platform.ids import new_id

from ..conftest import Farmer, NewFarmer, weights_of
from ..sync.conftest import Device, Row, statuses, upsert

DAY = {"kind": "weigh", "name": "Weaners", "held_on": "2024-11-11"}


async def begun(farmer: Farmer, *traits: str) -> str:
    """A day in the yards."""
    return str((await farmer.make(f"/farms/{farmer.farm_id}/sessions", **DAY, traits=list(traits)))["id"])


def value(animal: str, key: str, of: float, **more: Any) -> Row:
    """One row of a body."""
    return {"animal_id": animal, key: of, "occurred_on": "2024-11-11"} | more


async def test_measurements_of_a_session_carry_its_id_and_its_trait(farmer: Farmer, new_farmer: NewFarmer) -> None:
    day, animal, other = await begun(farmer, "WWT"), (await farmer.animal())["id"], await new_farmer()
    body = {"farm_id": farmer.farm_id, "session_id": day}
    (weighed,) = (await farmer.make("/weights", **body, weights=[value(animal, "weight", 30)]))["items"]
    assert (weighed["trait"], weighed["session_id"]) == ("WWT", day)
    dag = value(animal, "value", 2, trait="DAG", occurred_on="2024-12-11")
    (scored,) = (await farmer.make("/measurements", **body, measurements=[dag]))["items"]
    assert (scored["trait"], scored["session_id"]) == ("DAG", day)
    later = value(animal, "weight", 31, trait="PWT", occurred_on="2025-03-11")
    (alone,) = (await farmer.make("/weights", farm_id=farmer.farm_id, weights=[later]))["items"]
    assert alone["session_id"] is None
    path = f"/farms/{farmer.farm_id}/sessions/{day}/summary"
    assert set((await farmer.ask("GET", path, 200)).json()["means"]) == {"WWT", "DAG"}
    second = await begun(farmer, "WWT")
    path = f"/farms/{farmer.farm_id}/sessions/{second}/summary"
    assert (await farmer.ask("GET", path, 200)).json()["recorded"] == 0
    for wrong in (str(new_id()), await begun(other, "WWT")):
        sent = body | {"session_id": wrong, "weights": [value(animal, "weight", 30)]}
        assert (await farmer.ask("POST", "/weights", 422, json=sent)).json()["code"] == "session_unknown"


async def test_a_trait_that_nobody_has_said_is_asked_for(farmer: Farmer) -> None:
    animal, several = (await farmer.animal())["id"], await begun(farmer, "WWT", "DAG")
    for body, path, row in (
        ({}, "weights", value(animal, "weight", 30)),
        ({"session_id": several}, "measurements", value(animal, "value", 30)),
    ):
        sent = {"farm_id": farmer.farm_id, path: [row]} | body
        answer = (await farmer.ask("POST", f"/{path}", 422, json=sent)).json()
        assert [(one["row"], one["field"]) for one in answer["errors"]] == [(0, f"{path}.0.trait")]
    (taken,) = (
        await farmer.make("/weights", farm_id=farmer.farm_id, session_id=several, weights=[value(animal, "weight", 30)])
    )["items"]
    assert taken["trait"] == "WWT"


async def test_a_weigh_session_by_file_says_its_day(farmer: Farmer) -> None:
    """Its trait is that of the day; of a day with several weights, and of none, it is asked."""
    animal = (await farmer.animal(identifiers=[{"kind": "visual", "value": "1"}]))["id"]
    day, several = await begun(farmer, "WWT", "DAG"), await begun(farmer, "WWT", "PWT")
    content = b"VID,Date,Weight\n1,2024-11-11,30.5\n"
    asked = await farmer.upload(content, "weights", 422, session_id=several)
    assert asked["errors"][0]["code"] == "trait_missing"
    unknown = await farmer.upload(content, "weights", 422, session_id=str(new_id()))
    assert unknown["errors"][0]["field"] == "session_id"
    assert (await farmer.upload(content, "weights", 422, session_id="x"))["errors"][0]["code"] == "option_wrong"
    await farmer.take_in(content, "weights", session_id=day)
    (weighed,) = await weights_of(farmer)
    assert (weighed["animal_id"], weighed["trait"], weighed["session_id"]) == (animal, "WWT", day)
    path = f"/farms/{farmer.farm_id}/sessions/{day}/summary"
    assert (await farmer.ask("GET", path, 200)).json()["recorded"] == 1
    await farmer.take_in(b"VID,Date,Weight\n1,2024-12-11,33\n", "weights", trait="PWT")
    assert [row["session_id"] for row in await weights_of(farmer) if row["trait"] == "PWT"] == [None]


async def test_phones_say_the_day_of_each_row(farmer: Farmer) -> None:
    """One that comes before its day is tried again; of a day that nobody knows the row stays on the phone."""
    device, animal, day = Device(farmer), (await farmer.animal())["id"], str(new_id())
    rows = [
        upsert("measurements", str(new_id()), value(animal, "value", 30, session_id=day)),
        upsert("measurements", str(new_id()), value(animal, "value", 2, trait="DAG")),
        upsert("measurements", str(new_id()), value(animal, "value", 31, session_id=str(new_id()))),
        upsert("sessions", day, DAY | {"traits": ["WWT"]}),
    ]
    results = await device.push(*rows)
    assert statuses(results) == ["applied", "applied", "rejected", "applied"]
    assert results[2]["problem"]["code"] == "session_unknown"
    assert await device.push(*rows) == results
    await device.pull()
    found = {row["trait"]: row["session_id"] for row in device.of("measurements").values()}
    assert found == {"WWT": day, "DAG": None}
    again = [row | {"mutation_id": str(new_id())} for row in rows[:2]]
    assert statuses(await device.push(*again)) == ["applied", "applied"]
