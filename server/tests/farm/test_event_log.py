"""The log of a farm over HTTP: appended, corrected, repeated; each row with a verdict of its own."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.farm.access import one_writer
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer, NewFarmer

SOLD = {"kind": "animal.departed", "occurred_on": "2024-03-14", "payload": {"fate": "sold"}}
BACK = {"kind": "animal.arrived", "occurred_on": "2024-05-02", "payload": {"reason": "return"}}
DIED = {"kind": "animal.died", "occurred_on": "2024-06-01", "payload": {}}
NOTE = {"kind": "note.added", "occurred_on": "2024-03-01", "payload": {"text": "limps"}}


async def send(farmer: Farmer, *events: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Append; the answer."""
    body = {"farm_id": farmer.farm_id, "events": events}
    found: dict[str, Any] = (await farmer.ask("POST", "/events", 200, json=body, **kwargs)).json()
    assert found["accepted"] + found["rejected"] == len(events) == len(found["items"])
    return found


async def taken(farmer: Farmer, *events: dict[str, Any]) -> list[str]:
    """Append what must be accepted; the ids."""
    found = await send(farmer, *events)
    assert found["rejected"] == 0, found
    return [item["id"] for item in found["items"]]


async def refused(farmer: Farmer, event: dict[str, Any]) -> str:
    """Append what must be rejected; the code."""
    found = await send(farmer, event)
    (item,) = found["items"]
    assert item["verdict"] == "rejected", item
    assert all(error["row"] == 0 and error["fix"] for error in item["errors"])
    return str(item["errors"][0]["code"])


