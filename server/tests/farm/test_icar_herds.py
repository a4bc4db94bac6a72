"""Groups, head without tags and joinings in the words of ICAR ADE, held to the published schemas."""

import json
from typing import Any

import pytest

from .conftest import Farmer
from .icar_schemas import COLLECTIONS, SCHEMAS, bare, copied, faults, unknown_names
from .test_event_log import SOLD, log_of, taken
from .test_icar import EID, HERDS, family, members, read
from .test_icar_reproduction import named
from .test_icar_taking import SOURCE, refused, send
from .test_mobs import assigned, left, mob, taken_back
from .test_stock import stock
from .test_treatments import remedy, treated


@pytest.mark.skipif(not SCHEMAS.exists(), reason="the published schemas are not there")
def test_the_copy_of_the_schemas_is_true() -> None:
    for name, schema in copied().items():
        assert bare(json.loads((SCHEMAS / name).read_text(encoding="utf-8"))) == schema, name


async def herd(farmer: Farmer) -> dict[str, str]:
    """Two ewes in a mob with a ram, one of them sold, and head without tags beside them."""
    ewe, lamb = await family(farmer)
    other = (await farmer.animal(sex="female", birth_date="2021-08-01"))["id"]
    ram = (await farmer.animal(sex="male", birth_date="2021-08-01"))["id"]
    group, drafts = await mob(farmer, purpose="joining"), await mob(farmer, "Drafts", type="planned")
    await taken(farmer, *(assigned(key, group) for key in (ewe, other, ram)), assigned(lamb, drafts, "2024-02-03"))
    joined = {"kind": "joining.started", "group_id": group, "occurred_on": "2024-02-10", "payload": {"sire_ids": [ram]}}
    (joining,) = await taken(farmer, joined)
    await taken(
        farmer,
        left(other, group, "2024-02-20"),
        {"kind": "joining.ended", "occurred_on": "2024-03-20", "payload": {"joining_id": joining}},
        SOLD | {"animal_id": ewe, "occurred_on": "2024-04-01"},
        stock("arrived", group, "2024-02-05", 40, reason="purchase", from_location="QABC1234", note="from the sale"),
        stock("born", group, "2024-07-05", 12, "ewe_lamb"),
        stock("died", group, "2024-07-06", 2, "ewe_lamb", cause="Accident: dog"),
        stock("departed", group, "2024-08-05", 5, fate="culled", consignment="NVD 7"),
        treated(await remedy(farmer), "2024-09-01", group_id=group),
    )
    return {"ewe": ewe, "lamb": lamb, "other": other, "ram": ram, "group": group, "drafts": drafts}


@pytest.mark.parametrize("kind", [*HERDS, "inseminations"])
async def test_all_that_is_sent_of_herds_is_valid(farmer: Farmer, kind: str) -> None:
    await herd(farmer)
    page = await read(farmer, kind)
    assert page["member"]
    assert page["view"]["totalItems"] == len(page["member"])
    assert faults(f"collections/{COLLECTIONS[kind]}", page) == []
    assert unknown_names(f"collections/{COLLECTIONS[kind]}", page) == set()
    assert "null" not in str(page)
    first = await read(farmer, kind, limit=1)
    assert first["member"] == page["member"][:1]
    assert (await read(farmer, kind, **{"meta-modified-from": "2100-01-01T00:00:00Z"}))["member"] == []


async def test_a_set_has_who_is_in_the_group_now(farmer: Farmer) -> None:
    ids = await herd(farmer)
    found = {one["name"]: one for one in await members(farmer, "animal-sets")}
    assert found["Ewes"]["member"] == [named(ids["ram"])]
    assert (found["Ewes"]["purpose"], found["Drafts"]["purpose"]) == ("Reproduction", "Movement")
    assert found["Drafts"]["member"] == [named(ids["lamb"])]
    joins, leaves = await members(farmer, "animal-set-joins"), await members(farmer, "animal-set-leaves")
    assert len(joins) == 4
    told = {(one["animal"]["id"], one["animalSetId"], one["eventDateTime"][:10]) for one in leaves}
    assert told == {(ids["other"], ids["group"], "2024-02-20"), (EID, ids["group"], "2024-04-01")}


async def test_rams_that_ran_with_ewes(farmer: Farmer) -> None:
    ids = await herd(farmer)
    found = await members(farmer, "inseminations")
    assert {one["animal"]["id"] for one in found} == {EID, ids["other"]}
    for one in found:
        assert (one["inseminationType"], one["sireIdentifiers"]) == ("RunWithBull", [named(ids["ram"])])
        assert (one["eventDateTime"][:10], one["eventEndDateTime"][:10]) == ("2024-02-10", "2024-03-20")
    assert len({one["meta"]["sourceId"] for one in found}) == 2


async def test_head_without_tags_by_their_class(farmer: Farmer) -> None:
    ids = await herd(farmer)
    (came,) = await members(farmer, "group-arrivals")
    assert (came["arrivalReason"], came["countObserved"], came["remark"]) == ("Purchase", 40, "from the sale")
    sheep = {"name": "adult ewe", "count": 40, "species": "Sheep", "sex": "Female"}
    assert came["inventoryClassification"] == sheep
    assert came["animalSetReference"]["identifier"]["id"] == ids["group"]
    assert came["consignment"]["originLocation"]["id"] == "QABC1234"
    (died,) = await members(farmer, "group-deaths")
    assert (died["deathreason"], died["deathMethod"], died["explanation"]) == ("Accident", "Accident", "dog")
    (gone,) = await members(farmer, "group-departures")
    assert (gone["departureKind"], gone["consignment"]["id"]["id"]) == ("Slaughter", "NVD 7")


