"""Tags that are put on, lost, replaced, used again and disputed."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.ids import new_id

from .conftest import Farmer, NewFarmer
from .identity.test_doubles import EID, WEIGHTS, weighed
from .test_event_log import DIED, taken

OTHER = "982000123456702"


async def wear(farmer: Farmer, animal: str, value: str = EID, expect: int = 201, **body: Any) -> dict[str, Any]:
    """Put an identifier on."""
    sent = {"kind": "eid", "value": value, "animal_id": animal} | body
    found: dict[str, Any] = (await farmer.ask("POST", "/identifiers", expect, json=sent)).json()
    return found


async def stop(farmer: Farmer, use: str, expect: int = 200, **body: Any) -> dict[str, Any]:
    """End a use."""
    found: dict[str, Any] = (await farmer.ask("POST", f"/identifiers/{use}/end", expect, json=body)).json()
    return found


async def uses(farmer: Farmer, **query: Any) -> list[dict[str, Any]]:
    """As a user reads them."""
    page = await farmer.ask("GET", "/identifiers", 200, params={"farm_id": farmer.farm_id} | query)
    found: list[dict[str, Any]] = page.json()["items"]
    return found


async def tag_of(farmer: Farmer, animal: str) -> str | None:
    """What lists call the animal."""
    found: str | None = (await farmer.ask("GET", f"/animals/{animal}", 200)).json()["tag"]
    return found


async def test_a_tag_that_was_lost_is_replaced_at_one_instant(farmer: Farmer) -> None:
    ewe = (await farmer.animal(birth_date="2022-08-01"))["id"]
    first = await wear(farmer, ewe, on="2022-09-01", colour="pink", ear="left")
    assert (first["state"], first["on_date"], first["official"], first["ear"]) == ("active", "2022-09-01", True, "left")
    taken_already = await wear(farmer, ewe, OTHER, 409, on="2024-03-01")
    assert taken_already["code"] == "official_exists"
    assert first["id"] in taken_already["errors"][0]["fix"]
    second = await wear(farmer, ewe, OTHER, on="2024-03-01", replaces=first["id"])
    assert [(use["value"], use["off_date"]) for use in await uses(farmer)] == [(EID, "2024-03-01"), (OTHER, None)]
    assert await tag_of(farmer, ewe) == OTHER
    assert (await wear(farmer, ewe, EID, 409, on="2024-04-01", replaces=first["id"]))["code"] == "not_in_use"
    assert [use["id"] for use in await uses(farmer, state="active")] == [second["id"]]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"value": "9.82E+14"}, 422, "eid_scientific_notation"),
        ({"value": "98200012345670"}, 422, "eid_length"),
        ({"on": "2150-01-01"}, 422, "date_impossible"),
        ({"on": "2022-07-31"}, 422, "before_birth"),
        ({"animal_id": str(new_id())}, 422, "not_found"),
        ({"replaces": str(new_id())}, 422, "not_found"),
    ],
    ids=str,
)
async def test_what_cannot_be_put_on(farmer: Farmer, change: dict[str, Any], status: int, code: str) -> None:
    ewe = (await farmer.animal(birth_date="2022-08-01"))["id"]
    sent = {"kind": "eid", "value": EID, "animal_id": ewe} | change
    answer = (await farmer.ask("POST", "/identifiers", status, json=sent)).json()
    assert answer["errors"][0]["code"] == code
    assert await uses(farmer) == []


async def test_i14_a_number_in_use_is_refused_or_disputed_until_somebody_has_looked(farmer: Farmer) -> None:
    ewe, ram = (await farmer.animal())["id"], (await farmer.animal(sex="male"))["id"]
    first = await wear(farmer, ewe)
    refused = await wear(farmer, ram, expect=409)
    assert refused["code"] == "duplicate_identifier"
    assert ewe in refused["errors"][0]["message"]
    second = await wear(farmer, ram, if_taken="dispute")
    assert (second["state"], second["rivals"]) == ("disputed", [ewe])
    assert [use["id"] for use in await uses(farmer, state="disputed")] == [second["id"]]
    await farmer.ask("POST", f"/identifiers/{second['id']}/confirm", 409)
    assert await tag_of(farmer, ram) is None
    await stop(farmer, first["id"])
    settled = (await farmer.ask("POST", f"/identifiers/{second['id']}/confirm", 200)).json()
    assert (settled["state"], settled["rivals"]) == ("active", [])
    assert (await tag_of(farmer, ewe), await tag_of(farmer, ram)) == (None, EID)
    await farmer.ask("POST", f"/identifiers/{second['id']}/confirm", 409)


async def test_a_beginning_that_somebody_has_said_stands_and_any_other_gives_way(farmer: Farmer) -> None:
    ewe = (await farmer.animal())["id"]
    told = await wear(farmer, ewe, on="2024-03-01")
    assert (await stop(farmer, told["id"], 422, on="2024-02-29"))["errors"][0]["code"] == "ends_before_start"
    await stop(farmer, told["id"], on="2024-03-02")
    assert (await stop(farmer, told["id"], 409))["code"] == "not_in_use"
    untold = await wear(farmer, ewe, OTHER)
    ended = await stop(farmer, untold["id"], on="2024-02-29")
    assert (ended["on_date"], ended["off_date"], ended["state"]) == (None, "2024-02-29", "closed")


async def test_a_use_whose_beginning_nobody_said_does_not_end_within_another(farmer: Farmer) -> None:
    ewe, lamb = (await farmer.animal())["id"], (await farmer.animal())["id"]
    first = await wear(farmer, ewe, on="2024-01-01")
    await stop(farmer, first["id"], on="2024-03-01")
    second = await wear(farmer, lamb)
    assert (await stop(farmer, second["id"], 422, on="2024-02-01"))["errors"][0]["code"] == "overlaps"
    assert (await stop(farmer, second["id"], on="2024-03-01"))["state"] == "closed"


async def test_a_number_goes_to_another_animal_when_its_first_use_has_ended(farmer: Farmer) -> None:
    ewe, lamb = (await farmer.animal())["id"], (await farmer.animal(birth_date="2024-08-01"))["id"]
    first = await wear(farmer, ewe)
    await stop(farmer, first["id"], on="2024-09-01")
    assert (await wear(farmer, lamb, expect=409, on="2024-08-31"))["code"] == "duplicate_identifier"
    await wear(farmer, lamb, on="2024-09-01")
    rows = await weighed(farmer, f"{EID},2024-08-20,61", f"{EID},2024-11-11,31", head=WEIGHTS)
    assert [row["animal_id"] for row in rows.values()] == [ewe, lamb]


async def test_a_number_that_a_dead_animal_wore_is_free_and_that_of_one_that_may_return_is_not(farmer: Farmer) -> None:
    number = [{"kind": "eid", "value": EID}]
    ewe = (await farmer.animal(identifiers=number))["id"]
    (use,) = await uses(farmer)
    await stop(farmer, use["id"], on="2024-06-01")
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "identifiers": number}
    assert (await farmer.ask("POST", "/animals", 409, json=body)).json()["code"] == "duplicate_identifier"
    await taken(farmer, DIED | {"animal_id": ewe})
    lamb = await farmer.animal(identifiers=number)
    assert [use["animal_id"] for use in await uses(farmer)] == [ewe, lamb["id"]]


async def test_a_list_of_animals_takes_the_number_of_a_dead_one_for_another(farmer: Farmer) -> None:
    ewe = (await farmer.animal(identifiers=[{"kind": "eid", "value": EID}]))["id"]
    (use,) = await uses(farmer)
    await stop(farmer, use["id"], on="2024-06-01")
    await taken(farmer, DIED | {"animal_id": ewe})
    done = await farmer.take_in(f"EID,Sex,DOB\n{EID},F,2024-08-01\n".encode(), "flock")
    (row,) = (await farmer.rows(done["import_id"])).values()
    assert (row["verdict"], row["animal_id"] == ewe) == ("new", False)


async def test_others_neither_read_nor_change_them(farmer: Farmer, new_farmer: NewFarmer) -> None:
    ewe = (await farmer.animal())["id"]
    use = await wear(farmer, ewe)
    other = await new_farmer()
    await other.ask("GET", "/identifiers", 404, params={"farm_id": farmer.farm_id})
    assert (await wear(other, ewe, expect=422))["errors"][0]["code"] == "not_found"
    await stop(other, use["id"], 404)
    await other.ask("POST", f"/identifiers/{use['id']}/confirm", 404)
    viewer = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    await stop(viewer, use["id"], 403)
    viewer.farm_id = farmer.farm_id
    assert [found["id"] for found in await uses(viewer)] == [use["id"]]


async def test_i13_i14_whatever_is_done_no_number_is_on_two_animals_and_no_animal_has_two_of_a_scheme(
    farmer: Farmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    animals = [(await farmer.animal())["id"] for _ in range(3)]
    for _ in range(rounds(40, 2000)):
        going = [use for use in await uses(farmer, limit=1000) if use["state"] != "closed"]
        day = str(date(2024, 1, 1) + timedelta(days=chance.randrange(300)))
        on = chance.choice([{}, {"on": day}])
        use = chance.choice(going)["id"] if going else str(new_id())
        match chance.randrange(5):
            case 0:
                answer = await farmer.ask("POST", f"/identifiers/{use}/end", json=on)
            case 1:
                answer = await farmer.ask("POST", f"/identifiers/{use}/confirm")
            case _:
                sent = {"kind": "eid", "value": chance.choice([EID, OTHER]), "animal_id": chance.choice(animals)}
                sent |= on | chance.choice([{}, {"replaces": use}, {"if_taken": "dispute"}])
                answer = await farmer.ask("POST", "/identifiers", json=sent)
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text
    await holds(farmer)


async def holds(farmer: Farmer) -> None:
    """I13 and I14, by comparing each use with each other."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    rows = await connection.fetch(
        """select animal_id, value, state, coalesce(extract(epoch from lower(validity)), 0) as began,
             coalesce(extract(epoch from upper(validity)), 1e12) as ended
           from farm.identifier where farm_id = $1 and state <> 'disputed' and not isempty(validity)""",
        UUID(farmer.farm_id),
    )
    await connection.close()
    assert len(rows) > 1
    for place, one in enumerate(rows):
        for other in rows[:place]:
            if one["value"] == other["value"]:
                assert one["ended"] <= other["began"] or other["ended"] <= one["began"]
            if one["animal_id"] == other["animal_id"]:
                assert not one["state"] == other["state"] == "active"
