"""The face of ICAR ADE 1.3: from the service to the lambs."""

from typing import Any

import pytest
from bellwether.platform.ids import new_id

from .conftest import Farmer, animals_of
from .icar_schemas import COLLECTIONS, faults, unknown_names
from .test_event_log import log_of, taken
from .test_icar import BRED, members, read
from .test_icar_taking import refused, send


async def season(farmer: Farmer) -> dict[str, str]:
    """A ewe served, inseminated and given an embryo, scanned, scored and lambed of two."""
    ewe = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    donor = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    ram = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    lambs = [str(new_id()), str(new_id())]

    def event(kind: str, day: str, **payload: Any) -> dict[str, Any]:
        return {"kind": kind, "animal_id": ewe, "occurred_on": day, "payload": payload}

    litter = [
        {"id": lambs[0], "sex": "female", "weight": 4.6},
        {"id": lambs[1], "sex": "male", "born": "dead", "death_cause": "Parturition"},
    ]
    await taken(
        farmer,
        event("mating.observed", "2024-03-01", sire_id=ram, raddle_colour="red", cycle=1),
        event("ai.done", "2024-03-02", sire_id=ram, method="ai_frozen_laparoscopic", batch="B7"),
        event("embryo.transferred", "2024-03-09", sire_id=ram, donor_id=donor),
        event("pregscan.recorded", "2024-05-20", scan_type="long", result="multiple", count=2, foetal_age_days=78),
        event("condition.scored", "2024-05-20", score=3.5, scale="1-5"),
        event(
            "lambing.recorded", "2024-07-30", ease="easy_assisted", lambs=litter, embryo_transfer=True, weight_unit="kg"
        ),
    )
    return {"ewe": ewe, "donor": donor, "ram": ram, "alive": lambs[0], "dead": lambs[1]}


def named(key: str) -> dict[str, str]:
    """An animal without a tag."""
    return {"scheme": "org.bellwether.animal", "id": key}


async def test_services(farmer: Farmer) -> None:
    ids = await season(farmer)
    service, insemination, transfer = await members(farmer, "inseminations")
    assert [item["inseminationType"] for item in (service, insemination, transfer)] == [
        "NaturalService",
        "Insemination",
        "Implantation",
    ]
    assert {item["animal"]["id"] for item in (service, insemination, transfer)} == {ids["ewe"]}
    assert service["sireIdentifiers"] == [named(ids["ram"])]
    straw = {"resourceType": "SemenStraw", "batch": "B7", "sireIdentifiers": [named(ids["ram"])]}
    assert insemination["straw"] == straw | {"preservationType": "Frozen"}
    assert transfer["embryo"]["donorIdentifiers"] == [named(ids["donor"])]


async def test_scan_score_and_lambing(farmer: Farmer) -> None:
    ids = await season(farmer)
    (scan,) = await members(farmer, "pregnancy-checks")
    assert (scan["result"], scan["foetusCount"], scan["foetalAge"]) == ("Multiple", 2, 78)
    (score,) = await members(farmer, "conformation-scores")
    assert (score["score"], score["traitLabel"]["id"]) == (3.5, "BCS 1-5")
    (lambing,) = await members(farmer, "parturitions")
    assert (lambing["liveProgeny"], lambing["totalProgeny"], lambing["calvingEase"]) == (1, 2, "EasyAssisted")
    assert lambing["isEmbryoImplant"] is True
    alive, dead = lambing["progenyDetails"]
    assert (alive["identifier"], alive["gender"], alive["birthStatus"]) == (named(ids["alive"]), "Female", "Alive")
    assert alive["birthWeight"] == {"measurement": 4.6, "units": "KGM"}
    assert (dead["identifier"], dead["birthStatus"]) == (named(ids["dead"]), "Stillborn")
    assert "birthWeight" not in dead


@pytest.mark.parametrize("kind", BRED)
async def test_all_that_is_sent_is_valid(farmer: Farmer, kind: str) -> None:
    await season(farmer)
    page = await read(farmer, kind)
    assert page["member"]
    assert faults(f"collections/{COLLECTIONS[kind]}", page) == []
    assert unknown_names(f"collections/{COLLECTIONS[kind]}", page) == set()
    assert "null" not in str(page)


