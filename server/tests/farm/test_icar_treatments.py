"""Treatments in the words of ICAR ADE, and its departures under the rule for animals that are withheld (I20)."""

from typing import Any

import pytest

from .conftest import Farmer
from .icar_schemas import faults, unknown_names
from .test_event_log import log_of, taken
from .test_icar import EID, family, read
from .test_icar_taking import SOURCE, message, refused
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
    assert faults("collections/icarTreatmentEventCollection", first) == []
    assert unknown_names("collections/icarTreatmentEventCollection", first) == set()


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
