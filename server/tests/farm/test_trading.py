"""Consignments, files for authorities and money over HTTP; money is seen by owners alone."""

import csv
import io
from typing import Any

from bellwether.platform.context import Context
from sqlalchemy import text

from .conftest import Farmer, NewFarmer
from .test_event_log import NOTE, log_of, refused, send, taken
from .test_mobs import assigned, mob, taken_back
from .test_stock import stock
from .test_treatments import ewes, remedy, sold, treated

WHERE = {"from_location": "QABC1234", "to_location": "NXYZ9876"}


async def consignment(farmer: Farmer, number: str = "NVD 4711", kind: str = "departure", **more: Any) -> str:
    """Under a number."""
    body = {"farm_id": farmer.farm_id, "number": number, "kind": kind, "moved_on": "2024-03-14"} | WHERE | more
    return str((await farmer.make("/consignments", **body))["id"])


def eid(number: int) -> list[dict[str, Any]]:
    """An electronic tag."""
    return [{"kind": "eid", "value": f"98200000000{number:04}"}]


async def test_a_consignment_has_the_stock_of_the_events_that_name_it(farmer: Farmer) -> None:
    tagged = (await farmer.animal(sex="female", birth_date="2020-08-01", identifiers=eid(1)))["id"]
    (nameless,), group = await ewes(farmer, 1), await mob(farmer)
    key = await consignment(farmer)
    await taken(farmer, treated(await remedy(farmer), animal_id=nameless))
    await taken(farmer, stock("arrived", group, "2024-01-01", 50))
    await taken(farmer, sold(tagged, "2024-03-14", consignment="nvd 4711"))
    (gone,) = await taken(farmer, sold(nameless, "2024-03-14", consignment="NVD 4711", override={"reason": "told"}))
    await taken(farmer, stock("departed", group, "2024-03-14", 20, consignment="NVD 4711"))
    found = (await farmer.ask("GET", f"/consignments/{key}", 200)).json()
    assert (found["tagged"], found["untagged"]) == (2, {"ewe": 20})
    declared = (await farmer.ask("GET", f"/consignments/{key}/declaration", 200)).json()
    by_id = {item["animal_id"]: item for item in declared["items"]}
    assert (by_id[tagged]["eid"], by_id[tagged]["here_since"]) == ("982000000000001", "2020-08-01")
    assert (by_id[tagged]["is_withheld"], by_id[nameless]["is_withheld"]) == (False, True)
    assert [by_id[tagged][market]["days"] for market in ("meat", "export")] == [0, 0]
    assert by_id[nameless]["meat"] == {"clear_on": "2024-03-15", "days": 1, "is_known": True}
    assert declared["missing"] == ["carrier", "eid of 1 animals"]
    await taken(farmer, taken_back(gone))
    assert (await farmer.ask("GET", f"/consignments/{key}", 200)).json()["tagged"] == 1
    change, path = {"carrier": "Smith"}, f"/consignments/{key}"
    await farmer.ask("PATCH", path, 428, json=change)
    assert (await farmer.ask("PATCH", path, 200, json=change, headers={"If-Match": '"1"'})).json()["rev"] == 2
    await farmer.ask("PATCH", path, 412, json=change, headers={"If-Match": '"1"'})
    body = {"farm_id": farmer.farm_id, "number": "nvd 4711", "kind": "arrival", "moved_on": "2024-03-14"}
    await farmer.ask("POST", "/consignments", 409, json=body)
    other = await consignment(farmer, "NVD 4712", "agistment_out")
    renamed = await farmer.ask("PATCH", path, 409, json={"number": "NVD 9"}, headers={"If-Match": "*"})
    assert renamed.json()["code"] == "consignment_named"
    await farmer.ask("PATCH", path, 200, json={"number": "nvd 4711"}, headers={"If-Match": "*"})
    await farmer.ask("PATCH", path, 200, json={"number": "NVD 4711"}, headers={"If-Match": "*"})
    await farmer.ask("PATCH", f"/consignments/{other}", 200, json={"number": "NVD 4713"}, headers={"If-Match": "*"})
    await farmer.ask("PATCH", f"/consignments/{other}", 409, json={"number": "NVD 4711"}, headers={"If-Match": "*"})
    listed = {"farm_id": farmer.farm_id, "limit": 1}
    first = (await farmer.ask("GET", "/consignments", 200, params=listed)).json()
    second = (await farmer.ask("GET", "/consignments", 200, params=listed | {"cursor": first["next"]})).json()
    assert [item["kind"] for item in first["items"] + second["items"]] == ["departure", "agistment_out"]


