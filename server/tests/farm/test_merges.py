"""I29: merging animals keeps every event, redirects the loser's id for ever, and can be undone."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Farmer, NewFarmer, animals_of, weights_of
from .dumps import dump
from .test_event_log import BACK, DIED, NOTE, SOLD, fate_of, log_of, stays_of, taken
from .test_treatments import remedy, treated

EID = "982000123456701"
BORN = "2022-08-01"


async def weigh(farmer: Farmer, animal: str, day: str, weight: float, expect: int = 201) -> Any:
    """One weight."""
    new = {"animal_id": animal, "trait": "AWT", "weight": weight, "occurred_on": day}
    return (await farmer.ask("POST", "/weights", expect, json={"farm_id": farmer.farm_id, "weights": [new]})).json()


async def merge(farmer: Farmer, loser: str, winner: str, expect: int = 201) -> dict[str, Any]:
    """The one becomes the other."""
    body = {"loser_id": loser, "winner_id": winner}
    found: dict[str, Any] = (await farmer.ask("POST", "/merges", expect, json=body)).json()
    return found


async def undo(farmer: Farmer, made: dict[str, Any], expect: int = 200) -> dict[str, Any]:
    """Two again."""
    found: dict[str, Any] = (await farmer.ask("POST", f"/merges/{made['id']}/undo", expect)).json()
    return found


async def get(farmer: Farmer, animal: str) -> dict[str, Any]:
    """As a user reads it."""
    found: dict[str, Any] = (await farmer.ask("GET", f"/animals/{animal}", 200)).json()
    return found


@pytest.fixture
async def twice(farmer: Farmer) -> tuple[str, str]:
    """One ewe, registered twice: by its tag with sire, lamb and weights, and by its EID with a weight of one day."""
    sire = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    loser = await farmer.animal(
        sex="female",
        birth_date=BORN,
        birth_type=2,
        identifiers=[{"kind": "visual", "value": "220001"}],
        parents=[{"parent_id": sire, "parent_type": "sire"}],
    )
    winner = await farmer.animal(birth_date=BORN, identifiers=[{"kind": "eid", "value": EID}])
    await farmer.animal(birth_date="2024-08-01", parents=[{"parent_id": loser["id"], "parent_type": "dam"}])
    await weigh(farmer, loser["id"], "2024-02-01", 60)
    await weigh(farmer, loser["id"], "2024-03-01", 61)
    await weigh(farmer, winner["id"], "2024-03-01", 62)
    return loser["id"], winner["id"]


async def test_i20_a_sale_of_the_one_while_a_remedy_withheld_the_other_is_told(farmer: Farmer) -> None:
    """By animal, remedy and day, in the answer and in the report; undone they are two again, and nothing is told."""
    treated_one = (await farmer.animal(sex="female", identifiers=[{"kind": "visual", "value": "17"}]))["id"]
    sold_one = (await farmer.animal(sex="female", identifiers=[{"kind": "eid", "value": EID}]))["id"]
    await taken(farmer, treated(await remedy(farmer), "2024-03-10", animal_id=treated_one))
    await taken(farmer, SOLD | {"animal_id": sold_one})
    assert await sales_told(farmer) == []
    made = await merge(farmer, treated_one, sold_one)
    (told,) = made["warnings"]
    assert told["code"] == "sold_while_withheld"
    text = "was sold on 2024-03-14, and Drench A withheld it until"
    assert text in told["message"]
    assert told["message"].startswith("17 ")
    assert await sales_told(farmer) == [told["message"]]
    await undo(farmer, made)
    assert await sales_told(farmer) == []
    other = (await farmer.animal(sex="female"))["id"]
    assert (await merge(farmer, other, sold_one))["warnings"] == []


async def sales_told(farmer: Farmer) -> list[str]:
    """What the report on the quality of the data says of sales."""
    answer = await farmer.ask("GET", f"/farms/{farmer.farm_id}/reports/data-quality", 200)
    return [row["what"] for row in answer.json()["rows"] if row["of"] == "sales"]


async def test_i29_all_of_the_one_is_told_of_the_other_and_its_id_leads_there(
    farmer: Farmer, twice: tuple[str, str]
) -> None:
    loser, winner = twice
    await taken(farmer, NOTE | {"animal_id": loser}, SOLD | {"animal_id": loser}, BACK | {"animal_id": loser})
    (note,) = await taken(farmer, NOTE | {"animal_id": winner})
    made = await merge(farmer, loser, winner)
    found = await get(farmer, loser)
    assert found == await get(farmer, winner)
    assert (found["id"], found["sex"], found["birth_type"], found["tag"]) == (winner, "female", 2, "220001")
    assert {item["value"] for item in found["identifiers"]} == {EID, "220001"}
    assert found["sire_id"] is not None
    assert loser not in {animal["id"] for animal in await animals_of(farmer)}
    assert [animal["dam_id"] for animal in await animals_of(farmer) if animal["dam_id"]] == [winner]
    weights = {(w["occurred_on"], w["weight_kg"], w["animal_id"]) for w in await weights_of(farmer)}
    assert weights == {("2024-02-01", 60.0, winner), ("2024-03-01", 62.0, winner)}
    assert await stays_of(farmer, winner) == [(None, "2024-03-14"), ("2024-05-02", None)]
    assert len(await log_of(farmer, animal_id=winner)) == len(await log_of(farmer, animal_id=loser)) == 4
    # whoever has not heard of it yet writes to the animal all the same
    await weigh(farmer, loser, "2024-06-01", 63)
    await weigh(farmer, loser, "2024-04-01", 63, 422)
    await taken(farmer, DIED | {"animal_id": loser, "occurred_on": "2024-07-01"})
    assert await fate_of(farmer, winner) == "dead"
    assert {w["animal_id"] for w in await weights_of(farmer)} == {winner}
    (listed,) = (await farmer.ask("GET", "/merges", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert listed | {"warnings": []} == made
    await taken(farmer, NOTE | {"animal_id": winner, "supersedes": note})


async def test_i29_undone_both_are_as_they_were(farmer: Farmer, twice: tuple[str, str]) -> None:
    loser, winner = twice
    await taken(farmer, SOLD | {"animal_id": loser}, NOTE | {"animal_id": winner})
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    stays = await stays_of(farmer, loser)
    made = await merge(farmer, loser, winner)
    assert await dump(farmer.admin_dsn, farmer.farm_id) != before
    assert (await undo(farmer, made))["undone_at"] is not None
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before
    assert (await stays_of(farmer, loser), await stays_of(farmer, winner)) == (stays, [])
    assert (await get(farmer, loser))["id"] == loser
    assert (await undo(farmer, made, 409))["code"] == "merge_undone"
    await merge(farmer, loser, winner)


async def test_i29_what_was_recorded_since_stays_with_the_winner(farmer: Farmer, twice: tuple[str, str]) -> None:
    loser, winner = twice
    made = await merge(farmer, loser, winner)
    await weigh(farmer, winner, "2024-06-01", 63)
    await taken(farmer, SOLD | {"animal_id": winner, "occurred_on": "2024-06-02"})
    await undo(farmer, made)
    assert [await fate_of(farmer, key) for key in twice] == ["alive", "sold"]
    weights = {(w["occurred_on"], w["weight_kg"], w["animal_id"]) for w in await weights_of(farmer)}
    mine = {("2024-03-01", 62.0, winner), ("2024-06-01", 63.0, winner)}
    assert weights == mine | {("2024-02-01", 60.0, loser), ("2024-03-01", 61.0, loser)}


async def test_i29_a_merge_is_not_undone_from_under_a_correction_or_another_merge(
    farmer: Farmer, twice: tuple[str, str]
) -> None:
    loser, winner = twice
    made = await merge(farmer, loser, winner)
    third = (await farmer.animal(birth_date=BORN))["id"]
    second = await merge(farmer, winner, third)
    assert (await get(farmer, loser))["id"] == third
    assert (await undo(farmer, made, 409))["code"] == "merge_built_upon"
    await undo(farmer, second)
    assert (await get(farmer, loser))["id"] == winner
    await weigh(farmer, winner, "2024-02-01", 59)
    answer = await undo(farmer, made, 409)
    assert (answer["code"], answer["errors"][0]["code"]) == ("merge_built_upon", "measurement_corrected")


@pytest.mark.parametrize(
    ("loser", "winner", "code"),
    [
        ({"sex": "male"}, {"sex": "female"}, "other_sex"),
        ({"birth_date": BORN}, {"birth_date": "2022-08-02"}, "other_birth_date"),
        (
            {"identifiers": [{"kind": "eid", "value": EID}]},
            {"identifiers": [{"kind": "eid", "value": "982000123456702"}]},
            "other_std.iso.11785",
        ),
        ({"birth_date": BORN}, {"drop_year": 2024}, "other_drop_year"),
        ({"fertility": "infertile"}, {"fertility": "fertile"}, "other_fertility"),
        ({}, {"reference_only": True}, "no_pair"),
    ],
    ids=str,
)
async def test_what_says_that_they_are_two(
    farmer: Farmer, loser: dict[str, Any], winner: dict[str, Any], code: str
) -> None:
    one, other = (await farmer.animal(**loser))["id"], (await farmer.animal(**winner))["id"]
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    answer = await merge(farmer, one, other, 422)
    assert (answer["code"], answer["errors"][0]["code"]) == ("two_animals", code)
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before


async def test_what_was_said_otherwise_of_the_loser_is_told(farmer: Farmer) -> None:
    """The winner's word stands; a wether stays one, whoever had thought it a ram."""
    said = {"sex": "male", "drop_year": 2023}
    loser = await farmer.animal(**said, birth_type=2, rear_type=1, fertility="neutered")
    winner = await farmer.animal(**said, birth_type=1, rear_type=1, fertility="fertile")
    made = await merge(farmer, loser["id"], winner["id"])
    assert [told["code"] for told in made["warnings"]] == ["other_birth_type"]
    assert (made["warnings"][0]["message"], bool(made["warnings"][0]["fix"])) == (
        f"birth type: 2 was said of {loser['id']}, and 1 stands, of {winner['id']}", True
    )  # fmt: skip
    found = await get(farmer, winner["id"])
    assert (found["birth_type"], found["fertility"]) == (1, "neutered")
    await undo(farmer, made)
    assert (await get(farmer, winner["id"]))["fertility"] == "fertile"


