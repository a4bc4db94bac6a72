"""Treatments in the words of ICAR ADE, and its departures under the rule for animals that are withheld (I20)."""

from typing import Any

import pytest

from .conftest import Farmer, NewFarmer
from .icar_schemas import faults, unknown_names
from .test_event_log import log_of, taken
from .test_icar import EID, family, read
from .test_icar_taking import SOURCE, message, refused
from .test_icar_taking import send as sent_by_icar
from .test_mobs import assigned, mob
from .test_treatments import remedy, treated


async def test_who_was_treated_alone_or_with_its_group(farmer: Farmer) -> None:
    """A treatment of a group is one fact in one list, with the tagged animals that it reached."""
    ewe, lamb = await family(farmer)
    group, product = await mob(farmer), await remedy(farmer, esi=None, milk_whp={"value": 36, "unit": "hours"})
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100, expires_on="2026-01-01"))["id"]
    await taken(farmer, *(assigned(key, group) for key in (ewe, lamb)))
    given = {"batch_id": batch, "route": "oral", "note": "all of them"}
    await taken(farmer, treated(product, group_id=group, payload=given))
    for day in ("2024-03-02", "2024-03-05"):
        await taken(farmer, treated(product, day, animal_id=ewe, payload={"dose": 2, "unit": "l"} | given))
    first = await read(farmer, "treatments", limit=1)
    address = first["view"]["next"].partition("?")[2]
    (last,) = (await read(farmer, "treatments", **dict(part.split("=", 1) for part in address.split("&"))))["member"]
    (one,) = first["member"]
    assert [item["eventDateTime"][:10] for item in (one, last)] == ["2024-03-02", "2024-03-05"]
    assert one["meta"]["sourceId"] != last["meta"]["sourceId"]
    assert (one["animal"]["id"], one["dose"]) == (EID, {"doseQuantity": 2, "doseUnits": "LTR"})
    assert (one["medicine"], one["procedure"], one["remark"]) == ({"name": "Drench A"}, "oral", "all of them")
    (bottle,) = one["batches"]
    assert (bottle["identifier"], bottle["expiryDate"][:10]) == ("L1", "2026-01-01")
    page = await read(farmer, "group-treatments")
    (with_group,) = page["member"]
    assert {item["id"] for item in with_group["embeddedAnimalSet"]["member"]} == {EID, lamb}
    for item, meat, milk in ((one, "2024-03-16", "2024-03-04"), (with_group, "2024-03-15", "2024-03-03")):
        ends = [(end["productType"], end.get("market"), end.get("endDate", "")[:10]) for end in item["withdrawals"]]
        assert ends == [("Meat", "au.gov.apvma.whp", meat), ("Meat", "au.gov.apvma.esi", ""), ("Milk", None, milk)]
    for name, found in (("icarTreatmentEventCollection", first), ("icarGroupTreatmentEventCollection", page)):
        assert faults(f"collections/{name}", found) == []
        assert unknown_names(f"collections/{name}", found) == set()


async def test_treatments_of_both_lists_are_treatments_once_on_another_farm(
    farmer: Farmer, new_farmer: NewFarmer
) -> None:
    """Sets and who joins them come first; then whoever was treated with its group is, and nobody twice."""
    other = await new_farmer()
    keys = {}
    for one in (farmer, other):
        numbers = [[{"kind": "eid", "value": f"98200012345600{place}"}] for place in range(3)]
        sheep = [await one.animal(sex="female", birth_date="2020-08-01", identifiers=worn) for worn in numbers]
        keys[one.farm_id] = [str(each["id"]) for each in sheep]
        product = await remedy(one)
    group, sheep_here = await mob(farmer), keys[farmer.farm_id]
    product = (await farmer.ask("GET", "/products", 200, params={"farm_id": farmer.farm_id})).json()["items"][0]["id"]
    await taken(farmer, *(assigned(key, group) for key in sheep_here[:2]))
    await taken(farmer, treated(product, "2024-03-02", group_id=group))
    await taken(farmer, treated(product, "2024-03-05", animal_id=sheep_here[2]))
    lists = {kind: (await read(farmer, kind))["member"] for kind in ("group-treatments", "treatments")}
    untold = await sent_by_icar(other, "animal-sets", (await read(farmer, "animal-sets"))["member"])
    assert [result["messages"] for result in untold] == [[]]
    early = [one | {"meta": one["meta"] | {"sourceId": "early"}} for one in lists["group-treatments"]]
    (result,) = await sent_by_icar(other, "group-treatments", early)
    assert "members_differ" in [said["title"] for said in result["messages"]]
    gone = [one | {"meta": one["meta"] | {"isDeleted": True}} for one in early]
    await sent_by_icar(other, "group-treatments", gone)
    await sent_by_icar(other, "animal-set-joins", (await read(farmer, "animal-set-joins"))["member"])
    for _ in range(2):
        for kind, told in lists.items():
            results = await sent_by_icar(other, kind, told)
            assert [said["title"] for result in results for said in result["messages"]] == []
    mine, theirs = await withheld(farmer), await withheld(other)
    assert len(mine) == 3
    assert theirs == mine


