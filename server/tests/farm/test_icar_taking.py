"""Messages of other systems by ICAR ADE 1.3: read tolerantly, judged one by one, stored once."""

import asyncio
from typing import Any

import pytest
from bellwether.platform.ids import new_id

from .conftest import Farmer, NewFarmer, weights_of
from .icar_schemas import faults, unknown_names
from .test_event_log import log_of
from .test_icar import EID, OURS, family, members

SOURCE = "org.example.scales"
TRAIT = {"scheme": "org.bellwether.trait", "id": "WWT"}


def message(number: str = "1", animal: str = EID, **more: Any) -> dict[str, Any]:
    """As a system sends it that keeps to the standard."""
    return {
        "resourceType": "WeightEvent",
        "meta": {"source": SOURCE, "sourceId": number, "modified": "2024-04-11T00:00:00Z"},
        "animal": {"scheme": "std.iso.11785", "id": animal},
        "eventDateTime": "2024-04-10T21:30:00Z",
    } | more


def weight(number: str = "1", value: float = 31.5, **more: Any) -> dict[str, Any]:
    """A weight."""
    return message(number, **{"traitLabel": TRAIT, "weight": {"measurement": value, "units": "KGM"}} | more)


async def send(farmer: Farmer, kind: str, sent: Any, expect: int = 200, of: str = "", **query: Any) -> Any:
    """One message or a batch; the answer."""
    base = "http://farm/batches/locations" if isinstance(sent, list) else "http://farm/locations"
    path = f"{base}/{of or f'{OURS}/{farmer.farm_id}'}/{kind}"
    answer = await farmer.client.post(path, headers=farmer.headers, json=sent, params=query)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def refused(farmer: Farmer, kind: str, sent: dict[str, Any], **query: Any) -> str:
    """A message that must not be taken; the code, which a batch gives too, and nothing is stored."""
    (error,) = (await send(farmer, kind, sent, 422, **query))["errors"]
    assert error["severity"] == "Error"
    (result,) = await send(farmer, kind, [sent], **query)
    assert "id" not in result
    assert [said["title"] for said in result["messages"]] == [error["code"]]
    assert (await log_of(farmer), await weights_of(farmer)) == ([], [])
    return str(error["code"])


@pytest.mark.parametrize("by", ["desk", "source"])
async def test_the_same_again_takes_nothing_back_that_others_said_since(farmer: Farmer, by: str) -> None:
    """An acknowledgement was lost; meanwhile the breeder, or another program, has put the weight right."""
    ewe, _ = await family(farmer)
    await send(farmer, "weights", weight())
    if by == "desk":
        (stored,) = await weights_of(farmer)
        right = {name: stored[name] for name in ("animal_id", "trait", "occurred_on")} | {"weight": 41.5}
        await farmer.make("/weights", farm_id=farmer.farm_id, weights=[right])
    else:
        await send(farmer, "weights", weight(value=41.5) | {"meta": {"source": "org.other", "sourceId": "9"}})
    again = await send(farmer, "weights", weight())
    assert again["weight"]["measurement"] == 41.5
    (counts,) = await weights_of(farmer)
    assert (counts["animal_id"], counts["weight_kg"]) == (ewe, 41.5)
    assert (await send(farmer, "weights", weight(value=42)))["weight"]["measurement"] == 42
    assert (await send(farmer, "weights", weight(value=42)))["weight"]["measurement"] == 42


