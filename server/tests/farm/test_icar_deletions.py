"""What is taken back is named by its source and sourceId: all else of a deletion may be missing, or make no sense."""

from typing import Any

import pytest

from .conftest import Farmer, weights_of
from .icar_schemas import COLLECTIONS, faults
from .test_event_log import log_of
from .test_icar import family, members
from .test_icar_births import birth, ewe_of, lambs_of
from .test_icar_herds import about, inventory
from .test_icar_members import a_set, member
from .test_icar_reproduction import named
from .test_icar_taking import DIED, SOURCE, message, send, weight
from .test_icar_treatments import LABELLED
from .test_mobs import mob
from .test_treatments import remedy

RESOURCES = {kind: name.replace("Collection", "Resource") for kind, name in COLLECTIONS.items()}
SCALE = {"scheme": "org.bellwether.trait", "id": "BCS 1-5"}
SENT: dict[str, dict[str, Any]] = {
    "departures": message(departureKind="Sale"),
    "deaths": message() | DIED,
    "diagnoses": message(diagnoses=[{"name": "foot rot"}]),
    "treatments": message() | LABELLED,
    "pregnancy-checks": message(result="Empty"),
    "parturitions": message(totalProgeny=2, liveProgeny=1),
    "conformation-scores": message(traitScored="BodyConditionScore", score=3, traitLabel=SCALE),
    "weights": weight(),
    "animal-set-joins": member("1", "ewes", "2024-03-01"),
    "group-arrivals": about("ewes", "1", **inventory(40), arrivalReason="Purchase"),
    "group-births": about("ewes", "1", **inventory(40, "Lamb ewe")),
    "group-treatments": about(
        "ewes", "1", medicine={"name": "drench a"}, dosePerAnimal={"doseQuantity": 1, "doseUnits": "MLT"}
    ),
}
MINIMAL: tuple[dict[str, Any], ...] = (
    {},
    {"eventDateTime": None, "animal": None},
    {"eventDateTime": "yesterday", "weight": "none", "animal": {"id": "982000999999999"}},
    {"eventDateTime": "2150-01-01T00:00:00Z", "animalSetReference": {"identifier": {"id": "nobody's"}}},
)


def deleted(sent: dict[str, Any], **more: Any) -> dict[str, Any]:
    """That it was never so."""
    meta = {name: sent["meta"][name] for name in ("source", "sourceId")}
    return {"meta": meta | {"isDeleted": True}} | more


async def taken_back(farmer: Farmer, kind: str, sent: dict[str, Any], more: dict[str, Any]) -> None:
    """A deletion counts, and so does the same again; what is sent after it stands."""
    gone = await send(farmer, kind, deleted(sent, **more))
    assert gone["meta"]["isDeleted"] is True
    assert faults(f"resources/{RESOURCES[kind]}", gone) == []
    (again,) = await send(farmer, kind, [deleted(sent, **more)])
    assert ("id" in again, again["messages"]) == (True, [])
    assert (await send(farmer, kind, deleted(sent, **more)))["id"] == gone["id"]


@pytest.mark.parametrize("more", MINIMAL, ids=str)
@pytest.mark.parametrize("kind", SENT)
async def test_a_deletion_needs_its_ids_alone(farmer: Farmer, kind: str, more: dict[str, Any]) -> None:
    await family(farmer)
    await mob(farmer)
    await remedy(farmer)
    sent = SENT[kind]
    await send(farmer, kind, sent)
    before = await members(farmer, kind)
    assert before
    await taken_back(farmer, kind, sent, more)
    assert await members(farmer, kind) == []
    assert {event["kind"] for event in await log_of(farmer)} <= {"event.retracted"}
    assert await weights_of(farmer) == []
    await send(farmer, kind, sent)
    assert len(await members(farmer, kind)) == len(before)


@pytest.mark.parametrize("more", MINIMAL, ids=str)
async def test_rams_that_ran_with_a_ewe_are_taken_back_with_their_end(farmer: Farmer, more: dict[str, Any]) -> None:
    ewe, ram = await ewe_of(farmer), (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    rams = {"inseminationType": "RunWithBull", "sireIdentifiers": [named(ram)], "eventEndDateTime": "2024-04-05"}
    sent = message("1", eventDateTime="2024-03-01") | rams | {"animal": named(ewe)}
    await send(farmer, "inseminations", sent)
    await taken_back(farmer, "inseminations", sent, more)
    assert {event["kind"] for event in await log_of(farmer)} == {"event.retracted"}


@pytest.mark.parametrize("more", MINIMAL, ids=str)
async def test_a_birth_is_taken_back_without_its_dam(farmer: Farmer, more: dict[str, Any]) -> None:
    ewe = await ewe_of(farmer)
    await send(farmer, "births", [birth(1, ewe), birth(2, ewe)])
    await taken_back(farmer, "births", birth(1, ewe), more)
    (left,) = await lambs_of(farmer)
    assert left["birth_type"] == 1
    await taken_back(farmer, "births", birth(2, ewe), more)
    assert await lambs_of(farmer) == []


@pytest.mark.parametrize("kind", [*SENT, "births", "inseminations", "arrivals"])
async def test_what_was_never_sent_cannot_be_taken_back(farmer: Farmer, kind: str) -> None:
    sent = {"meta": {"source": SOURCE, "sourceId": "never", "isDeleted": True}}
    (error,) = (await send(farmer, kind, sent, 422))["errors"]
    assert error["code"] == "message_rejected"
    (result,) = await send(farmer, kind, [sent])
    assert "id" not in result
    assert [(said["severity"], said["title"]) for said in result["messages"]] == [("Information", "nothing_there")]


async def test_a_lamb_of_a_parturition_is_not_taken_back_as_a_birth(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    counted = birth(9, ewe) | {"animal": named(ewe), "totalProgeny": 1, "liveProgeny": 1}
    await send(farmer, "parturitions", counted)
    await send(farmer, "births", birth(1, ewe))
    (error,) = (await send(farmer, "births", birth(1, ewe) | deleted(birth(1, ewe)), 422))["errors"]
    assert error["code"] == "not_deleted"


async def test_a_set_that_is_taken_back_hears_how_its_animals_leave_it(farmer: Farmer) -> None:
    await send(farmer, "animal-sets", a_set())
    (error,) = (await send(farmer, "animal-sets", deleted(a_set()), 422))["errors"]
    assert (error["code"], error["instance"]) == ("not_deleted", "meta.isDeleted")
