"""Sets, who joins and leaves them, and weanings in the words of ICAR ADE: out and in, held to the published schemas."""

from typing import Any

import pytest

from .conftest import Farmer, NewFarmer
from .icar_schemas import COLLECTIONS, faults, unknown_names
from .test_event_log import log_of, taken
from .test_icar import EID, family, members, read
from .test_icar_reproduction import named, season
from .test_icar_taking import SOURCE, message, refused, send
from .test_mobs import mob

THEIRS = {"source": SOURCE, "sourceId": "s-1", "modified": "2024-02-01T00:00:00Z"}


def a_set(*animals: dict[str, str], **more: Any) -> dict[str, Any]:
    """A set as another system tells it."""
    told = {"resourceType": "AnimalSet", "meta": THEIRS, "id": "pen 4", "name": "Pen 4", "purpose": "Enclosure"}
    return told | {"member": list(animals)} | more


def member(number: str, of: str, day: str, **more: Any) -> dict[str, Any]:
    """An animal that came into a set, or left it."""
    return message(number, animalSetId=of, eventDateTime=f"{day}T00:00:00Z") | more


async def valid(farmer: Farmer, kind: str) -> list[dict[str, Any]]:
    """The page of a kind, which the schemas take."""
    page = await read(farmer, kind)
    assert faults(f"collections/{COLLECTIONS[kind]}", page) == []
    assert unknown_names(f"collections/{COLLECTIONS[kind]}", page) == set()
    found: list[dict[str, Any]] = page["member"]
    return found


async def test_a_set_of_others_is_a_group_whom_they_join_and_leave_by_their_own_name_for_it(farmer: Farmer) -> None:
    _, lamb = await family(farmer)
    first = await send(farmer, "animal-sets", a_set({"scheme": "std.iso.11785", "id": EID}))
    assert (first["name"], first["purpose"], [one["id"] for one in first["member"]]) == ("Pen 4", "Enclosure", [EID])
    assert await valid(farmer, "animal-sets") == [first]
    join = member("1", "pen 4", "2024-03-01", animal=named(lamb))
    joined = await send(farmer, "animal-set-joins", join)
    assert await send(farmer, "animal-set-joins", join) == joined
    assert joined["animalSetId"] == first["id"]
    assert joined in await valid(farmer, "animal-set-joins")
    left = await send(farmer, "animal-set-leaves", member("1", "Pen 4", "2024-03-05", animal=named(lamb)))
    assert await valid(farmer, "animal-set-leaves") == [left]
    by_our_id = member("2", first["id"], "2024-03-09", animal=named(lamb))
    await send(farmer, "animal-set-joins", by_our_id)
    ((shown),) = await members(farmer, "animal-sets")
    assert {one["id"] for one in shown["member"]} == {EID, lamb}
    kinds = [event["kind"] for event in await log_of(farmer)]
    assert kinds == ["group.assigned", "group.assigned", "group.left", "group.assigned"]
    gone = await send(farmer, "animal-set-joins", by_our_id | {"meta": by_our_id["meta"] | {"isDeleted": True}})
    assert gone["meta"]["isDeleted"] is True
    assert len(await members(farmer, "animal-set-joins")) == 2


async def test_a_set_that_comes_again_renames_its_group_and_never_moves_an_animal(farmer: Farmer) -> None:
    _, lamb = await family(farmer)
    eid = {"scheme": "std.iso.11785", "id": EID}
    sent = a_set(eid, purpose="Reproduction")
    made = await send(farmer, "animal-sets", sent)
    (same,) = await send(farmer, "animal-sets", [sent])
    assert (same["id"], same["messages"]) == (made["id"], [])
    other = a_set(named(lamb), name="Joining ewes", purpose="Reproduction")
    (again,) = await send(farmer, "animal-sets", [other])
    assert [said["title"] for said in again["messages"]] == ["members_differ"]
    ((shown),) = await valid(farmer, "animal-sets")
    assert (shown["id"], shown["name"], shown["member"]) == (made["id"], "Joining ewes", [eid])
    assert len(await log_of(farmer)) == 1
    group = (await farmer.ask("GET", f"/groups/{made['id']}", 200)).json()
    assert (group["type"], group["purpose"]) == ("logical", "joining")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": None}, "wrong_type"),
        ({"name": "Ewes"}, "group_exists"),
        ({"purpose": "Party"}, "word_unknown"),
        ({"meta": THEIRS | {"modified": None}}, "date_time"),
        ({"meta": THEIRS | {"isDeleted": True}}, "not_deleted"),
        ({"member": [{"scheme": "std.iso.11785", "id": "982000000000001"}]}, "unknown_tag"),
        ({"meta": THEIRS | {"modified": "2022-07-01T00:00:00Z"}}, "before_birth"),
    ],
)
async def test_of_a_set_with_a_fault_nothing_is_there(farmer: Farmer, change: dict[str, Any], code: str) -> None:
    await family(farmer)
    await mob(farmer)
    sent = a_set({"scheme": "std.iso.11785", "id": EID}) | change
    assert await refused(farmer, "animal-sets", sent) == code
    assert [one["name"] for one in await members(farmer, "animal-sets")] == ["Ewes"]


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("animal-set-joins", {"animalSetId": "nobody's"}, "group_unknown"),
        ("animal-set-joins", {"animalSetId": None}, "group_unknown"),
        ("animal-set-joins", {"animal": None}, "animal_missing"),
        ("animal-set-leaves", {}, "not_a_member"),
    ],
)
async def test_what_is_refused_of_joins_and_leaves(
    farmer: Farmer, kind: str, change: dict[str, Any], code: str
) -> None:
    await family(farmer)
    await mob(farmer)
    assert await refused(farmer, kind, member("1", "ewes", "2024-03-01") | change) == code


