"""Batches: each finding names the message by its place in what was sent, and the field as its sender calls it."""

import json
from typing import Any

import pytest

from .conftest import Farmer
from .icar_schemas import faults
from .test_icar import OURS, family
from .test_icar_births import birth, ewe_of
from .test_icar_herds import about, inventory
from .test_icar_members import a_set, member
from .test_icar_reproduction import named
from .test_icar_taking import message, send, weight
from .test_icar_treatments import LABELLED
from .test_mobs import mob
from .test_treatments import remedy

NOBODY = {"scheme": "std.iso.11785", "id": "982000123456702"}
TORN = {"scheme": "std.iso.11785", "id": "98200012345"}
FUTURE = "2150-01-01T10:00:00Z"


async def instances(farmer: Farmer, kind: str, *sent: dict[str, Any]) -> list[list[str]]:
    """Of a batch the places and fields that each result names."""
    results = await send(farmer, kind, list(sent))
    return [[said.get("instance") for said in result["messages"]] for result in results]


@pytest.mark.parametrize(
    ("kind", "sound", "change", "field"),
    [
        ("weights", weight(), {"eventDateTime": FUTURE}, "eventDateTime"),
        ("weights", weight(), {"weight": {"measurement": 900, "units": "KGM"}}, "weight.measurement"),
        ("weights", weight(), {"weight": {"measurement": -1, "units": "KGM"}}, "weight.measurement"),
        ("weights", weight(), {"contemporaryGroup": "x" * 200}, "contemporaryGroup"),
        ("weights", weight(), {"weight": {"measurement": []}}, "weight.measurement"),
        ("deaths", message(), {"eventDateTime": FUTURE}, "eventDateTime"),
        ("deaths", message(), {"remark": "x" * 9000}, "remark"),
        ("departures", message(departureKind="Sale"), {"departureKind": "Flight"}, "departureKind"),
        (
            "departures",
            message(departureKind="Sale"),
            {"consignment": {"destinationLocation": {"id": "x" * 101}}},
            "consignment.destinationLocation",
        ),
        ("treatments", message() | LABELLED, {"dose": {"doseQuantity": -1, "doseUnits": "MLT"}}, "dose.doseQuantity"),
        ("treatments", message() | LABELLED, {"eventDateTime": FUTURE}, "eventDateTime"),
        (
            "treatments",
            message() | LABELLED,
            {"withdrawals": [{"productType": "Meat", "endDate": "soon"}]},
            "withdrawals.endDate",
        ),
        ("pregnancy-checks", message(result="Empty"), {"result": "Pregnant", "foetusCount": 40}, "foetusCount"),
        ("parturitions", message(totalProgeny=1, liveProgeny=1), {"eventDateTime": FUTURE}, "eventDateTime"),
        (
            "parturitions",
            message(totalProgeny=1, liveProgeny=1),
            {"totalProgeny": None, "liveProgeny": None, "progenyDetails": [{"gender": "Male"}, {"identifier": TORN}]},
            "progenyDetails.1.identifier",
        ),
        (
            "inseminations",
            message(inseminationType="NaturalService"),
            {"inseminationType": "RunWithBull", "sireIdentifiers": [named("x")]},
            "sireIdentifiers.0",
        ),
    ],
    ids=str,
)
async def test_what_is_wrong_is_told_at_its_place_in_the_batch(
    farmer: Farmer, kind: str, sound: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    """Two messages that cannot be read come before it: what is stored counts sound ones only."""
    await family(farmer)
    await remedy(farmer)
    bad = [sound | {"animal": NOBODY, "meta": sound["meta"] | {"sourceId": number}} for number in ("8", "9")]
    found = await instances(farmer, kind, *bad, sound | change)
    assert found[:2] == [["0.animal"], ["1.animal"]]
    assert found[2]
    assert set(found[2]) == {f"2.{field}"}
    results = await send(farmer, kind, [sound | change])
    assert all(ours not in said["detail"] for said in results[0]["messages"] for ours in ("events.", "payload"))
    (error,) = (await send(farmer, kind, sound | change, 422))["errors"]
    assert error["instance"] == field


async def test_births_are_named_by_their_own_place_and_field(farmer: Farmer) -> None:
    ewe, young = await ewe_of(farmer), (await farmer.animal(sex="female", birth_date="2024-07-01"))["id"]
    found = await instances(
        farmer,
        "births",
        birth(1, ewe, detail={"gender": "Bull"}),
        birth(2, ewe),
        birth(3, ewe, detail={"identifier": TORN}),
        birth(4, ewe, detail={"alternativeIdentifiers": [TORN]}),
        birth(5, young),
        birth(6, ewe, day="2150-01-01"),
        birth(7, ewe) | {"eventDateTime": None, "animalDetail": birth(7, ewe)["animalDetail"] | {"birthDate": FUTURE}},
    )
    assert found == [
        ["0.animalDetail.gender"],
        [],
        ["2.animalDetail.identifier"],
        ["3.animalDetail.alternativeIdentifiers.0"],
        ["4.animalDetail.parentage"],
        ["5.eventDateTime"],
        ["6.animalDetail.birthDate"],
    ]


async def test_warnings_are_told_at_their_place_too(farmer: Farmer) -> None:
    await family(farmer)
    odd = weight("2", 70, eventDateTime="2024-04-12T07:00:00")
    found = await instances(farmer, "weights", weight("1") | {"animal": NOBODY}, odd)
    assert found[0] == ["0.animal"]
    assert set(found[1]) == {"1.eventDateTime", "1.weight.measurement"}


async def test_groups_are_named_as_their_sender_does(farmer: Farmer) -> None:
    group = await mob(farmer)
    nobody = about("nobody's", "1", **inventory(40), arrivalReason="Purchase")
    many = about(group, "2", **inventory(4_000_000), arrivalReason="Purchase")
    found = await instances(farmer, "group-arrivals", nobody, many)
    assert found == [["0.animalSetReference"], ["1.countObserved"]]
    dose = {"doseQuantity": -1, "doseUnits": "MLT"}
    await remedy(farmer)
    wrong = about(group, "3", medicine={"name": "drench a"}, dosePerAnimal=dose)
    assert await instances(farmer, "group-treatments", nobody, wrong) == [
        ["0.animalSetReference"],
        ["1.dosePerAnimal.doseQuantity"],
    ]


async def test_the_member_of_a_set_is_named_by_its_place_among_all(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    young = (await farmer.animal(sex="female", birth_date="2024-07-01"))["id"]
    sent = a_set(named(ewe), named(ewe), named(young))
    assert await instances(farmer, "animal-sets", sent) == [["0.member.2"]]
    left = member("1", "pen 9", "2024-03-01")
    assert await instances(farmer, "animal-set-leaves", left) == [["0.animalSetId"]]


async def test_the_end_of_a_joining_is_named_by_its_own_field(farmer: Farmer) -> None:
    ewe, ram = await ewe_of(farmer), (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    rams = {"inseminationType": "RunWithBull", "sireIdentifiers": [named(ram)]}
    begun = birth(1, ewe) | {"animal": named(ewe), "eventDateTime": "2024-03-01", **rams}
    nobody = begun | {"animal": NOBODY, "meta": {"source": "x", "sourceId": "2"}}
    for end in ("2024-02-01", FUTURE, "soon"):
        found = await instances(farmer, "inseminations", nobody, begun | {"eventEndDateTime": end})
        assert found == [["0.animal"], ["1.eventEndDateTime"]]


async def told_alone(farmer: Farmer, kind: str, sent: dict[str, Any], **headers: str) -> list[dict[str, Any]]:
    """What the sender of a single message is told beside its copy."""
    path = f"http://farm/locations/{OURS}/{farmer.farm_id}/{kind}"
    answer = await farmer.client.post(path, headers=farmer.headers | headers, json=sent)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = json.loads(answer.headers.get("bellwether-warnings", "[]"))
    return found


async def test_a_single_message_hears_the_warnings_of_a_batch(farmer: Farmer) -> None:
    _, lamb = await family(farmer)
    assert await told_alone(farmer, "weights", weight("1") | {"animal": named(lamb)}) == []
    no_zone = weight("2", 70, eventDateTime="2024-04-12T07:00:00", remark="Mutterschaf \u2013 \u7f8a")
    (result,) = await send(farmer, "weights", [no_zone])
    alone = await told_alone(farmer, "weights", weight("3", 70, eventDateTime="2024-04-13T07:00:00"))
    assert [said["title"] for said in alone] == [said["title"] for said in result["messages"]]
    assert {said["instance"] for said in alone} == {"eventDateTime", "weight.measurement"}
    for said in alone:
        assert said["severity"] == "Warning"
        assert faults("resources/icarResponseMessageResource", said) == []


async def test_warnings_come_again_with_the_answer_of_a_key(farmer: Farmer) -> None:
    await family(farmer)
    sent = weight("3", 70, eventDateTime="2024-04-13T07:00:00")
    first = await told_alone(farmer, "weights", sent, **{"Idempotency-Key": '"k1"'})
    assert first
    assert await told_alone(farmer, "weights", sent, **{"Idempotency-Key": '"k1"'}) == first


async def test_more_warnings_than_a_header_holds_are_cut_between_two(farmer: Farmer) -> None:
    await family(farmer)
    await remedy(farmer)
    ends = [{"productType": f"Fibre \u00fc\u00fc\u00fc {number}", "endDate": "2024-05-01"} for number in range(60)]
    found = await told_alone(farmer, "treatments", message() | LABELLED | {"withdrawals": ends})
    assert 3 < len(found) < 60