async def test_weights_of_another_flock_stay_with_their_contemporaries(farmer: Farmer) -> None:
    other = (await farmer.make("/flocks", farm_id=farmer.farm_id, name="Two", code="5678"))["id"]
    winner = (await farmer.animal(drop_year=2022))["id"]
    farmer.flock_id = other
    loser = (await farmer.animal(drop_year=2022))["id"]
    await weigh(farmer, loser, "2024-02-01", 60)
    (before,) = await weights_of(farmer)
    await merge(farmer, loser, winner)
    (found,) = await weights_of(farmer)
    assert found["animal_id"] == winner
    assert found["contemporary_group"] == before["contemporary_group"] == "5678/2022/A/b0/g0"


async def test_i24_what_grew_from_an_embryo_is_never_among_others_after_a_merge(farmer: Farmer) -> None:
    """Nothing said of the one is no word against the other."""
    loser = (await farmer.animal(drop_year=2022, is_embryo_transfer=True))["id"]
    winner = (await farmer.animal(drop_year=2022))["id"]
    await weigh(farmer, winner, "2024-02-01", 60)
    made = await merge(farmer, loser, winner)
    assert [found["contemporary_group"] for found in await weights_of(farmer)] == ["1234/2022/A/b0/et/g0"]
    await undo(farmer, made)
    assert [found["contemporary_group"] for found in await weights_of(farmer)] == ["1234/2022/A/b0/g0"]


