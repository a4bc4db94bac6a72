"""The margin of a mob by the head and the days that it was kept; owners only."""

from typing import Any

import pytest
from bellwether.platform.context import Context
from sqlalchemy import text

from ..conftest import Farmer, NewFarmer
from ..test_event_log import taken
from ..test_mobs import assigned, mob
from ..test_stock import stock
from ..test_trading import consignment, cost
from ..test_treatments import ewes, sold
from .conftest import ask, told

YEAR = {"first": "2024-01-01", "last": "2024-12-31"}


def line(found: dict[str, Any], name: str) -> dict[str, Any]:
    """Of a mob."""
    (row,) = [row for row in found["rows"] if row["mob"] == name]
    return dict(row)


async def test_a_margin_is_by_the_head_and_the_days_that_they_were_kept(farmer: Farmer) -> None:
    one, two = await ewes(farmer, 2)
    group, other = await mob(farmer), await mob(farmer, "Wethers")
    await taken(farmer, assigned(one, group, "2023-05-01"), assigned(two, group, "2024-12-30"))
    await taken(farmer, stock("arrived", other, "2024-12-22", 10, consignment="NVD 1"))
    await taken(farmer, sold(one, "2024-01-11", consignment="NVD 2"), stock("departed", other, "2024-12-27", 4))
    await taken(farmer, cost(11, group_id=group), cost(7))
    for number, kind, money in (("NVD 1", "arrival", 9), ("NVD 2", "departure", 100)):
        key = await consignment(farmer, number, kind)
        await farmer.ask("PUT", f"/consignments/{key}/money", 200, json={"price": money, "per": "head"})
    found = await told(farmer, "margin-by-mob", **YEAR)
    assert [row["mob"] for row in found["rows"]] == ["Ewes", "Wethers", "of the farm, of no mob", "All"]
    ours, theirs, whole = line(found, "Ewes"), line(found, "Wethers"), line(found, "All")
    # one on the ends of ten days, the other on two; ten head on five days, and six on five
    assert (ours["head_days"], ours["opening"], ours["closing"], ours["sold"]) == (12, 1, 1, 1)
    assert (theirs["head_days"], theirs["opening"], theirs["closing"], theirs["bought"]) == (80, 0, 6, 10)
    assert (ours["income"], ours["costs"], ours["margin"]) == (100, 11, 89)
    assert ours["margin_by_head"] == pytest.approx(89 / (12 / 366))
    assert theirs["margin_by_head_day"] == pytest.approx(-90 / 80)
    assert (whole["margin"], whole["head_days"], whole["closing"]) == (89 - 90 - 7, 92, 7)
    assert whole["margin"] == sum(row["margin"] for row in found["rows"][:-1])
    assert found["left_out"] == {"head that were bought or sold without a price": 4}
    ahead = await told(farmer, "margin-by-mob", first="2199-01-01", last="2199-01-02")
    assert (ahead["rows"], ahead["left_out"]) == ([], {})
    await ask(farmer, "margin-by-mob", expect=422, first="2024-02-01", last="2024-01-01")


async def test_money_is_reported_to_owners_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    path, other = f"/farms/{farmer.farm_id}/reports/margin-by-mob", await new_farmer()
    await other.ask("GET", path, 404, params=YEAR)
    assert (await farmer.client.get(f"http://farm/api/v1/farm{path}", params=YEAR)).status_code == 401
    for role in ("viewer", "worker"):
        user = await new_farmer(with_farm=False)
        await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(user.user_id), role=role)
        for form in ("json", "csv", "pdf"):
            refused = await user.ask("GET", path, 403, params=YEAR | {"format": form})
            assert refused.json()["code"] == "owners_only"
    listed = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/reports", 200)).json()["items"]
    assert [item["name"] for item in listed if item["owners_only"]] == ["margin-by-mob"]


async def test_a_margin_with_the_stock_that_is_still_there(farmer: Farmer) -> None:
    one, two = await ewes(farmer, 2)
    group, other = await mob(farmer), await mob(farmer, "Wethers")
    await taken(farmer, assigned(one, group, "2023-05-01"), assigned(two, group, "2024-06-01"))
    await taken(farmer, stock("arrived", other, "2024-05-01", 10, "wether"), cost(30, group_id=other))
    found = await told(farmer, "margin-by-mob", **YEAR)
    assert line(found, "Ewes")["margin_with_stock"] is None
    values = [
        {"stock_class": "ewe", "since": "2020-01-01", "amount": 100},
        {"stock_class": "ewe", "since": "2024-07-01", "amount": 150},
    ]
    path = f"/farms/{farmer.farm_id}/stock-values"
    stated = (await farmer.ask("PUT", path, 200, json={"items": values})).json()
    assert stated["items"] == values
    found = await told(farmer, "margin-by-mob", **YEAR)
    ours, theirs, whole = line(found, "Ewes"), line(found, "Wethers"), line(found, "All")
    assert (ours["opening_value"], ours["closing_value"], ours["margin"], ours["margin_with_stock"]) == (
        100,
        300,
        0,
        200,
    )
    assert (theirs["opening_value"], theirs["closing_value"], theirs["margin_with_stock"]) == (0, None, None)
    assert (whole["margin"], whole["closing_value"], whole["margin_with_stock"]) == (-30, None, None)
    assert found["left_out"]["head of a class of which nobody has stated a value"] == 10
    values.append({"stock_class": "wether", "since": "2024-01-01", "amount": 5})
    await farmer.ask("PUT", path, 200, json={"items": values})
    whole = line(await told(farmer, "margin-by-mob", **YEAR), "All")
    assert (whole["closing_value"], whole["margin_with_stock"]) == (350, 220)
    wrong = [values[0], values[0], {"stock_class": "dragon", "since": "2024-01-01", "amount": 5}]
    errors = (await farmer.ask("PUT", path, 422, json={"items": wrong})).json()["errors"]
    assert [(error["row"], error["code"]) for error in errors] == [(1, "named_twice"), (2, "class_unknown")]


async def test_what_head_are_worth_is_of_owners_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    path, body = f"/farms/{farmer.farm_id}/stock-values", {"items": []}
    other, worker = await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(worker.user_id), role="worker")
    assert (await farmer.client.get("http://farm/api/v1/farm" + path)).status_code == 401
    await other.ask("GET", path, 404)
    await other.ask("PUT", path, 404, json=body)
    for verb, sent in (("GET", {}), ("PUT", {"json": body})):
        assert (await worker.ask(verb, path, 403, **sent)).json()["code"] == "owners_only"
    await farmer.ask("GET", path, 200)
    value = {"stock_class": "ewe", "since": "2024-01-01", "amount": 1}
    await farmer.ask("PUT", path, 200, json={"items": [value]})
    for user, expect in ((other, 0), (worker, 0), (farmer, 1)):
        async with farmer.database.transaction(Context(user_id=user.user_id)) as session:
            assert (await session.execute(text("select count(*) from farm.stock_value"))).scalar_one() == expect