async def test_a_set_of_another_farm_is_not_there(farmer: Farmer, new_farmer: NewFarmer) -> None:
    await family(farmer)
    theirs = await new_farmer()
    group = await mob(theirs)
    assert await refused(farmer, "animal-set-joins", member("1", group, "2024-03-01")) == "group_unknown"
    assert (await members(theirs, "animal-set-joins")) == []


async def test_weanings_out(farmer: Farmer) -> None:
    ids = await season(farmer)
    said = {"reason": "age", "method": "yards", "note": "with the others"}
    weaned = {"kind": "weaning.recorded", "animal_id": ids["alive"], "occurred_on": "2024-11-05", "payload": said}
    await taken(farmer, weaned)
    (found,) = await valid(farmer, "weaning-events")
    assert (found["resourceType"], found["animal"], found["rearingDam"]) == (
        "WeaningEvent",
        named(ids["alive"]),
        named(ids["ewe"]),
    )
    assert (found["weaningReason"], found["weaningMethod"], found["ageInMonths"]) == ("Age", "Yards", 3)
    assert found["remark"] == "with the others"


async def test_a_weaning_names_the_ewe_who_reared_the_lamb_then(farmer: Farmer) -> None:
    """Given to another ewe it is weaned from her, and reared by hand from nobody."""
    ids = await season(farmer)
    foster = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    weaned = {"kind": "weaning.recorded", "animal_id": ids["alive"], "occurred_on": "2024-11-05", "payload": {}}
    given = {"kind": "lamb.fostered", "animal_id": ids["alive"], "occurred_on": "2024-08-02"}
    await taken(farmer, given | {"payload": {"to_id": foster}}, weaned)
    (found,) = await members(farmer, "weaning-events")
    assert found["rearingDam"] == named(foster)
    await taken(farmer, given | {"occurred_on": "2024-09-02", "payload": {"to_id": None}})
    (found,) = await members(farmer, "weaning-events")
    assert "rearingDam" not in found


async def test_weanings_in(farmer: Farmer) -> None:
    _, lamb = await family(farmer)
    said = {"weaningReason": "Feed", "weaningMethod": "Paddock", "ageInMonths": 3, "remark": "dry autumn"}
    sent = message("7") | said | {"animal": named(lamb), "eventDateTime": "2024-04-10T00:00:00Z"}
    stored = await send(farmer, "weaning-events", sent)
    assert await send(farmer, "weaning-events", sent) == stored
    assert {name: stored[name] for name in said} == said
    assert stored["rearingDam"]["id"] == EID
    assert await valid(farmer, "weaning-events") == [stored]
    (event,) = await log_of(farmer)
    assert event["payload"] == {"reason": "feed", "method": "paddock", "note": "dry autumn", "subgroup": ""}
    later = sent | {"eventDateTime": "2024-04-12T00:00:00Z", "rearingDam": {"id": EID}}
    (corrected,) = await send(farmer, "weaning-events", [later | {"ageInMonths": 9}])
    assert [one["title"] for one in corrected["messages"]] == ["age_differs"]
    (shown,) = await valid(farmer, "weaning-events")
    assert (shown["eventDateTime"][:10], shown["meta"]["sourceId"]) == ("2024-04-12", stored["meta"]["sourceId"])
    gone = await send(farmer, "weaning-events", sent | {"meta": sent["meta"] | {"isDeleted": True}})
    assert gone["meta"]["isDeleted"] is True
    assert await members(farmer, "weaning-events") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"weaningReason": "Whim"}, "word_unknown"),
        ({"weaningMethod": "Fence"}, "word_unknown"),
        ({"eventDateTime": None}, "date_time"),
        ({"rearingDam": {"id": "982000123456788"}}, "rearing_dam_differs"),
        ({"rearingDam": {"id": "nobody"}}, "unknown_tag"),
    ],
)
async def test_what_is_refused_of_weanings(farmer: Farmer, change: dict[str, Any], code: str) -> None:
    _, lamb = await family(farmer)
    await farmer.animal(
        sex="female", birth_date="2020-08-01", identifiers=[{"kind": "eid", "value": "982000123456788"}]
    )
    sent = message("7") | {"animal": named(lamb), "eventDateTime": "2024-04-10T00:00:00Z"} | change
    assert await refused(farmer, "weaning-events", sent) == code