async def test_kin_do_not_become_one(farmer: Farmer) -> None:
    granddam = (await farmer.animal(sex="female"))["id"]
    dam = (await farmer.animal(parents=[{"parent_id": granddam, "parent_type": "dam"}]))["id"]
    ewe = (await farmer.animal(parents=[{"parent_id": dam, "parent_type": "dam"}]))["id"]
    assert (await merge(farmer, dam, ewe, 422))["errors"][0]["code"] == "other_dam"
    assert (await merge(farmer, granddam, dam, 422))["errors"][0]["code"] == "own_parent"
    assert (await merge(farmer, granddam, ewe, 422))["errors"][0]["code"] == "pedigree_loop"
    assert (await merge(farmer, ewe, ewe, 422))["errors"][0]["code"] == "no_pair"
    other = (await farmer.animal(parents=[{"parent_id": granddam, "parent_type": "dam"}]))["id"]
    assert (await get(farmer, (await merge(farmer, other, dam))["loser_id"]))["id"] == dam


async def test_one_that_had_left_is_not_one_that_was_weighed_here(farmer: Farmer) -> None:
    sold, here = (await farmer.animal())["id"], (await farmer.animal())["id"]
    await taken(farmer, SOLD | {"animal_id": sold})
    await weigh(farmer, here, "2024-04-01", 60)
    for pair in ((sold, here), (here, sold)):
        assert (await merge(farmer, *pair, 422))["errors"][0]["code"] == "recorded_while_away"


async def test_others_neither_merge_nor_undo(farmer: Farmer, new_farmer: NewFarmer) -> None:
    one, two = (await farmer.animal())["id"], (await farmer.animal())["id"]
    other = await new_farmer()
    theirs = (await other.animal())["id"]
    assert (await merge(other, one, two, 422))["errors"][0]["code"] == "not_found"
    assert (await merge(other, theirs, one, 422))["errors"][0]["code"] == "not_found"
    made = await merge(farmer, one, two)
    await undo(other, made, 404)
    await other.ask("GET", "/merges", 404, params={"farm_id": farmer.farm_id})
    viewer = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    await undo(viewer, made, 403)


async def test_i29_any_merges_undone_in_turn_leave_the_farm_as_it_was(
    farmer: Farmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    animals = [(await farmer.animal(sex=chance.choice(["unknown", "female"])))["id"] for _ in range(6)]
    for animal in animals:
        await weigh(farmer, animal, f"2024-0{chance.randrange(1, 4)}-01", 60 + chance.randrange(9))
    for _ in range(5):
        child, dam = chance.sample(animals, 2)
        await farmer.ask("POST", f"/animals/{child}/parents", json={"parent_id": dam, "parent_type": "dam"})
    for _ in range(rounds(4, 100)):
        states = [await dump(farmer.admin_dsn, farmer.farm_id)]
        made = []
        for _ in range(4):
            loser, winner = chance.sample(animals, 2)
            answer = await farmer.ask("POST", "/merges", json={"loser_id": loser, "winner_id": winner})
            assert answer.status_code in (201, 409, 422), answer.text
            if answer.status_code == 201:
                made.append(answer.json())
                states.append(await dump(farmer.admin_dsn, farmer.farm_id))
        while made:
            assert await dump(farmer.admin_dsn, farmer.farm_id) == states.pop()
            await undo(farmer, made.pop())
        assert await dump(farmer.admin_dsn, farmer.farm_id) == states.pop()