async def test_a_weight_is_stored_once_and_corrected_by_what_follows(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    first = await send(farmer, "weights", weight())
    assert (first["resourceType"], first["weight"]) == ("WeightEvent", {"measurement": 31.5, "units": "KGM"})
    assert first["eventDateTime"] == "2024-04-10T21:30:00Z"
    assert await send(farmer, "weights", weight()) == first
    later = weight() | {"meta": {"source": SOURCE, "sourceId": "1", "modified": "2025-01-01T00:00:00Z"}}
    assert await send(farmer, "weights", later) == first
    second = await send(farmer, "weights", weight(value=32))
    assert second["weight"]["measurement"] == 32
    assert second["meta"]["sourceId"] == first["meta"]["sourceId"]
    third = await send(farmer, "weights", weight())
    assert third["weight"]["measurement"] == 31.5
    assert await send(farmer, "weights", weight()) == third
    (stored,) = await weights_of(farmer)
    assert (stored["animal_id"], stored["weight_kg"], stored["occurred_on"]) == (ewe, 31.5, "2024-04-11")
    assert stored["occurred_time"].startswith("07:30")
    (shown,) = await members(farmer, "weights")
    assert shown == third


@pytest.mark.parametrize(
    ("text", "day", "time", "warns"),
    [
        ("2024-04-10T21:30:00Z", "2024-04-11", "07:30:00", False),
        ("2024-04-10T21:30:00.000+00:00", "2024-04-11", "07:30:00", False),
        ("2024-04-11T07:30:00+10:00", "2024-04-11", "07:30:00", False),
        ("2024-04-11T00:00:00Z", "2024-04-11", None, False),
        ("2024-04-11", "2024-04-11", None, False),
        ("2024-04-11T07:30:00", "2024-04-11", "07:30:00", True),
    ],
)
async def test_a_moment_is_the_farms_own(farmer: Farmer, text: str, day: str, time: str | None, warns: bool) -> None:
    await family(farmer)
    (result,) = await send(farmer, "weights", [weight(eventDateTime=text)])
    (stored,) = await weights_of(farmer)
    assert (stored["occurred_on"], stored["occurred_time"]) == (day, time)
    assert all(said["severity"] == "Warning" for said in result["messages"])
    assert ("no_zone" in [said["title"] for said in result["messages"]]) == warns


async def test_what_real_systems_send(farmer: Farmer) -> None:
    """No resourceType, nulls, numbers as text and text as numbers, names that nobody knows, spaces in the number."""
    await family(farmer)
    loose = {
        "meta": {"source": SOURCE, "sourceId": 4711, "created": None, "colour": "red"},
        "animal": {"scheme": "au.nlis", "id": " 982 000123456789 "},
        "eventDateTime": "2024-04-11T00:00:00Z",
        "weight": {"measurement": "69.4", "units": "LBR", "method": None},
        "device": {"id": "x"},
        "remark": None,
        "traitLabel": None,
    }
    answer = await send(farmer, "weights", loose, trait="wwt")
    assert answer["weight"] == {"measurement": 69.4, "units": "LBR"}
    (stored,) = await weights_of(farmer)
    assert (stored["trait"], stored["raw_unit"], round(stored["weight_kg"], 3)) == ("WWT", "lb", 31.479)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"meta": None}, "source_missing"),
        ({"meta": {"source": SOURCE}}, "source_missing"),
        ({"animal": None}, "animal_missing"),
        ({"animal": {"scheme": "std.iso.11785", "id": "982000123456702"}}, "unknown_tag"),
        ({"animal": {"scheme": "org.bellwether.animal", "id": "x"}}, "unknown_tag"),
        ({"animal": {"scheme": "org.bellwether.animal", "id": str(new_id())}}, "not_found"),
        ({"eventDateTime": None}, "date_time"),
        ({"eventDateTime": "yesterday"}, "date_time"),
        ({"eventDateTime": "2150-01-01T10:00:00Z"}, "date_impossible"),
        ({"eventDateTime": "2022-07-01T10:00:00Z"}, "date_impossible"),
        ({"traitLabel": None}, "trait_unknown"),
        ({"traitLabel": {"scheme": "org.bellwether.trait", "id": "FAT"}}, "trait_unknown"),
        ({"weight": None}, "weight_missing"),
        ({"weight": {"measurement": 31, "units": "STONE"}}, "unit_unknown"),
        ({"weight": {"measurement": True, "units": "KGM"}}, "invalid_value"),
        ({"weight": {"measurement": 301, "units": "KGM"}}, "out_of_range"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_a_weight(farmer: Farmer, change: dict[str, Any], code: str) -> None:
    await family(farmer)
    assert await refused(farmer, "weights", weight() | change) == code


async def test_of_a_batch_each_message_is_judged_for_itself(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    mine = {"scheme": "org.bellwether.animal", "id": lamb}
    batch = [
        weight("1"),
        weight("2") | {"animal": {"scheme": "std.iso.11785", "id": "982000123456702"}},
        weight("3", 20) | {"animal": mine},
        weight("1", 40),
        weight("4", 21, eventDateTime="2024-04-20T00:00:00Z") | {"animal": mine},
    ]
    results = await send(farmer, "weights", batch)
    codes = [[said["title"] for said in result["messages"] if said["severity"] == "Error"] for result in results]
    assert codes == [[], ["unknown_tag"], [], ["repeated_source_id"], []]
    assert [result["meta"]["sourceId"] for result in results] == ["1", "2", "3", "1", "4"]
    assert {result.get("id") for result in results} - {None} == {each["id"] for each in await weights_of(farmer)}
    again = await send(farmer, "weights", batch)
    assert [result.get("id") for result in again] == [result.get("id") for result in results]
    assert {each["animal_id"] for each in await weights_of(farmer)} == {ewe, lamb}
    assert len(await weights_of(farmer)) == 3


DEPARTED = {"departureKind": "Sale", "consignment": {"id": {"scheme": "au.nvd", "id": "12"}}, "remark": "lame"}
ARRIVED = {"arrivalReason": "SaleReturn", "eventDateTime": "2024-05-01T00:00:00Z"}
DIED = {"deathReason": "Disease", "explanation": "bloat", "disposalMethod": "OnPremise"}


async def test_an_animal_leaves_comes_back_and_dies(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    left = await send(farmer, "departures", message("1", **DEPARTED))
    assert (left["departureKind"], left["consignment"]["id"]["id"], left["remark"]) == ("Sale", "12", "lame")
    assert (await members(farmer, "animals"))[0]["status"] == "OffFarm"
    back = await send(farmer, "arrivals", message("1", **ARRIVED))
    assert back["arrivalReason"] == "Other"
    died = await send(farmer, "deaths", message("1", **DIED | {"eventDateTime": "2024-06-01T00:00:00Z"}))
    assert (died["deathReason"], died["explanation"], died["disposalMethod"]) == ("Disease", "bloat", "OnPremise")
    assert (await members(farmer, "animals"))[0]["status"] == "Dead"
    found = await log_of(farmer)
    assert [(event["kind"], event["animal_id"]) for event in found] == [
        ("animal.departed", ewe),
        ("animal.arrived", ewe),
        ("animal.died", ewe),
    ]
    assert found[0]["payload"] == {"fate": "sold", "consignment": "12", "note": "lame"}


async def test_events_are_stored_once_corrected_and_taken_back(farmer: Farmer) -> None:
    await family(farmer)
    first = await send(farmer, "departures", message(**DEPARTED))
    assert await send(farmer, "departures", message(**DEPARTED)) == first
    slaughtered = message(**DEPARTED | {"departureKind": "Slaughter"})
    second = await send(farmer, "departures", slaughtered)
    assert second["departureKind"] == "Slaughter"
    assert second["meta"]["sourceId"] == first["meta"]["sourceId"]
    assert await send(farmer, "departures", slaughtered) == second
    third = await send(farmer, "departures", message(**DEPARTED))
    assert (third["departureKind"], await members(farmer, "departures")) == ("Sale", [third])
    deleted = message(meta={"source": SOURCE, "sourceId": "1", "isDeleted": True})
    gone = await send(farmer, "departures", deleted)
    assert gone["meta"]["isDeleted"] is True
    (again,) = await send(farmer, "departures", [deleted])
    assert (again["id"], again["messages"]) == (gone["id"], [])
    assert await members(farmer, "departures") == []
    assert (await members(farmer, "animals"))[0]["status"] == "Alive"
    assert len(await log_of(farmer, state="all")) == 4


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("departures", {}, "word_unknown"),
        ("departures", {"departureKind": "Flight"}, "word_unknown"),
        ("arrivals", {}, "word_unknown"),
        ("deaths", {"eventDateTime": "2150-01-01T00:00:00Z"}, "date_impossible"),
        ("deaths", {"eventDateTime": "2022-01-01T00:00:00Z"}, "before_birth"),
        ("deaths", {"meta": {"source": SOURCE, "sourceId": "9", "isDeleted": True}}, "message_rejected"),
    ],
    ids=str,
)
async def test_what_is_wrong_with_an_event(farmer: Farmer, kind: str, change: dict[str, Any], code: str) -> None:
    await family(farmer)
    if code == "message_rejected":
        assert (await send(farmer, kind, message() | change, 422))["errors"][0]["code"] == code
        return
    assert await refused(farmer, kind, message() | change) == code


async def test_the_same_message_at_once_is_stored_once(farmer: Farmer) -> None:
    await family(farmer)
    answers = await asyncio.gather(*(send(farmer, "deaths", message(**DIED)) for _ in range(4)))
    assert len({answer["id"] for answer in answers}) == 1
    assert len(await log_of(farmer, state="all")) == 1


async def test_a_tag_names_who_wore_it_that_day(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    (use,) = [
        use
        for use in (await farmer.ask("GET", "/identifiers", 200, params={"farm_id": farmer.farm_id})).json()["items"]
        if use["value"] == EID
    ]
    await farmer.ask("POST", f"/identifiers/{use['id']}/end", 200, json={"on": "2024-05-01"})
    other = (await farmer.animal(birth_date="2023-08-01"))["id"]
    await farmer.make("/identifiers", animal_id=other, kind="eid", value=EID, on="2024-06-01")
    await send(farmer, "weights", weight("1"))
    await send(farmer, "weights", weight("2", eventDateTime="2024-07-01T00:00:00Z"))
    found = {each["occurred_on"]: each["animal_id"] for each in await weights_of(farmer)}
    assert found == {"2024-04-11": ewe, "2024-07-01": other}


async def test_who_may_send(farmer: Farmer, new_farmer: NewFarmer) -> None:
    await family(farmer)
    other = await new_farmer()
    mine = f"{OURS}/{farmer.farm_id}"
    for kind, sent in (("weights", weight()), ("deaths", [message(**DIED)])):
        await send(other, kind, sent, 404, of=mine)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(other.user_id), role="viewer")
    for kind, sent in (("weights", weight()), ("deaths", [message(**DIED)])):
        answer = await send(other, kind, sent, 403, of=mine)
        assert answer["errors"][0]["code"] == "read_only_member"
    assert (await log_of(farmer), await weights_of(farmer)) == ([], [])
    assert (await send(farmer, "animals", weight(), 422))["errors"][0]["instance"] == "kind"


async def test_answers_are_valid(farmer: Farmer) -> None:
    await family(farmer)
    schemas = {
        "weights": ("icarWeightEventResource", weight()),
        "departures": ("icarMovementDepartureEventResource", message(**DEPARTED)),
        "arrivals": ("icarMovementArrivalEventResource", message(**ARRIVED)),
        "deaths": ("icarMovementDeathEventResource", message(**DIED | {"eventDateTime": "2024-06-01T00:00:00Z"})),
    }
    for kind, (name, sent) in schemas.items():
        answer = await send(farmer, kind, sent)
        assert faults(f"resources/{name}", answer) == []
        assert unknown_names(f"resources/{name}", answer) == set()
    results = await send(farmer, "weights", [weight("7", 500), weight("8", eventDateTime="2024-04-12T07:00:00")])
    for result in results:
        assert result["messages"]
        assert faults("resources/icarBatchResult", result) == []
        assert unknown_names("resources/icarBatchResult", result) == set()