def message(number: str, animal: str, at: str, **more: Any) -> dict[str, Any]:
    """What another system sends, without a resourceType."""
    meta = {"source": "org.example.herd", "sourceId": number, "modified": "2024-08-01T00:00:00Z"}
    return {"meta": meta, "animal": named(animal), "eventDateTime": f"{at}T00:00:00Z"} | more


async def flock(farmer: Farmer) -> tuple[str, str, str]:
    """A ewe, a donor and a ram with a tag."""
    ewe = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    donor = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    tag = [{"kind": "eid", "value": "982000123456700"}]
    return ewe, donor, (await farmer.animal(sex="male", birth_date="2020-08-01", identifiers=tag))["id"]


RAM = {"scheme": "std.iso.11785", "id": "982 000123456700"}


async def test_what_others_send_of_services_is_stored_and_read_again(farmer: Farmer) -> None:
    ewe, donor, ram = await flock(farmer)
    sent = [
        message("1", ewe, "2024-03-01", inseminationType="NaturalService", sireIdentifiers=[RAM]),
        message(
            "2",
            ewe,
            "2024-03-02",
            inseminationType="Insemination",
            straw={"batch": "B7", "sireIdentifiers": [RAM], "preservationType": "Frozen", "isSexedSemen": None},
        ),
        message(
            "3",
            ewe,
            "2024-03-09",
            inseminationType="Implantation",
            sireIdentifiers=[RAM],
            embryo={"donorIdentifiers": [named(donor)]},
        ),
    ]
    for one in sent:
        stored = await send(farmer, "inseminations", one)
        assert await send(farmer, "inseminations", one) == stored
    assert [event["payload"] for event in await log_of(farmer)] == [
        {"sire_id": ram, "hand_mated": False},
        {"sire_id": ram, "method": "ai_frozen", "batch": "B7"},
        {"sire_id": ram, "donor_id": donor, "embryo_age_days": 6},
    ]
    read_again = await members(farmer, "inseminations")
    assert [item["inseminationType"] for item in read_again] == ["NaturalService", "Insemination", "Implantation"]


async def test_rams_that_ran_with_a_ewe_are_a_joining_with_its_end(farmer: Farmer) -> None:
    """Several are a syndicate (I25); what is sent again changes nothing, a correction the one or the other."""
    ewe, *_ = await flock(farmer)
    other = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    rams = {"inseminationType": "RunWithBull", "sireIdentifiers": [RAM, named(other)]}
    begun = message("1", ewe, "2024-03-01", **rams)
    stored = await send(farmer, "inseminations", begun)
    assert (stored["inseminationType"], len(stored["sireIdentifiers"])) == ("RunWithBull", 2)
    assert faults("resources/icarReproInseminationEventResource", stored) == []
    ended = begun | {"eventEndDateTime": "2024-04-05T00:00:00Z"}
    for _ in range(2):
        stored = await send(farmer, "inseminations", ended)
        assert stored["eventEndDateTime"].startswith("2024-04-05")
    log = [(event["kind"], event["occurred_on"]) for event in await log_of(farmer)]
    assert log == [("joining.started", "2024-03-01"), ("joining.ended", "2024-04-05")]
    later = await send(farmer, "inseminations", begun | {"eventEndDateTime": "2024-04-12T00:00:00Z"})
    assert later["eventEndDateTime"].startswith("2024-04-12")
    assert "eventEndDateTime" not in await send(farmer, "inseminations", begun)
    await send(farmer, "inseminations", ended)
    gone = await send(farmer, "inseminations", ended | {"meta": ended["meta"] | {"isDeleted": True}})
    assert gone["meta"]["isDeleted"] is True
    assert await members(farmer, "inseminations") == []
    assert {event["kind"] for event in await log_of(farmer)} == {"event.retracted"}


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("inseminations", {"inseminationType": "RunWithBull"}, "sire_missing"),
        (
            "inseminations",
            {"inseminationType": "RunWithBull", "sireIdentifiers": [RAM], "eventEndDateTime": "soon"},
            "date_time",
        ),
        ("inseminations", {"inseminationType": "NaturalService", "sireIdentifiers": [RAM, RAM]}, "several_sires"),
        ("inseminations", {"inseminationType": "Insemination"}, "sire_missing"),
        (
            "inseminations",
            {"inseminationType": "NaturalService", "sireIdentifiers": [RAM | {"id": "982000999999999"}]},
            "unknown_tag",
        ),
        ("pregnancy-checks", {"result": "Pregnant"}, "count_missing"),
        ("pregnancy-checks", {"result": "Unknown"}, "word_unknown"),
        ("conformation-scores", {"traitScored": "BodyConditionScore", "score": 3}, "scale_missing"),
        ("conformation-scores", {"traitScored": "Udder", "score": 3}, "word_unknown"),
        ("diagnoses", {"diagnoses": []}, "finding_missing"),
        ("parturitions", {}, "progeny_missing"),
        ("parturitions", {"totalProgeny": 3, "liveProgeny": None}, "progeny_missing"),
        ("parturitions", {"totalProgeny": 2, "progenyDetails": [{"gender": "Male"}]}, "progeny_differ"),
        ("parturitions", {"progenyDetails": [{"gender": "Bull"}]}, "word_unknown"),
    ],
    ids=str,
)
async def test_what_may_be_read_in_two_ways_is_refused(
    farmer: Farmer, kind: str, change: dict[str, Any], code: str
) -> None:
    ewe, _, _ = await flock(farmer)
    assert await refused(farmer, kind, message("1", ewe, "2024-03-01") | change) == code