async def withheld(farmer: Farmer) -> list[tuple[str, str]]:
    """Each animal that was treated with the day, as often as it was."""
    groups, alone = (await read(farmer, "group-treatments"))["member"], (await read(farmer, "treatments"))["member"]
    found = [(one["animal"]["id"], one["eventDateTime"]) for one in alone]
    found += [(each["id"], one["eventDateTime"]) for one in groups for each in one["embeddedAnimalSet"]["member"]]
    return sorted(found)


async def test_i20_a_departure_of_another_system_is_held_to_the_same_rule(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    await taken(farmer, treated(await remedy(farmer), animal_id=ewe))
    gone = message("1", eventDateTime="2024-03-10", departureKind="Sale")
    (error,) = (await sent_by_icar(farmer, "departures", gone, 422))["errors"]
    assert error["code"] == "withheld"
    for kind, reason in (("Slaughter", None), ("Other", "Sale"), ("Other", "Slaughter"), ("InternalTransfer", "Sale")):
        sent = gone | {"departureKind": kind, "departureReason": reason}
        (result,) = await sent_by_icar(farmer, "departures", [sent])
        assert [said["title"] for said in result["messages"]] == ["withheld"]
    await sent_by_icar(farmer, "departures", gone | {"departureKind": "Agistment"})


LABELLED = {"medicine": {"name": "drench a"}, "dose": {"doseQuantity": "12.5", "doseUnits": "MLT"}}


async def test_i18_what_others_treated_is_withheld_by_the_label_or_longer(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    product = await remedy(farmer)
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100))["id"]
    ends = [
        {"productType": "Meat", "endDate": "2024-04-20", "market": "au.gov.apvma.whp"},
        {"productType": "Meat", "endDate": "2024-06-10T00:00:00Z", "market": "au.gov.apvma.esi"},
        {"productType": "Milk", "endDate": None},
        {"productType": "Fibre", "endDate": "2024-05-01"},
    ]
    more = {"batches": [{"identifier": "l1"}], "withdrawals": ends, "procedure": "oral"}
    sent = message("1", **LABELLED, **more)
    stored = await sent_by_icar(farmer, "treatments", sent)
    assert faults("resources/icarTreatmentEventResource", stored) == []
    assert (stored["medicine"], stored["dose"]) == ({"name": "Drench A"}, {"doseQuantity": 12.5, "doseUnits": "MLT"})
    assert [end.get("endDate", "")[:10] for end in stored["withdrawals"]] == ["2024-04-25", "2024-06-10"]
    (event,) = await log_of(farmer)
    assert (event["animal_id"], event["payload"]["batch_id"]) == (ewe, batch)
    assert event["payload"]["off_label"] == {"export_days": 60}
    assert await sent_by_icar(farmer, "treatments", sent) == stored
    (result,) = await sent_by_icar(farmer, "treatments", [sent | {"batches": [{"identifier": "L9"}]}])
    assert [said["title"] for said in result["messages"]] == ["batch_unknown", "label_counts", "withdrawal_not_kept"]
    (shown,) = (await read(farmer, "treatments"))["member"]
    assert (shown["meta"]["sourceId"], shown["remark"]) == (stored["meta"]["sourceId"], "batch L9")
    gone = await sent_by_icar(
        farmer, "treatments", sent | {"meta": {"source": SOURCE, "sourceId": "1", "isDeleted": True}}
    )
    assert (gone["meta"]["isDeleted"], gone["meta"]["sourceId"]) == (True, stored["meta"]["sourceId"])
    assert (await read(farmer, "treatments"))["member"] == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"medicine": None}, "medicine_missing"),
        ({"medicine": {"name": "Drench B"}}, "product_unknown"),
        ({"dose": None}, "dose_missing"),
        ({"dose": {"doseQuantity": 10, "doseUnits": "SYR"}}, "word_unknown"),
        ({"dose": {"doseQuantity": 10, "doseUnits": "GRM"}}, "unit_not_convertible"),
        ({"withdrawals": [{"productType": "Meat", "endDate": "2024-01-01"}]}, "withdrawal_before"),
    ],
    ids=str,
)
async def test_a_treatment_of_which_nobody_knows_the_withholding_is_refused(
    farmer: Farmer, change: dict[str, Any], code: str
) -> None:
    await family(farmer)
    await remedy(farmer)
    assert await refused(farmer, "treatments", message("1", **LABELLED | change)) == code
