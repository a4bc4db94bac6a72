"""I17 where it meets measurements, imports and corrections: nothing is recorded of an animal that had left."""

from typing import Any

import pytest

from .conftest import Farmer, weights_of
from .test_event_log import BACK, DIED, NOTE, SOLD, refused, taken

WEIGHT = {"trait": "AWT", "weight": 61.5}
#: the day of leaving and the day of coming back count as here, and so does what came with a bought animal
HERE, AWAY = ("2024-03-13", "2024-03-14", "2024-05-02", "2024-06-20"), ("2024-03-15", "2024-05-01")


@pytest.fixture
async def ewe(farmer: Farmer) -> str:
    """Sold in March and back in May."""
    made = await farmer.animal(birth_date="2022-08-01", identifiers=[{"kind": "visual", "value": "220001"}])
    await taken(farmer, SOLD | {"animal_id": made["id"]}, BACK | {"animal_id": made["id"]})
    return str(made["id"])


async def weigh(farmer: Farmer, animal: str, day: str, expect: int) -> Any:
    """One weight."""
    body = {"farm_id": farmer.farm_id, "weights": [WEIGHT | {"animal_id": animal, "occurred_on": day}]}
    return (await farmer.ask("POST", "/weights", expect, json=body)).json()


async def test_i17_a_weight_while_the_animal_was_off_the_farm_is_refused(farmer: Farmer, ewe: str) -> None:
    for day in AWAY:
        (error,) = (await weigh(farmer, ewe, day, 422))["errors"]
        assert (error["code"], error["field"]) == ("off_farm", "weights.0.occurred_on")
        assert "until 2024-03-14" in error["message"]
        assert "came back" in error["fix"]
    for day in HERE:
        await weigh(farmer, ewe, day, 201)
    assert len(await weights_of(farmer)) == len(HERE)


async def test_i17_a_weigh_file_leaves_out_the_days_on_which_an_animal_was_away(farmer: Farmer, ewe: str) -> None:
    days = (*HERE, *AWAY)
    lines = [f"220001,{day},{60 + n}\n" for n, day in enumerate(days)]
    content = ("VID,Date,Weight\n" + "".join(lines)).encode()
    sent = await farmer.upload(content, "weights", trait="AWT")
    await farmer.run_import(sent["import_id"], today="2026-01-01")
    rows = sorted((await farmer.rows(sent["import_id"])).items())
    assert [row["is_accepted"] for _, row in rows] == [True] * len(HERE) + [False] * len(AWAY)
    assert [row["code"] for _, row in rows[len(HERE) :]] == ["off_farm"] * len(AWAY)
    assert {weight["occurred_on"] for weight in await weights_of(farmer)} == set(HERE)


async def test_i17_a_list_of_animals_with_weights_is_held_to_the_same(farmer: Farmer, ewe: str) -> None:
    for day, code in ((AWAY[0], "off_farm"), (HERE[0], None)):
        content = f"tag,sex,dob,AWT,AWTDATE\n220001,F,2022-08-01,60,{day}\n".encode()
        sent = await farmer.upload(content, "flock")
        await farmer.run_import(sent["import_id"])
        await farmer.end(sent)
        (row,) = (await farmer.rows(sent["import_id"])).values()
        assert (row["is_accepted"], row["code"]) == (code is None, code), row
    assert len(await weights_of(farmer)) == 1


async def test_i17_a_departure_does_not_pass_over_what_was_recorded(farmer: Farmer) -> None:
    ewe = (await farmer.animal())["id"]
    await weigh(farmer, ewe, "2024-04-01", 201)
    assert await refused(farmer, SOLD | {"animal_id": ewe}) == "recorded_while_away"
    assert await refused(farmer, DIED | {"animal_id": ewe, "occurred_on": "2024-03-31"}) == "recorded_while_away"
    await taken(farmer, DIED | {"animal_id": ewe, "occurred_on": "2024-04-01"})


async def test_what_came_with_a_bought_animal_may_be_older_than_its_arrival(farmer: Farmer) -> None:
    ram = (await farmer.animal(sex="male"))["id"]
    await taken(farmer, BACK | {"animal_id": ram, "payload": {"reason": "purchase"}})
    await weigh(farmer, ram, "2023-01-01", 201)


async def test_i17_no_animal_is_born_after_its_first_event(farmer: Farmer) -> None:
    ewe = await farmer.animal()
    await taken(farmer, NOTE | {"animal_id": ewe["id"]})
    change = {"birth_date": "2024-03-02"}
    answer = await farmer.ask("PATCH", f"/animals/{ewe['id']}", 422, json=change, headers={"If-Match": '"1"'})
    (error,) = answer.json()["errors"]
    assert error["code"] == "born_after_measurement"
    assert "note.added of 2024-03-01" in error["message"]
    change = {"birth_date": "2024-03-01"}
    await farmer.ask("PATCH", f"/animals/{ewe['id']}", 200, json=change, headers={"If-Match": '"1"'})


async def test_an_import_is_not_taken_back_from_under_an_event(farmer: Farmer) -> None:
    done = await farmer.take_in(b"tag,sex,dob\n220009,F,2022-08-01\n", "flock")
    (row,) = (await farmer.rows(done["import_id"])).values()
    await taken(farmer, NOTE | {"animal_id": row["animal_id"]})
    answer = (await farmer.ask("POST", f"/imports/{done['import_id']}/undo", 409)).json()
    (error,) = answer["errors"]
    assert (error["code"], error["message"]) == ("event_since", "1 animal is the animal of an event since: 220009")