async def test_a_lambing_of_another_system_registers_its_lambs(farmer: Farmer) -> None:
    ewe, _, _ = await flock(farmer)
    tag = {"scheme": "std.iso.11785", "id": "982000123456701"}
    weight = {"measurement": 4600, "units": "GRM"}
    lambs: list[dict[str, Any]] = [
        {"gender": "Female", "identifier": tag, "birthStatus": "Alive", "birthWeight": weight},
        {"gender": "Male", "managementTag": "17", "birthStatus": "Stillborn"},
    ]
    sent = message("9", ewe, "2024-07-30", calvingEase="EasyUnassisted", progenyDetails=lambs)
    stored = await send(farmer, "parturitions", sent)
    assert (stored["liveProgeny"], stored["totalProgeny"], stored["calvingEase"]) == (1, 2, "EasyUnassisted")
    assert stored["progenyDetails"][0]["identifier"] == tag
    assert await send(farmer, "parturitions", sent) == stored
    born = [animal for animal in await animals_of(farmer) if animal["birth_date"] == "2024-07-30"]
    assert sorted(animal["fate"] for animal in born) == ["alive", "dead"]
    assert {animal["birth_type"] for animal in born} == {2}


async def test_what_else_others_send(farmer: Farmer) -> None:
    ewe, _, _ = await flock(farmer)
    scale = {"scheme": "org.bellwether.trait", "id": "BCS 1-5"}
    for kind, more in (
        ("pregnancy-checks", {"result": "Pregnant", "foetusCount": 2, "method": "Blood"}),
        ("conformation-scores", {"traitScored": "BodyConditionScore", "score": 3.5, "traitLabel": scale}),
        ("diagnoses", {"diagnoses": [{"id": "1", "name": "foot rot", "severity": "Light"}, {"name": "lame"}]}),
        ("parturitions", {"totalProgeny": 2, "liveProgeny": 2}),
    ):
        await send(farmer, kind, message(kind, ewe, "2024-07-30", **more))
    scan, score, diagnosis, lambing = (event["payload"] for event in await log_of(farmer))
    assert (scan["result"], scan["count"]) == ("multiple", 2)
    assert (score["score"], score["scale"]) == (3.5, "1-5")
    assert (diagnosis["finding"], diagnosis["severity"]) == ("foot rot; lame", "mild")
    assert len(lambing["lambs"]) == 2
