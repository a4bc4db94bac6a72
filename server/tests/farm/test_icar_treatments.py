"""Treatments in the words of ICAR ADE, and its departures under the rule for animals that are withheld (I20)."""

from .conftest import Farmer
from .icar_schemas import SCHEMAS, faults, unknown_names
from .test_event_log import taken
from .test_icar import EID, family, read
from .test_icar_taking import message
from .test_icar_taking import send as sent_by_icar
from .test_mobs import assigned, mob
from .test_treatments import remedy, treated


async def test_who_was_treated_alone_or_with_its_group(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    group, product = await mob(farmer), await remedy(farmer, esi=None, milk_whp={"value": 36, "unit": "hours"})
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100, expires_on="2026-01-01"))["id"]
    await taken(farmer, *(assigned(key, group) for key in (ewe, lamb)))
    given = {"batch_id": batch, "route": "oral", "note": "all of them"}
    await taken(farmer, treated(product, group_id=group, payload=given))
    await taken(farmer, treated(product, "2024-03-02", animal_id=ewe, payload={"dose": 2, "unit": "l"}))
    first = await read(farmer, "treatments", limit=2)
    address = first["view"]["next"].partition("?")[2]
    (last,) = (await read(farmer, "treatments", **dict(part.split("=", 1) for part in address.split("&"))))["member"]
    assert len({item["meta"]["sourceId"] for item in [*first["member"], last]}) == 3
    assert {item["animal"]["id"] for item in first["member"]} == {EID, lamb}
    assert last["dose"] == {"doseQuantity": 2, "doseUnits": "LTR"}
    one = first["member"][0]
    assert (one["medicine"], one["procedure"], one["remark"]) == ({"name": "Drench A"}, "oral", "all of them")
    (bottle,) = one["batches"]
    assert (bottle["identifier"], bottle["expiryDate"][:10]) == ("L1", "2026-01-01")
    ends = [(end["productType"], end.get("market"), end.get("endDate", "")[:10]) for end in one["withdrawals"]]
    assert ends == [
        ("Meat", "au.gov.apvma.whp", "2024-03-15"),
        ("Meat", "au.gov.apvma.esi", ""),
        ("Milk", None, "2024-03-03"),
    ]
    if SCHEMAS.exists():
        assert faults("collections/icarTreatmentEventCollection", first) == []
        assert unknown_names("collections/icarTreatmentEventCollection", first) == set()


async def test_i20_a_departure_of_another_system_is_held_to_the_same_rule(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    await taken(farmer, treated(await remedy(farmer), animal_id=ewe))
    gone = message("1", eventDateTime="2024-03-10", departureKind="Sale")
    (error,) = (await sent_by_icar(farmer, "departures", gone, 422))["errors"]
    assert error["code"] == "withheld"
    (result,) = await sent_by_icar(farmer, "departures", [gone | {"departureKind": "Slaughter"}])
    assert [said["title"] for said in result["messages"]] == ["withheld"]
    await sent_by_icar(farmer, "departures", gone | {"departureKind": "Agistment"})