async def test_stock_that_leaves_on_another_day_than_its_papers_say_is_told(farmer: Farmer) -> None:
    (early, right), group = await ewes(farmer, 2), await mob(farmer)
    key = await consignment(farmer)
    await taken(farmer, stock("arrived", group, "2024-01-01", 50))
    leaving = (
        sold(early, "2024-03-13", consignment="nvd 4711"),
        sold(right, "2024-03-14", consignment="NVD 4711"),
        stock("departed", group, "2024-03-15", 20, consignment="NVD 4711"),
    )
    items = (await send(farmer, *leaving))["items"]
    assert [[each["code"] for each in item["warnings"]] for item in items] == [
        ["consignment_other_day"], [], ["consignment_other_day"]
    ]  # fmt: skip
    assert items[0]["warnings"][0]["field"] == "events.0.occurred_on"
    missing = (await farmer.ask("GET", f"/consignments/{key}/declaration", 200)).json()["missing"]
    assert [each for each in missing if each.startswith("moved_on")] == [
        "moved_on: stock left on 2024-03-13, and the consignment is of 2024-03-14",
        "moved_on: stock left on 2024-03-15, and the consignment is of 2024-03-14",
    ]


async def test_files_for_authorities_have_the_columns_of_the_farm_and_leave_nobody_out_silently(farmer: Farmer) -> None:
    tagged = (await farmer.animal(birth_date="2023-08-01", identifiers=eid(1)))["id"]
    (nameless,), group = await ewes(farmer, 1), await mob(farmer)
    key = await consignment(farmer, note="to Smith & sons, by road")
    await taken(farmer, stock("arrived", group, "2024-01-01", 50))
    await taken(farmer, *(sold(animal, "2024-03-14", consignment="NVD 4711") for animal in (tagged, nameless)))
    await taken(farmer, stock("departed", group, "2024-03-14", 20, consignment="NVD 4711"))
    found = await files(farmer, key, "nlis_individual")
    assert rows(found) == [
        ["eid", "from_location", "to_location", "consignment", "moved_on"],
        ["982 000000000001", "QABC1234", "NXYZ9876", "NVD 4711", "14/03/2024"],
    ]
    assert (found["without_number"], found["is_verified"]) == ([nameless], False)
    (_, line) = rows(await files(farmer, key, "nlis_mob"))
    assert (len(line), line[5:7], line[9]) == (10, ["ewe", "20"], "to Smith  sons by road")
    own = {"header": False, "columns": ["visual", "eid", "empty", "moved_on", "time_on_property"]}
    path = f"/farms/{farmer.farm_id}/file-layouts/nait_movement"
    assert (await farmer.ask("GET", path, 200)).json()["is_usual"]
    assert not (await farmer.ask("PUT", path, 200, json=own)).json()["is_usual"]
    assert rows(await files(farmer, key, "nait_movement")) == [["", "982 000000000001", "", "14/03/2024", "C"]]
    await farmer.ask("PUT", path, 422, json=own | {"columns": ["eid"]})
    await farmer.ask("PUT", path, 422, json=own | {"columns": ["colour"] * 5})


async def files(farmer: Farmer, key: str, name: str) -> dict[str, Any]:
    """Of a consignment."""
    found = await farmer.ask("GET", f"/consignments/{key}/files", 200, params={"format": name})
    return found.json()  # type: ignore[no-any-return]


def rows(found: dict[str, Any]) -> list[list[str]]:
    """Of the only file."""
    (file,) = found["files"]
    return list(csv.reader(io.StringIO(file["text"])))


async def test_the_margin_of_a_mob_is_income_less_all_that_it_cost(farmer: Farmer) -> None:
    one, two, three = await ewes(farmer, 3)
    group, other, product = await mob(farmer), await mob(farmer, "Wethers"), await remedy(farmer, meat=0, esi=0)
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100))["id"]
    await taken(farmer, *(assigned(ewe, group) for ewe in (one, two, three)))
    await taken(farmer, treated(product, group_id=group, payload={"batch_id": batch}))
    bought = stock("arrived", other, "2024-01-10", 10, consignment="NVD 1")
    await taken(farmer, bought, *(sold(ewe, "2024-03-14", consignment="NVD 2") for ewe in (one, two)))
    await taken(farmer, stock("departed", other, "2024-04-01", 4), cost(120.5, group_id=other), cost(7))
    came, went = await consignment(farmer, "NVD 1", "arrival"), await consignment(farmer, "NVD 2")
    money = {"price": 90, "per": "head", "costs": 50}
    await farmer.ask("PUT", f"/consignments/{came}/money", 200, json=money)
    await farmer.ask("PUT", f"/consignments/{went}/money", 422, json={"price": 4, "per": "kg"})
    by_weight = {"price": 4, "per": "kg", "weight_kg": 110, "costs": 20}
    assert (await farmer.ask("PUT", f"/consignments/{went}/money", 200, json=by_weight)).json() == by_weight
    await farmer.ask("GET", f"/product-batches/{batch}/cost", 404)
    await farmer.ask("PUT", f"/product-batches/{batch}/cost", 200, json={"amount": 50})
    found = await margins(farmer, "2024-01-01", "2024-12-31")
    assert [tuple(item.values())[1:] for item in found["items"]] == [
        ("Ewes", 420.0, 0.0, 15.0, 0.0, 405.0),
        ("Wethers", 0.0, 950.0, 0.0, 120.5, -1070.5),
        (None, 0.0, 0.0, 0.0, 7.0, -7.0),
    ]
    assert (found["total"], found["without_price"]) == (-672.5, 4)
    assert (await margins(farmer, "2025-01-01", "2025-12-31"))["items"] == []


