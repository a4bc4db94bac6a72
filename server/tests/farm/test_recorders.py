"""A vet, a scanner, a contractor: one flock, some kinds of events, for a while, and nothing to be seen."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id

from .conftest import Farmer, NewFarmer
from .test_tenancy import counts

EID = "982000123456789"
SOON = (datetime.now(UTC) + timedelta(days=3)).isoformat()


@pytest.fixture
async def vet(new_farmer: NewFarmer) -> Farmer:
    """Somebody with an account and no farm."""
    return await new_farmer(with_farm=False)


async def let(farmer: Farmer, vet: Farmer, expect: int = 201, **body: Any) -> dict[str, Any]:
    """Have somebody record."""
    sent = {"user_id": str(vet.user_id), "flock_id": farmer.flock_id, "kinds": ["diagnosis.recorded"], "ends_at": SOON}
    answer = await farmer.ask("POST", f"/farms/{farmer.farm_id}/recorders", expect, json=sent | body)
    found: dict[str, Any] = answer.json()
    return found


def diagnosis(animal: str | None = EID, kind: str = "diagnosis.recorded", **event: Any) -> dict[str, Any]:
    """A row."""
    payload = {"reason": "wrong sheep"} if kind == "event.retracted" else {"finding": "foot rot"}
    sent: dict[str, Any] = {"event": {"kind": kind, "occurred_on": "2025-03-14", "payload": payload} | event}
    return sent if animal is None else sent | {"animal": animal}


async def send(vet: Farmer, farmer: Farmer, *rows: dict[str, Any], expect: int = 200, **body: Any) -> dict[str, Any]:
    """What a recorder sends."""
    sent = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "recordings": list(rows)} | body
    found: dict[str, Any] = (await vet.ask("POST", "/recordings", expect, json=sent)).json()
    return found


def codes(answer: dict[str, Any]) -> list[list[tuple[str, str]]]:
    """What is wrong with each row."""
    return [[(error["field"], error["code"]) for error in item["errors"]] for item in answer["items"]]


async def sheep(farmer: Farmer, eid: str = EID, **body: Any) -> dict[str, Any]:
    """An animal with an electronic tag."""
    return await farmer.animal(identifiers=[{"kind": "eid", "value": eid}], birth_date="2022-08-01", **body)


async def events_of(farmer: Farmer) -> list[dict[str, Any]]:
    """The log as its owner reads it."""
    query = {"farm_id": farmer.farm_id, "state": "all"}
    found: list[dict[str, Any]] = (await farmer.ask("GET", "/events", 200, params=query)).json()["items"]
    return found


async def test_a_vet_records_by_tag_and_sees_nothing(farmer: Farmer, vet: Farmer) -> None:
    animal = await sheep(farmer)
    await let(farmer, vet)
    mine = (await vet.ask("GET", "/recordings", 200)).json()["items"]
    assert [(one["farm_id"], one["flock_id"], one["kinds"]) for one in mine] == [
        (farmer.farm_id, farmer.flock_id, ["diagnosis.recorded"])
    ]
    assert set(mine[0]) == {"farm_id", "farm_name", "flock_id", "flock_name", "kinds", "ends_at"}
    done = await send(vet, farmer, diagnosis("982 000 123456789"))
    assert (done["accepted"], done["rejected"]) == (1, 0)
    (event,) = await events_of(farmer)
    assert (event["animal_id"], event["recorded_by"]) == (animal["id"], str(vet.user_id))
    for path in (
        f"/farms/{farmer.farm_id}",
        f"/animals/{animal['id']}",
        f"/events?farm_id={farmer.farm_id}",
        f"/farms/{farmer.farm_id}/members",
        f"/farms/{farmer.farm_id}/recorders",
    ):
        await vet.ask("GET", path, 404)
    tables = ("farm", "flock", "animal", "identifier", "event", "membership")
    assert not any((await counts(vet.database, Context(user_id=vet.user_id), tables)).values())
    body = {"farm_id": farmer.farm_id, "events": [diagnosis()["event"] | {"animal_id": animal["id"]}]}
    await vet.ask("POST", "/events", 422, json=body)


async def test_rows_that_may_not_be_are_turned_away_one_by_one(farmer: Farmer, vet: Farmer) -> None:
    await sheep(farmer)
    other = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Other", code="OT")
    await farmer.make(
        "/animals",
        farm_id=farmer.farm_id,
        flock_id=other["id"],
        identifiers=[{"kind": "eid", "value": "982000123456700"}],
    )
    for year in (2021, 2022):
        worn = {"flock_id": other["id"], "identifiers": [{"kind": "visual", "value": "4711"}]}
        await farmer.make("/animals", farm_id=farmer.farm_id, birth_date=f"{year}-08-01", **worn)
    await let(farmer, vet)
    done = await send(
        vet,
        farmer,
        diagnosis(),
        diagnosis("982000123456700"),
        diagnosis("982000999999999"),
        diagnosis(kind="animal.died"),
        diagnosis(None),
        diagnosis(animal_id="0198c0de-0000-7000-8000-000000000003"),
        diagnosis(payload={"finding": ""}),
        diagnosis(occurred_on="2021-01-01"),
        diagnosis("4711"),
    )
    assert codes(done) == [
        [],
        [("recordings.1.animal", "unknown_tag")],
        [("recordings.2.animal", "unknown_tag")],
        [("recordings.3.event.kind", "kind_not_yours")],
        [("recordings.4.animal", "no_tag")],
        [("recordings.5.animal", "named_by_id")],
        [("recordings.6.event.payload.finding", "too_short")],
        [("recordings.7.event.occurred_on", "before_birth")],
        # worn twice in another flock: nothing that this recorder is to hear
        [("recordings.8.animal", "unknown_tag")],
    ]
    assert (done["accepted"], done["rejected"], len(await events_of(farmer))) == (1, 8, 1)


async def test_one_row_that_cannot_be_read_is_no_matter_of_the_others(farmer: Farmer, vet: Farmer) -> None:
    await sheep(farmer)
    await let(farmer, vet)
    bad = diagnosis() | {"event": diagnosis()["event"] | {"payload": {"finding": "foot\x00rot"}}}
    answer = await send(
        vet, farmer, diagnosis(), bad, diagnosis(f"{EID}\x07"), diagnosis() | {"animal": 7}, diagnosis()
    )
    assert (answer["accepted"], answer["rejected"]) == (2, 3)
    assert codes(answer) == [
        [],
        [("recordings.1.event.payload.finding", "control_character")],
        [("recordings.2.animal", "control_character")],
        [("recordings.3.animal", "wrong_type")],
        [],
    ]


async def test_a_recorder_corrects_only_what_is_their_own(farmer: Farmer, vet: Farmer) -> None:
    animal = await sheep(farmer)
    await let(farmer, vet)
    own = (await send(vet, farmer, diagnosis()))["items"][0]["id"]
    event = diagnosis()["event"] | {"animal_id": animal["id"]}
    answer = await farmer.ask("POST", "/events", 200, json={"farm_id": farmer.farm_id, "events": [event]})
    owners = answer.json()["items"][0]["id"]
    done = await send(
        vet,
        farmer,
        diagnosis(supersedes=owners),
        diagnosis(None, "event.retracted", supersedes=owners),
        diagnosis(supersedes=own, payload={"finding": "foot abscess"}),
    )
    assert codes(done) == [
        [("recordings.0.event.supersedes", "not_found")],
        [("recordings.1.event.supersedes", "not_found")],
        [],
    ]
    corrected = done["items"][2]["id"]
    assert codes(await send(vet, farmer, diagnosis(None, "event.retracted", supersedes=corrected))) == [[]]


@pytest.mark.parametrize("kind", ["event.retracted", "diagnosis.recorded"])
async def test_nobody_takes_an_event_for_theirs_by_sending_its_id(farmer: Farmer, vet: Farmer, kind: str) -> None:
    """An id that stands in the log is not of this request, though a row of it is sent under that id."""
    animal = await sheep(farmer)
    await let(farmer, vet)
    event = diagnosis()["event"] | {"animal_id": animal["id"]}
    answer = await farmer.ask("POST", "/events", 200, json={"farm_id": farmer.farm_id, "events": [event]})
    owners = answer.json()["items"][0]["id"]
    taken = diagnosis(None, kind, supersedes=owners) if kind == "event.retracted" else diagnosis(supersedes=owners)
    done = await send(vet, farmer, diagnosis(id=owners), taken)
    assert codes(done)[1] == [("recordings.1.event.supersedes", "not_found")]
    assert done["accepted"] == 0
    assert [event["id"] for event in await events_of(farmer)] == [owners]
    fresh = str(new_id())
    again = await send(vet, farmer, diagnosis(id=fresh), diagnosis(None, "event.retracted", supersedes=fresh))
    assert codes(again) == [[], []]


@pytest.mark.parametrize("kind", [["diagnosis.recorded"], {"a": 1}, [], 7, None])
async def test_a_kind_that_is_no_text_turns_its_row_away(farmer: Farmer, vet: Farmer, kind: object) -> None:
    await sheep(farmer)
    await let(farmer, vet)
    odd = diagnosis()
    odd["event"]["kind"] = kind
    assert codes(await send(vet, farmer, diagnosis(), odd)) == [[], [("recordings.1.event.kind", "kind_not_yours")]]


async def test_animals_named_beside_are_of_the_flock(farmer: Farmer, vet: Farmer) -> None:
    await sheep(farmer, sex="female")
    mine = (await farmer.animal(sex="male", birth_date="2022-08-01"))["id"]
    other = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Other", code="OT")
    theirs = await farmer.make("/animals", farm_id=farmer.farm_id, flock_id=other["id"], sex="male")
    await let(farmer, vet, kinds=["ai.done"])
    rows = [diagnosis(kind="ai.done", payload={"sire_id": key, "method": "ai_fresh"}) for key in (mine, theirs["id"])]
    assert codes(await send(vet, farmer, *rows)) == [[], [("recordings.1.event.payload.sire_id", "not_found")]]


async def test_a_vet_treats_with_the_remedies_of_the_farm(farmer: Farmer, vet: Farmer) -> None:
    await sheep(farmer)
    remedy = {"name": "Drench", "unit": "ml", "meat_whp": {"value": 10}, "esi": {"value": 14}}
    made = await farmer.make("/products", farm_id=farmer.farm_id, **remedy)
    where = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id}
    await let(farmer, vet)
    await vet.ask("GET", "/recordings/products", 403, params=where)
    await let(farmer, vet, kinds=["treatment.given"])
    (known,) = (await vet.ask("GET", "/recordings/products", 200, params=where)).json()["items"]
    assert known == {"id": made["id"], "name": "Drench", "unit": "ml"}
    given = {"kind": "treatment.given", "payload": {"product_id": known["id"], "dose": 10, "unit": "ml"}}
    group = str(new_id())
    done = await send(vet, farmer, diagnosis(**given), diagnosis(**given, group_id=group))
    assert codes(done) == [[], [("recordings.1.event.group_id", "no_groups")]]
    (event,) = await events_of(farmer)
    card = (await farmer.ask("GET", f"/animals/{event['animal_id']}/withdrawals", 200)).json()
    assert "Drench" in str(card)


async def test_the_same_sent_again_is_known(farmer: Farmer, vet: Farmer) -> None:
    await sheep(farmer)
    await let(farmer, vet)
    row = diagnosis(id="0198c0de-0000-7000-8000-000000000009")
    assert (await send(vet, farmer, row))["items"][0]["verdict"] == "new"
    assert (await send(vet, farmer, row))["items"][0]["verdict"] == "known"


async def test_it_ends(farmer: Farmer, vet: Farmer) -> None:
    await sheep(farmer)
    granted = await let(farmer, vet)
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("update farm.recorder set ends_at = clock_timestamp() where id = $1", UUID(granted["id"]))
    await connection.close()
    assert (await send(vet, farmer, diagnosis(), expect=403))["code"] == "no_recorder"
    assert (await vet.ask("GET", "/recordings", 200)).json()["items"] == []
    assert (await let(farmer, vet))["id"] == granted["id"]
    await send(vet, farmer, diagnosis())
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/recorders/{granted['id']}", 204)
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/recorders/{granted['id']}", 404)
    await send(vet, farmer, diagnosis(), expect=403)
    assert len(await events_of(farmer)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kinds": ["diagnosis.recorded", "nonsense"]}, "kinds.1"),
        ({"kinds": ["group.moved"]}, "kinds.0"),
        ({"kinds": ["group.assigned"]}, "kinds.0"),
        ({"kinds": ["event.retracted"]}, "kinds.0"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2150-01-01T00:00:00Z"}, "ends_at"),
        ({"flock_id": "0198c0de-0000-7000-8000-000000000002"}, "flock_id"),
    ],
    ids=str,
)
async def test_what_nobody_can_be_let_do(farmer: Farmer, vet: Farmer, change: dict[str, Any], field: str) -> None:
    answer = await let(farmer, vet, 422, **change)
    assert (answer["code"], [error["field"] for error in answer["errors"]]) == ("recorder_rejected", [field])


@pytest.mark.parametrize("role", ["worker", "viewer", None])
async def test_only_owners_let_somebody_record(
    farmer: Farmer, vet: Farmer, new_farmer: NewFarmer, role: str | None
) -> None:
    somebody = await new_farmer(with_farm=False)
    if role is not None:
        await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(somebody.user_id), role=role)
    expect, place = (404 if role is None else 403), f"/farms/{farmer.farm_id}/recorders"
    body = {"user_id": str(vet.user_id), "flock_id": farmer.flock_id, "kinds": ["note.added"], "ends_at": SOON}
    granted = await let(farmer, vet)
    await somebody.ask("POST", place, expect, json=body)
    await somebody.ask("GET", place, expect)
    await somebody.ask("DELETE", f"{place}/{granted['id']}", expect)
    assert [one["id"] for one in (await farmer.ask("GET", place, 200)).json()["items"]] == [granted["id"]]
    assert (await send(somebody, farmer, diagnosis(), expect=403))["code"] == "no_recorder"


async def test_a_member_is_no_recorder(farmer: Farmer, vet: Farmer) -> None:
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(vet.user_id), role="worker")
    assert (await let(farmer, vet, 409))["code"] == "already_member"


async def test_a_recorder_of_one_flock_is_none_of_another(farmer: Farmer, vet: Farmer, new_farmer: NewFarmer) -> None:
    stranger = await new_farmer()
    await let(farmer, vet)
    await send(vet, stranger, diagnosis(), expect=403)
    await send(vet, farmer, diagnosis(), expect=403, farm_id=stranger.farm_id)
    await send(vet, farmer, diagnosis(), expect=403, flock_id=stranger.flock_id)
    # a row of the table makes nobody a writer below the API either
    statement = "insert into farm.recorder select gen_random_uuid(), farm_id, user_id, flock_id, kinds, granted_by"
    with pytest.raises(Exception, match="row-level security"):
        async with vet.database.transaction(Context(user_id=vet.user_id)) as session:
            await session.exec_driver_sql(f"{statement}, granted_at, ends_at from farm.recorder")
