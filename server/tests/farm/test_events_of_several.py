"""Events that name more animals than one: found by each of them, and held to the life of each of them (I17)."""

from typing import Any
from uuid import UUID

import pytest
from bellwether.farm.events import repository
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer, NewFarmer
from .large_tables import read_whole, said_by
from .test_event_log import BACK, NOTE, SOLD, log_of, refused, send, taken
from .test_merges import merge, undo
from .test_mobs import mob, taken_back


def joined(ewes: list[str], rams: list[str], day: str = "2024-03-01", **more: Any) -> dict[str, Any]:
    """Rams go to listed ewes."""
    payload = {"ewe_ids": ewes, "sire_ids": rams}
    return {"kind": "joining.started", "occurred_on": day, "payload": payload} | more


@pytest.fixture
async def sheep(farmer: Farmer) -> tuple[list[str], str]:
    """Three ewes and a ram."""
    ewes = [(await farmer.animal(sex="female", birth_date="2021-08-01"))["id"] for _ in range(3)]
    return ewes, (await farmer.animal(sex="male", birth_date="2021-08-01"))["id"]


async def test_an_event_is_found_by_each_animal_that_it_names(farmer: Farmer, sheep: tuple[list[str], str]) -> None:
    ewes, ram = sheep
    (event,) = await taken(farmer, joined(ewes[:2], [ram]))
    for key in (*ewes[:2], ram):
        assert [found["id"] for found in await log_of(farmer, animal_id=key)] == [event]
    assert await log_of(farmer, animal_id=ewes[2]) == []


async def test_the_log_is_asked_by_group_kind_and_session(farmer: Farmer, sheep: tuple[list[str], str]) -> None:
    ewes, ram = sheep
    day = {"kind": "yard", "name": "Joining", "held_on": "2024-03-01"}
    group, session = await mob(farmer), (await farmer.make(f"/farms/{farmer.farm_id}/sessions", **day))["id"]
    started = {"kind": "joining.started", "occurred_on": "2024-03-01", "payload": {"sire_ids": [ram]}}
    note = NOTE | {"animal_id": ewes[0], "session_id": session}
    in_group, noted = await taken(farmer, started | {"group_id": group}, note)
    for asked, expected in (
        ({"group_id": group}, [in_group]),
        ({"kind": "note.added"}, [noted]),
        ({"session_id": session}, [noted]),
        ({"session_id": session, "kind": "joining.started"}, []),
        ({"animal_id": ram, "kind": "joining.started"}, [in_group]),
    ):
        assert [found["id"] for found in await log_of(farmer, **asked)] == expected
    (item,) = (await send(farmer, note | {"session_id": str(new_id())}))["items"]
    assert [error["code"] for error in item["errors"]] == ["session_unknown"]
    await farmer.ask("GET", "/events", 422, params={"farm_id": farmer.farm_id, "kind": "joining.begun"})


async def test_i17_every_animal_of_an_event_was_there(farmer: Farmer, sheep: tuple[list[str], str]) -> None:
    ewes, ram = sheep
    await taken(farmer, SOLD | {"animal_id": ewes[1]}, BACK | {"animal_id": ewes[1]})
    found = await send(farmer, joined(ewes, [ram], "2024-04-01"))
    (error,) = found["items"][0]["errors"]
    assert error["code"] == "off_farm"
    (event,) = await taken(farmer, joined(ewes, [ram], "2024-03-01"))
    early = {"animal_id": ram, "occurred_on": "2024-02-01"}
    assert await refused(farmer, SOLD | early) == "recorded_while_away"
    (better,) = await taken(farmer, joined(ewes, [ram], "2024-01-01", supersedes=event))
    await taken(farmer, SOLD | early)
    assert [found["id"] for found in await log_of(farmer, animal_id=ewes[0])] == [better]
    await taken(farmer, taken_back(better), SOLD | {"animal_id": ewes[2], "occurred_on": "2023-12-01"})


async def test_who_cannot_be_meant_is_refused_by_its_place(farmer: Farmer, sheep: tuple[list[str], str]) -> None:
    ewes, ram = sheep
    wether = await farmer.animal(sex="male", fertility="neutered")
    unborn = await farmer.animal(sex="female", birth_date="2024-08-01")
    for names, code, field in (
        (([ram], [ram]), "sex_clash", "ewe_ids.0"),
        ((ewes, [ewes[0]]), "sex_clash", "sire_ids.0"),
        ((ewes, [wether["id"]]), "sex_clash", "sire_ids.0"),
        (([*ewes, ewes[0]], [ram]), "twice", "ewe_ids.3"),
        (([*ewes, str(new_id())], [ram]), "not_found", "ewe_ids.3"),
        (([ewes[0], unborn["id"]], [ram]), "before_birth", "occurred_on"),
    ):
        found = await send(farmer, joined(*names))
        error = found["items"][0]["errors"][0]
        assert error["code"] == code
        assert error["field"].endswith(field)
        assert error["fix"]


async def test_i29_an_animal_that_was_merged_keeps_the_events_that_name_it(
    farmer: Farmer, sheep: tuple[list[str], str]
) -> None:
    ewes, ram = sheep
    (event,) = await taken(farmer, joined(ewes[:2], [ram]))
    made = await merge(farmer, ewes[0], ewes[2])
    assert [found["id"] for found in await log_of(farmer, animal_id=ewes[2])] == [event]
    assert await refused(farmer, SOLD | {"animal_id": ewes[2], "occurred_on": "2024-02-01"}) == "recorded_while_away"
    (event,) = await taken(farmer, joined([ewes[2], ewes[1]], [ram], supersedes=event))
    await undo(farmer, made)
    assert [found["id"] for found in await log_of(farmer, animal_id=ewes[0])] == []
    assert [found["id"] for found in await log_of(farmer, animal_id=ewes[2])] == [event]


async def test_whom_events_name_is_seen_by_members_alone(
    farmer: Farmer, sheep: tuple[list[str], str], new_farmer: NewFarmer
) -> None:
    ewes, ram = sheep
    await taken(farmer, joined(ewes, [ram]))
    other = await new_farmer()
    statement = text("select count(*) from farm.event_other")
    for context, count in ((Context(user_id=farmer.user_id), 4), (Context(user_id=other.user_id), 0), (Context(), 0)):
        async with farmer.database.transaction(context) as session:
            assert (await session.execute(statement)).scalar_one() == count
    assert await refused(other, joined(ewes, [ram])) == "not_found"


async def test_the_log_is_never_read_from_end_to_end(farmer: Farmer, sheep: tuple[list[str], str]) -> None:
    farm, animal = UUID(farmer.farm_id), UUID(sheep[0][0])
    about = {"animal_id": animal, "group_id": animal, "kind": "joining.started", "session_id": animal}
    pages = [(repository.page_sql([name]), farm, 0, False, 10, value) for name, value in about.items()]
    assert not await read_whole(farmer, said_by(pages))