def cost(amount: float, **more: Any) -> dict[str, Any]:
    """Money that was spent."""
    payload = {"amount": amount, "category": "feed"}
    return {"kind": "cost.recorded", "occurred_on": "2024-03-01", "payload": payload} | more


async def test_a_period_that_ends_before_it_begins_has_no_margins(farmer: Farmer) -> None:
    query = {"from": "2026-11-30", "to": "2026-11-01"}
    answer = await farmer.ask("GET", f"/farms/{farmer.farm_id}/margins", 422, params=query)
    assert answer.json()["code"] == "period_turned"
    assert answer.json()["errors"][0]["field"] == "to"


async def margins(farmer: Farmer, first: str, last: str) -> dict[str, Any]:
    """Of a period."""
    query = {"from": first, "to": last}
    found: dict[str, Any] = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/margins", 200, params=query)).json()
    return found


async def test_trade_is_the_farms_alone_and_money_its_owners(farmer: Farmer, new_farmer: NewFarmer) -> None:
    key, product = await consignment(farmer), await remedy(farmer)
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=100))["id"]
    (event,) = await taken(farmer, cost(5))
    money, amount = {"price": 90, "per": "head"}, {"amount": 5}
    await farmer.ask("PUT", f"/consignments/{key}/money", 200, json=money)
    await farmer.ask("PUT", f"/product-batches/{batch}/cost", 200, json=amount)
    assert [found["id"] for found in await log_of(farmer)] == [event]
    other, viewer, worker = await new_farmer(), await new_farmer(with_farm=False), await new_farmer(with_farm=False)
    for user, role in ((viewer, "viewer"), (worker, "worker")):
        await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(user.user_id), role=role)
    worker.farm_id = farmer.farm_id
    mine, layout = f"?farm_id={farmer.farm_id}", f"/farms/{farmer.farm_id}/file-layouts/nlis_mob"
    for path in (f"/consignments{mine}", f"/consignments/{key}", f"/consignments/{key}/declaration",
                 f"/consignments/{key}/files?format=nlis_mob", layout):  # fmt: skip
        await other.ask("GET", path, 404)
        await viewer.ask("GET", path, 200)
        assert (await farmer.client.get("http://farm/api/v1/farm" + path)).status_code == 401
    for path in (f"/consignments/{key}/money", f"/product-batches/{batch}/cost",
                 f"/farms/{farmer.farm_id}/margins?from=2024-01-01&to=2024-12-31"):  # fmt: skip
        await other.ask("GET", path, 404)
        await farmer.ask("GET", path, 200)
        for user in (viewer, worker):
            assert (await user.ask("GET", path, 403)).json()["code"] == "owners_only"
    for user, expect in ((other, 404), (viewer, 403), (worker, 403)):
        await user.ask("PUT", f"/consignments/{key}/money", expect, json=money)
        await user.ask("PUT", f"/product-batches/{batch}/cost", expect, json=amount)
    columns = {"columns": ["empty"] * 10}
    body = {"farm_id": farmer.farm_id, "number": "X", "kind": "arrival", "moved_on": "2024-03-14"}
    for user, expect, absent in ((other, 422, 404), (viewer, 403, 403)):
        await user.ask("POST", "/consignments", expect, json=body)
        await user.ask("PATCH", f"/consignments/{key}", absent, json={"note": "X"}, headers={"If-Match": "*"})
        await user.ask("PUT", layout, absent, json=columns)
    assert await refused(worker, cost(5)) == "owners_only"
    assert await refused(worker, taken_back(event)) == "not_found"
    note = NOTE | {"id": event, "animal_id": (await farmer.animal(sex="female"))["id"]}
    assert await refused(worker, note) == "event_exists"
    assert await log_of(worker) == []
    async with farmer.database.transaction(Context(user_id=worker.user_id)) as session:
        for table in ("consignment_money", "batch_cost", "event"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0
    async with farmer.database.transaction(Context(user_id=other.user_id)) as session:
        for table in ("consignment", "file_layout", "consignment_money", "batch_cost"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0
    assert (await send(farmer, cost(5)))["accepted"] == 1