def about(group: str, number: str, day: str = "2024-02-05", **more: Any) -> dict[str, Any]:
    """What another system sends of a group."""
    return {
        "meta": {"source": SOURCE, "sourceId": number, "modified": "2024-08-01T00:00:00Z"},
        "eventDateTime": f"{day}T00:00:00Z",
        "animalSetReference": {"identifier": {"scheme": "org.bellwether.group", "id": group}},
    } | more


def inventory(count: int, name: str = "Adult ewe") -> dict[str, Any]:
    """Head of a class."""
    kept = {"name": name, "count": count, "species": "Sheep"}
    return {"groupMethod": "InventoryClassification", "countObserved": count, "inventoryClassification": kept}


async def test_what_others_send_of_groups_is_stored_once_and_read_again(farmer: Farmer) -> None:
    """By the id of the group or its name; another number corrects, and what is deleted was never there."""
    group = await mob(farmer)
    await remedy(farmer)
    came = about(group, "1", **inventory(40), arrivalReason="Purchase")
    dose = {"doseQuantity": 10, "doseUnits": "MLT"}
    sent = {
        "group-arrivals": came,
        "group-births": about("ewes", "1", "2024-07-05", **inventory(12, "Lamb ewe")),
        "group-deaths": about(group, "1", "2024-07-06", **inventory(2), deathreason="Accident", explanation="dog"),
        "group-departures": about(group, "1", "2024-08-05", **inventory(5), departureKind="Slaughter"),
        "group-treatments": about(group, "1", "2024-09-01", medicine={"name": "drench a"}, dosePerAnimal=dose),
    }
    for kind, one in sent.items():
        stored = await send(farmer, kind, one)
        assert await send(farmer, kind, one) == stored
        assert faults(f"collections/{COLLECTIONS[kind]}", await read(farmer, kind)) == []
        assert [each["id"] for each in await members(farmer, kind)] == [stored["id"]]
    assert [event["kind"] for event in await log_of(farmer)] == [
        "stock.arrived", "stock.born", "stock.died", "stock.departed", "treatment.given",
    ]  # fmt: skip
    (treatment,) = await members(farmer, "group-treatments")
    assert (treatment["countObserved"], treatment["dosePerAnimal"]) == (45, dose)
    assert {end["endDate"][:10] for end in treatment["withdrawals"]} == {"2024-09-15", "2024-09-29"}
    more = await send(farmer, "group-arrivals", came | inventory(41))
    assert (more["countObserved"], more["meta"]["sourceId"]) == (41, more["meta"]["sourceId"])
    for kind in ("group-treatments", "group-deaths"):
        gone = await send(farmer, kind, sent[kind] | {"meta": sent[kind]["meta"] | {"isDeleted": True}})
        assert gone["meta"]["isDeleted"] is True
        assert await members(farmer, kind) == []
        again = await send(farmer, kind, sent[kind])
        assert await send(farmer, kind, sent[kind]) == again
        assert [each["id"] for each in await members(farmer, kind)] == [again["id"]]
        await send(farmer, kind, sent[kind] | {"meta": sent[kind]["meta"] | {"isDeleted": True}})
        assert await members(farmer, kind) == []


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        ("group-arrivals", {"animalSetReference": None}, "group_unknown"),
        ("group-arrivals", {"animalSetReference": {"identifier": {"id": "nobody's"}}}, "group_unknown"),
        ("group-arrivals", {"groupMethod": "EmbeddedAnimalSet"}, "method_not_taken"),
        ("group-arrivals", {"inventoryClassification": {"name": "camel"}}, "class_unknown"),
        ("group-arrivals", {"countObserved": 4}, "count_missing"),
        ("group-departures", {"departureKind": "Sale"}, "too_few"),
        ("group-births", {}, "born_grown"),
        ("group-births", inventory(40, "Hogget wether"), "born_grown"),
        ("group-treatments", {"medicine": {"name": "Unknown"}}, "product_unknown"),
    ],
)
async def test_what_is_refused_of_groups(farmer: Farmer, kind: str, change: dict[str, Any], code: str) -> None:
    await mob(farmer)
    sent = about("Ewes", "1", **inventory(40), arrivalReason="Purchase") | change
    assert await refused(farmer, kind, sent) == code


async def test_what_was_taken_back_of_head_without_tags(farmer: Farmer) -> None:
    group = await mob(farmer)
    twice: dict[str, Any] = stock("arrived", group, "2024-02-05", 40, reason="purchase")
    twice["payload"]["heads"] += [{"stock_class": "wether", "head": 3}]
    (event,) = await taken(farmer, twice)
    told = await members(farmer, "group-arrivals")
    assert [one["countObserved"] for one in told] == [40, 3]
    await taken(farmer, taken_back(event))
    assert await members(farmer, "group-arrivals") == []
    since = {"meta-modified-from": told[0]["meta"]["modified"]}
    gone = await members(farmer, "group-arrivals", **since)
    assert [one["meta"]["sourceId"] for one in gone] == [one["meta"]["sourceId"] for one in told]
    assert all(one["meta"]["isDeleted"] for one in gone)
