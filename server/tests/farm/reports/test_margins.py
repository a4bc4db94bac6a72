"""The margin of a mob by the head and the days that it was kept; owners only."""

from typing import Any

import pytest

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