async def log_of(farmer: Farmer, **query: Any) -> list[dict[str, Any]]:
    """Events as a user reads them, page by page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        params = {"farm_id": farmer.farm_id, "limit": 2} | query | ({"cursor": cursor} if cursor else {})
        page = (await farmer.ask("GET", "/events", 200, params=params)).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


async def fate_of(farmer: Farmer, animal_id: str) -> str:
    """What has become of an animal."""
    found: str = (await farmer.ask("GET", f"/animals/{animal_id}", 200)).json()["fate"]
    return found


async def stays_of(farmer: Farmer, animal_id: str) -> list[tuple[Any, Any]]:
    """First and last day of each stay."""
    async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
        statement = text("select arrived_on, left_on from farm.stay where animal_id = :id order by number")
        rows = await session.execute(statement, {"id": UUID(animal_id)})
        return [tuple(None if day is None else str(day) for day in row) for row in rows]


async def test_an_animal_that_leaves_and_comes_back_has_two_stays(farmer: Farmer) -> None:
    animal = (await farmer.animal(birth_date="2022-08-01"))["id"]
    assert (await fate_of(farmer, animal), await stays_of(farmer, animal)) == ("alive", [])
    await taken(farmer, SOLD | {"animal_id": animal})
    assert (await fate_of(farmer, animal), await stays_of(farmer, animal)) == ("sold", [(None, "2024-03-14")])
    await taken(farmer, BACK | {"animal_id": animal}, DIED | {"animal_id": animal})
    stays = [(None, "2024-03-14"), ("2024-05-02", "2024-06-01")]
    assert (await fate_of(farmer, animal), await stays_of(farmer, animal)) == ("dead", stays)


async def test_one_bad_row_of_ten_leaves_nine(farmer: Farmer) -> None:
    animals = [(await farmer.animal())["id"] for _ in range(10)]
    events = [SOLD | {"animal_id": animal} for animal in animals]
    events[4] = events[4] | {"payload": {"fate": "gone"}}
    found = await send(farmer, *events)
    assert (found["accepted"], found["rejected"]) == (9, 1)
    bad = found["items"][4]
    assert (bad["verdict"], bad["id"]) == ("rejected", None)
    assert bad["errors"][0]["field"] == "events.4.payload.fate"
    assert len(await log_of(farmer)) == 9


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"kind": "animal.flew"}, "not_one_of", "events.0"),
        ({"animal_id": str(new_id())}, "not_found", "events.0.animal_id"),
        ({"occurred_on": "2150-01-01"}, "date_impossible", "events.0.occurred_on"),
        ({"occurred_on": "2020-01-01"}, "before_birth", "events.0.occurred_on"),
        ({"occurred_on": 0}, "wrong_type", "events.0.occurred_on"),
        ({"device_time": "2999-01-01T00:00:00Z"}, "clock_ahead", "events.0.device_time"),
        ({"device_time": "0001-01-01T00:00:00+14:00"}, "invalid_value", "events.0.device_time"),
        ({"occurred_time": "10:00:00Z"}, "invalid_value", "events.0.occurred_time"),
        ({"supersedes": str(new_id())}, "not_found", "events.0.supersedes"),
        ({"payload": {}}, "missing_field", "events.0.payload.fate"),
        ({"colour": "red"}, "unknown_field", "events.0.colour"),
        ({"tz": "Mars/Olympus"}, "invalid_value", "events.0.tz"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_said_of_its_row(farmer: Farmer, change: dict[str, Any], code: str, field: str) -> None:
    animal = await farmer.animal(birth_date="2022-08-01")
    found = await send(farmer, SOLD | {"animal_id": animal["id"]} | change)
    (error,) = found["items"][0]["errors"]
    assert (error["code"], error["field"], error["row"]) == (code, field, 0)
    assert error["fix"]
    assert await log_of(farmer) == []


async def test_a_whole_batch_is_stored_in_its_order(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    notes = [NOTE | {"animal_id": animal, "payload": {"text": str(number)}} for number in range(500)]
    ids = await taken(farmer, *notes)
    events = await log_of(farmer, limit=200)
    assert [event["id"] for event in events] == ids
    assert [event["payload"]["text"] for event in events] == [str(number) for number in range(500)]
    more = {"farm_id": farmer.farm_id, "events": [*notes, notes[0]]}
    await farmer.ask("POST", "/events", 422, json=more)


async def test_an_event_sent_again_is_known_and_another_under_its_id_is_none(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    event = SOLD | {"animal_id": animal, "id": str(new_id())}
    assert [item["verdict"] for item in (await send(farmer, event, event))["items"]] == ["new", "known"]
    assert [item["verdict"] for item in (await send(farmer, event))["items"]] == ["known"]
    assert await refused(farmer, event | {"occurred_on": "2024-03-15"}) == "event_exists"
    assert len(await log_of(farmer)) == 1


async def test_a_correction_takes_the_place_of_an_event_and_both_stay(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    (first,) = await taken(farmer, SOLD | {"animal_id": animal})
    await taken(farmer, BACK | {"animal_id": animal})
    better = SOLD | {"animal_id": animal, "occurred_on": "2024-04-01", "supersedes": first}
    (second,) = await taken(farmer, better)
    assert await stays_of(farmer, animal) == [(None, "2024-04-01"), ("2024-05-02", None)]
    assert await refused(farmer, better) == "superseded"
    assert await refused(farmer, NOTE | {"animal_id": animal, "supersedes": second}) == "other_kind"
    assert await refused(farmer, SOLD | {"animal_id": animal, "occurred_on": "2024-04-10"}) == "off_farm"
    assert await refused(farmer, BACK | {"animal_id": animal, "occurred_on": "2024-05-03"}) == "is_here"
    events = await log_of(farmer, state="all", animal_id=animal)
    assert [event["superseded_by"] for event in events] == [second, None, None]
    assert [event["id"] for event in await log_of(farmer)] == [events[1]["id"], second]


async def test_what_is_taken_back_did_not_happen(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    died, note = await taken(farmer, DIED | {"animal_id": animal}, NOTE | {"animal_id": animal})
    assert await fate_of(farmer, animal) == "dead"
    back = {"kind": "event.retracted", "occurred_on": "2024-06-02", "payload": {"reason": "another ewe"}}
    (taking,) = await taken(farmer, back | {"supersedes": died})
    assert (await fate_of(farmer, animal), await stays_of(farmer, animal)) == ("alive", [])
    assert await refused(farmer, back | {"supersedes": taking}) == "other_kind"
    assert [event["id"] for event in await log_of(farmer, animal_id=animal)] == [note, taking]


async def test_a_correction_may_name_another_animal(farmer: Farmer) -> None:
    wrong, right = (await farmer.animal())["id"], (await farmer.animal())["id"]
    (died,) = await taken(farmer, DIED | {"animal_id": wrong})
    await taken(farmer, DIED | {"animal_id": right, "supersedes": died})
    assert [await fate_of(farmer, key) for key in (wrong, right)] == ["alive", "dead"]


async def test_an_ancestor_has_no_events(farmer: Farmer) -> None:
    ghost = await farmer.animal(reference_only=True, identifiers=[{"kind": "name", "value": "Old Tom"}])
    assert await refused(farmer, DIED | {"animal_id": ghost["id"]}) == "reference_only"
    weight = {"animal_id": ghost["id"], "trait": "AWT", "weight": 60, "occurred_on": "2024-03-01"}
    body = {"farm_id": farmer.farm_id, "weights": [weight]}
    (error,) = (await farmer.ask("POST", "/weights", 422, json=body)).json()["errors"]
    assert (error["code"], error["field"]) == ("reference_only", "weights.0.animal_id")


async def test_what_needs_the_animal_is_refused_where_it_was_away(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    seen = {"kind": "diagnosis.recorded", "payload": {"finding": "foot rot"}, "animal_id": animal}
    await taken(farmer, SOLD | {"animal_id": animal}, BACK | {"animal_id": animal})
    for day in ("2024-03-14", "2024-05-02", "2024-05-03"):
        await taken(farmer, seen | {"occurred_on": day})
    assert await refused(farmer, seen | {"occurred_on": "2024-04-01"}) == "off_farm"
    await taken(farmer, NOTE | {"animal_id": animal, "occurred_on": "2024-04-01"})
    late = DIED | {"animal_id": animal, "occurred_on": "2024-05-02"}
    assert await refused(farmer, late) == "recorded_while_away"


async def test_a_farm_reads_and_writes_its_own_log_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    animal = (await farmer.animal())["id"]
    (event,) = await taken(farmer, SOLD | {"animal_id": animal})
    other = await new_farmer()
    await other.ask("GET", "/events", 404, params={"farm_id": farmer.farm_id})
    body = {"farm_id": farmer.farm_id, "events": [BACK | {"animal_id": animal}]}
    await other.ask("POST", "/events", 422, json=body)
    assert await refused(other, BACK | {"animal_id": animal}) == "not_found"
    again = {"kind": "event.retracted", "occurred_on": "2024-06-02", "payload": {}, "supersedes": event}
    assert await refused(other, again) == "not_found"
    viewer = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    await viewer.ask("POST", "/events", 403, json=body)
    viewer.farm_id = farmer.farm_id
    assert len(await log_of(viewer)) == 1
    async with farmer.database.transaction(Context(user_id=other.user_id)) as session:
        for table in ("event", "stay"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0


async def test_numbers_of_a_farm_become_visible_in_their_order(farmer: Farmer) -> None:
    """farm.md, section 10, rule 1: a writer that comes later waits, so no reader passes over what it has not seen."""
    animal = (await farmer.animal())["id"]
    context = Context(user_id=farmer.user_id)
    async with farmer.database.transaction(context) as session:
        await one_writer(session, UUID(farmer.farm_id))
        await add_note(session, farmer, animal)
        later = asyncio.create_task(taken(farmer, NOTE | {"animal_id": animal}))
        await asyncio.sleep(0.3)
        assert not later.done()
        assert await log_of(farmer) == []
    (second,) = await later
    events = await log_of(farmer)
    assert events[1]["id"] == second
    assert 1000 <= events[0]["seq"] < events[1]["seq"]


async def add_note(session: Any, farmer: Farmer, animal: str) -> None:
    """Past the service."""
    statement = text("""
        insert into farm.event (farm_id, id, place, kind, version, animal_id, occurred_on, tz, payload, sent_sha256,
          source) values (:farm, gen_random_uuid(), 1, 'note.added', 1, :animal, '2024-03-01', 'UTC', '{}',
          sha256(''), 'api')
    """)
    await session.execute(statement, {"farm": UUID(farmer.farm_id), "animal": UUID(animal)})


async def test_a_writer_without_the_lock_is_refused(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    with pytest.raises(Exception, match="does not hold the lock"):
        async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
            await add_note(session, farmer, animal)


async def test_the_log_is_only_appended_to(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    await taken(farmer, NOTE | {"animal_id": animal})
    for statement in ("update farm.event set kind = 'a.b'", "delete from farm.event", "select * from farm.event_0"):
        with pytest.raises(Exception, match="permission denied"):
            async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
                await session.execute(text(statement))


async def test_stays_of_one_animal_do_not_overlap_below_the_service(farmer: Farmer, postgres_server: Any) -> None:
    animal = (await farmer.animal())["id"]
    await taken(farmer, SOLD | {"animal_id": animal})
    connection = await asyncpg.connect(postgres_server.dsn)
    with pytest.raises(asyncpg.ExclusionViolationError):
        await connection.execute(
            "insert into farm.stay values ($1, $2, 2, '2024-01-01', null)", UUID(farmer.farm_id), UUID(animal)
        )
    await connection.close()


async def test_notes_are_found_by_their_words(farmer: Farmer) -> None:
    ewe = (await farmer.animal(sex="female"))["id"]
    notes = ["Foot rot, left hind", "Rotten tooth", "left her lamb"]
    events = [
        {"kind": "note.added", "animal_id": ewe, "occurred_on": "2024-03-01", "payload": {"text": text}}
        for text in notes
    ]
    await farmer.ask("POST", "/events", 200, json={"farm_id": farmer.farm_id, "events": events})

    async def found(text: str) -> list[str]:
        query = {"farm_id": farmer.farm_id, "text": text}
        return [
            item["payload"]["text"] for item in (await farmer.ask("GET", "/events", 200, params=query)).json()["items"]
        ]

    assert await found("foot ROT") == notes[:1]
    assert await found("left") == [notes[0], notes[2]]
    assert await found("left -foot") == notes[2:]
    assert await found('"left lamb"') == []
    await farmer.ask("GET", "/events", 422, params={"farm_id": farmer.farm_id, "text": ""})
