"""The face of ICAR ADE 1.3: what another system reads of a farm."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from bellwether.farm.icar.moments import moment
from bellwether.farm.schemas import ZONES
from bellwether.platform.ids import new_id
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Farmer, NewFarmer
from .icar_schemas import COLLECTIONS, faults, unknown_names
from .test_event_log import BACK, DIED, SOLD, taken
from .test_lambplan import FILE

EID = "982000123456789"
OURS = "org.bellwether.farm"
HERDS = tuple(kind for kind in COLLECTIONS if kind.startswith(("animal-set", "group-")))
TREATED, BRED = "treatments", ("inseminations", "pregnancy-checks", "parturitions", "conformation-scores")
SICK = {"kind": "diagnosis.recorded", "occurred_on": "2024-03-01", "payload": {"finding": "foot rot"}}


async def read(farmer: Farmer, kind: str, expect: int = 200, of: str = "", **query: Any) -> dict[str, Any]:
    """An answer of the face; `of` is scheme/number."""
    path = f"http://farm/locations/{of or f'{OURS}/{farmer.farm_id}'}/{kind}"
    answer = await farmer.client.get(path, headers=farmer.headers, params=query)
    assert answer.status_code == expect, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


async def members(farmer: Farmer, kind: str, **query: Any) -> list[dict[str, Any]]:
    """The resources of one page."""
    found: list[dict[str, Any]] = (await read(farmer, kind, **query))["member"]
    return found


async def family(farmer: Farmer) -> tuple[str, str]:
    """A ewe with a lamb, known by all that identifiers can be."""
    names = [("eid", EID), ("visual", "ewe 7"), ("name", "Dolly"), ("registration", "4012342022000007")]
    worn = [{"kind": kind, "value": value} for kind, value in names]
    ewe = await farmer.animal(birth_date="2022-08-01", sex="female", identifiers=worn)
    claim = {"parent_id": ewe["id"], "parent_type": "dam"}
    lamb = await farmer.animal(birth_date="2024-01-01", sex="male", fertility="neutered", parents=[claim])
    return ewe["id"], lamb["id"]


async def full(farmer: Farmer) -> tuple[str, str]:
    """With something of every kind."""
    ewe, lamb = await family(farmer)
    weight = {"animal_id": lamb, "trait": "WWT", "weight": 66.1, "unit": "lb", "occurred_on": "2024-04-11"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight | {"occurred_time": "07:30"}])
    papers = {"to_location": "QABC1234", "consignment": "NVD 12", "note": "with the others"}
    sold = SOLD | {"animal_id": ewe, "payload": SOLD["payload"] | papers}
    died = DIED | {"animal_id": ewe, "payload": {"cause": "Disease: pneumonia", "disposal": "OnPremise"}}
    sick = SICK | {"animal_id": ewe, "payload": {"finding": "foot rot", "severity": "mild"}}
    await taken(farmer, sick, sold, BACK | {"animal_id": ewe}, died)
    return ewe, lamb


async def test_an_animal_in_the_words_of_the_standard(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    first, second = await members(farmer, "animals")
    assert first["identifier"] == {"scheme": "std.iso.11785", "id": EID}
    assert first["alternativeIdentifiers"] == [
        {"scheme": "au.sheepgenetics", "id": "4012342022000007"},
        {"scheme": "org.bellwether.animal", "id": ewe},
    ]
    assert (first["managementTag"], first["name"], first["status"]) == ("EWE7", "Dolly", "Alive")
    assert (first["resourceType"], first["specie"], first["gender"]) == ("Animal", "Sheep", "Female")
    assert first["meta"]["source"] == "org.bellwether"
    assert first["meta"]["sourceId"] == ewe
    assert first["meta"]["modified"].endswith("Z")
    assert second["gender"] == "MaleNeuter"
    assert second["birthDate"].startswith("2024-01-01T")
    mine = {"scheme": "org.bellwether.animal", "id": lamb}
    assert second["parentage"] == [
        {"parentOf": mine, "gender": "Female", "relation": "Genetic", "identifier": first["identifier"]}
    ]


async def test_a_weight_as_it_was_read_off_replaced_by_the_one_that_counts(farmer: Farmer) -> None:
    _, lamb = await full(farmer)
    (weight,) = await members(farmer, "weights")
    assert weight["weight"] == {"measurement": 66.1, "units": "LBR"}
    assert weight["traitLabel"] == {"scheme": "org.bellwether.trait", "id": "WWT"}
    assert weight["eventDateTime"] == "2024-04-10T21:30:00Z"
    again = {"animal_id": lamb, "trait": "WWT", "weight": 31, "occurred_on": "2024-04-11"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[again])
    (later,) = await members(farmer, "weights")
    assert later["weight"] == {"measurement": 31, "units": "KGM"}
    assert later["meta"]["sourceId"] == weight["meta"]["sourceId"]
    assert later["meta"]["modified"] > weight["meta"]["modified"]


async def test_moves_and_deaths(farmer: Farmer) -> None:
    await full(farmer)
    (departure,) = await members(farmer, "departures")
    assert departure["departureKind"] == "Sale"
    assert departure["consignment"]["destinationLocation"]["id"] == "QABC1234"
    assert departure["remark"] == "with the others"
    (arrival,) = await members(farmer, "arrivals")
    assert arrival["arrivalReason"] == "Other"
    assert "consignment" not in arrival
    (death,) = await members(farmer, "deaths")
    assert (death["deathReason"], death["explanation"], death["disposalMethod"]) == (
        "Disease",
        "pneumonia",
        "OnPremise",
    )
    (diagnosis,) = await members(farmer, "diagnoses")
    assert diagnosis["diagnoses"] == [{"id": diagnosis["id"], "name": "foot rot", "severity": "Light"}]
    assert (await members(farmer, "animals"))[0]["status"] == "Dead"


async def test_born_here_is_who_did_not_come_from_elsewhere(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    await taken(farmer, {**BACK, "payload": {"reason": "purchase"}, "animal_id": ewe})
    (birth,) = await members(farmer, "births")
    assert birth["animal"] == {"scheme": "org.bellwether.animal", "id": lamb}
    assert birth["animalDetail"]["birthDate"] == birth["eventDateTime"]
    assert birth["registrationReason"] == "Born"


async def test_what_was_corrected_and_what_was_taken_back(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    (first,) = await taken(farmer, SOLD | {"animal_id": ewe})
    (sold,) = await members(farmer, "departures")
    (second,) = await taken(farmer, SOLD | {"animal_id": ewe, "occurred_on": "2024-03-10", "supersedes": first})
    (corrected,) = await members(farmer, "departures", **{"meta-modified-from": sold["meta"]["modified"]})
    assert (corrected["id"], corrected["meta"]["sourceId"]) == (second, first)
    assert corrected["meta"]["created"] == sold["meta"]["created"]
    await taken(farmer, {"kind": "event.retracted", "occurred_on": "2024-03-15", "supersedes": second, "payload": {}})
    assert await members(farmer, "departures") == []
    since = {"meta-modified-from": corrected["meta"]["modified"]}
    (gone,) = await members(farmer, "departures", **since)
    assert (gone["meta"]["isDeleted"], gone["meta"]["sourceId"]) == (True, first)
    assert gone["eventDateTime"].startswith("2024-03-10T")


async def test_every_page_and_only_what_was_changed(farmer: Farmer) -> None:
    made = [(await farmer.animal())["id"] for _ in range(5)]
    found: list[dict[str, Any]] = []
    page = await read(farmer, "animals", limit=2)
    first = page["view"]["first"]
    assert first == f"http://localhost:8080/locations/{OURS}/{farmer.farm_id}/animals?limit=2"
    while True:
        found += page["member"]
        if "next" not in page["view"]:
            break
        assert page["view"]["first"] == first
        assert (page["view"]["totalItems"], page["view"]["totalPages"]) == (5, 3)
        answer = await farmer.client.get(page["view"]["next"], headers=farmer.headers)
        page = answer.json()
    assert [animal["meta"]["sourceId"] for animal in found] == made
    third = found[2]["meta"]["modified"]
    last = await members(farmer, "animals", **{"meta-modified-from": third})
    assert [animal["meta"]["sourceId"] for animal in last] == made[2:]
    until = await members(farmer, "animals", **{"meta-modified-to": third})
    assert [animal["meta"]["sourceId"] for animal in until] == made[:3]


@pytest.mark.parametrize(
    ("scheme", "written", "asked", "shown"),
    [
        ("au.nlis.pic", "qabc1234", "QABC1234", "QABC1234"),
        ("uk.cph", "34/123/1234", "34/123/1234", "34/123/1234"),
        ("uk.cph", "34-123-1234", "341231234", "34/123/1234"),
        ("nz.nait", " 123456", "123456", "123456"),
        ("fr.ede", "12 345 678", "12 345 678", "12 345 678"),
    ],
)
async def test_a_farm_by_its_number(farmer: Farmer, scheme: str, written: str, asked: str, shown: str) -> None:
    await farmer.animal()
    made = await farmer.make(f"/farms/{farmer.farm_id}/locations", scheme=scheme, value=written)
    assert made["value"] == shown
    for path in (f"{scheme}/{quote(asked, safe='')}", f"{scheme}/{quote(asked)}"):
        (animal,) = await members(farmer, "animals", of=path)
        assert animal["location"] == {"scheme": scheme, "id": asked}
    numbers = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/locations", 200)).json()["items"]
    assert [number["id"] for number in numbers] == [made["id"]]
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/locations/{made['id']}", 204)
    await farmer.ask("DELETE", f"/farms/{farmer.farm_id}/locations/{made['id']}", 404)
    assert (await read(farmer, "animals", 404, of=f"{scheme}/{quote(asked)}"))["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize(
    ("scheme", "value", "code"),
    [
        ("au.nlis.pic", "ABC", "location_value"),
        ("uk.cph", "34/123", "location_value"),
        ("PIC", "QABC1234", "location_scheme"),
        ("org.bellwether.farm", "x", "location_rejected"),
    ],
)
async def test_what_is_no_number_of_a_farm(farmer: Farmer, scheme: str, value: str, code: str) -> None:
    sent = {"scheme": scheme, "value": value}
    answer = (await farmer.ask("POST", f"/farms/{farmer.farm_id}/locations", 422, json=sent)).json()
    assert code in (answer["code"], *(error["code"] for error in answer["errors"]))


async def test_numbers_and_data_are_the_farms_own(farmer: Farmer, new_farmer: NewFarmer) -> None:
    number = {"scheme": "au.nlis.pic", "value": "QABC1234"}
    numbers = f"/farms/{farmer.farm_id}/locations"
    await farmer.make(numbers, **number)
    await farmer.ask("POST", numbers, 409, json=number)
    other = await new_farmer()
    await other.ask("POST", numbers, 404, json=number)
    await other.ask("GET", numbers, 404)
    for of in (f"{OURS}/{farmer.farm_id}", "au.nlis.pic/QABC1234", f"{OURS}/x", f"{OURS}/{new_id()}"):
        await read(other, "animals", 404, of=of)
    await other.make(f"/farms/{other.farm_id}/locations", **number)
    assert await members(other, "animals", of="au.nlis.pic/QABC1234") == []
    await other.make(f"/farms/{other.farm_id}/members", user_id=str(farmer.user_id), role="viewer")
    await farmer.ask("POST", f"/farms/{other.farm_id}/locations", 403, json=number)
    both = await read(farmer, "animals", 409, of="au.nlis.pic/QABC1234")
    assert both["errors"][0]["code"] == "ambiguous_location"
    assert await members(farmer, "animals", of=f"{OURS}/{other.farm_id}") == []


async def test_errors_have_the_shape_of_the_standard(farmer: Farmer) -> None:
    wrong = await read(farmer, "lambs", 422)
    (error,) = wrong["errors"]
    assert error["severity"] == "Error"
    assert (error["status"], error["code"], error["instance"]) == (422, "not_one_of", "kind")
    stranger = await farmer.client.get(f"http://farm/locations/{OURS}/{farmer.farm_id}/animals")
    assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (401, "not_authenticated")
    (no_zone,) = (await read(farmer, "animals", 422, **{"meta-modified-from": "2024-01-01T00:00:00"}))["errors"]
    assert no_zone["instance"] == "meta-modified-from"
    (cursor,) = (await read(farmer, "animals", 422, cursor="x"))["errors"]
    assert cursor["code"] == "bad_cursor"


@pytest.mark.parametrize(
    "kind", [kind for kind in COLLECTIONS if kind not in (*BRED, TREATED, *HERDS, "breeding-values", "weaning-events")]
)
async def test_all_that_is_sent_is_valid(farmer: Farmer, kind: str) -> None:
    await full(farmer)
    page = await read(farmer, kind, limit=1)
    assert page["member"]
    assert faults(f"collections/{COLLECTIONS[kind]}", page) == []
    assert unknown_names(f"collections/{COLLECTIONS[kind]}", page) == set()
    assert "null" not in str(page)


async def test_errors_are_valid_and_the_check_finds_faults(farmer: Farmer) -> None:
    errors = await read(farmer, "lambs", 422)
    assert faults("collections/icarErrorCollection", errors) == []
    page = await read(farmer, "animals")
    await full(farmer)
    page = await read(farmer, "animals")
    name = "collections/icarAnimalCoreCollection"
    page["member"][0]["gender"], page["member"][1]["birthDate"] = "Wether", "2024-01-01"
    assert len(faults(name, page)) == 2
    page["member"][0]["colour"] = "black"
    assert unknown_names(name, page) == {".member.colour"}


DAYS = st.dates(date(1900, 1, 2), date(2200, 12, 30))


@settings(max_examples=300, deadline=None)
@given(day=DAYS, zone=st.sampled_from(sorted(ZONES)))
def test_a_day_without_a_time_is_that_day_on_the_farm_and_in_utc(day: date, zone: str) -> None:
    found = moment(day, None, zone)
    assert found.date() == day
    assert found.astimezone(ZoneInfo(zone)).date() == day
    assert found.utcoffset() == timedelta()


def test_a_time_is_that_of_the_farm() -> None:
    found = moment(date(2024, 1, 1), time(7, 30), "Pacific/Auckland")
    assert found == datetime(2023, 12, 31, 18, 30, tzinfo=UTC)


async def test_locations_are_the_farms_of_the_user(farmer: Farmer, new_farmer: NewFarmer) -> None:
    await farmer.make("/farms", name="Second", country="NZ")
    await farmer.make(f"/farms/{farmer.farm_id}/locations", scheme="au.nlis.pic", value="QABC9876")
    other = await new_farmer()

    async def asked(user: Farmer, **query: Any) -> dict[str, Any]:
        answer = await user.client.get("http://farm/locations", headers=user.headers, params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert faults("collections/icarLocationCollection", found) == []
        assert unknown_names("collections/icarLocationCollection", found) == set()
        return found

    first = await asked(farmer, limit=1)
    assert (first["view"]["totalItems"], first["view"]["totalPages"]) == (2, 2)
    (mine,) = first["member"]
    own = {"scheme": OURS, "id": farmer.farm_id}
    assert (mine["identifier"], mine["alternativeIdentifiers"]) == ({"scheme": "au.nlis.pic", "id": "QABC9876"}, [own])
    assert mine["timeZoneId"] == "Australia/Sydney"
    after = dict([first["view"]["next"].partition("?")[2].split("&")[-1].split("=", 1)])
    (second,) = (await asked(farmer, cursor=after["cursor"]))["member"]
    assert (second["name"], second["alternativeIdentifiers"]) == ("Second", [])
    assert [one["identifier"]["id"] for one in (await asked(other))["member"]] == [other.farm_id]
    assert (await farmer.client.get("http://farm/locations")).status_code == 401


async def test_breeding_values_of_each_run_are_resources_of_their_own(farmer: Farmer) -> None:
    for number in ("1612342024240001", "1612342024240002"):
        await farmer.animal(birth_date="2024-08-01", identifiers=[{"kind": "registration", "value": number}])
    for run in (b"LP2025_11", b"LP2026_02"):
        await farmer.take_in(FILE.replace(b"LP2025_11", run), "lambplan")
    page = await read(farmer, "breeding-values")
    assert faults("collections/icarBreedingValueCollection", page) == []
    assert unknown_names("collections/icarBreedingValueCollection", page) == set()
    assert [one["version"] for one in page["member"]] == ["LP2025_11"] * 2 + ["LP2026_02"] * 2
    assert page["view"]["totalItems"] == 4
    first = next(one for one in page["member"] if one["animal"]["id"] == "1612342024240001")
    told = {one["traitLabel"]["id"]: (one["value"], one.get("reliability")) for one in first["breedingValues"]}
    assert told["WWT"] == (8.41, pytest.approx(0.72**2))
    assert told["USERINDEX"] == (12.5, None)
    one = await read(farmer, "breeding-values", limit=3)
    cursor = one["view"]["next"].partition("?")[2].split("cursor=")[1]
    assert (await read(farmer, "breeding-values", cursor=cursor, limit=3))["member"] == page["member"][3:]
    assert await members(farmer, "breeding-values", **{"meta-modified-from": "2100-01-01T00:00:00Z"}) == []
