"""Reports of the season, of withdrawals and of stock say what the slices say from which they come."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bellwether.farm.reports.catalogue import REPORTS

from ..conftest import Farmer
from ..season import LAMBED_ON, ewe, joined, lamb, lambed, of, ram
from ..test_event_log import taken
from ..test_treatments import remedy, sold, treated
from .conftest import ask, told, weigh
from .test_forms import NEEDED


async def test_i18_the_board_counts_days_to_the_latest_end(farmer: Farmer) -> None:
    one, two, _ = [(await farmer.animal(sex="female"))["id"] for _ in range(3)]
    drench, jab = await remedy(farmer, meat=14, esi=28), await remedy(farmer, "Jab", meat=21, esi=None)
    today = datetime.now(ZoneInfo("Australia/Sydney")).date()
    await taken(farmer, treated(drench, str(today - timedelta(4)), animal_id=one))
    await taken(farmer, treated(drench, str(today), animal_id=two), treated(jab, str(today), animal_id=two))
    found = {row["animal_id"]: row for row in (await told(farmer, "withdrawals"))["rows"]}
    assert set(found) == {one, two}
    assert [found[one][name] for name in ("meat_days", "export_days", "unknown")] == [10, 24, True]
    assert [found[two][name] for name in ("meat_days", "export_days", "unknown")] == [21, None, True]
    meat = (await told(farmer, "withdrawals", market="meat"))["rows"]
    assert [row["until"] for row in meat] == [str(today + timedelta(10)), str(today + timedelta(21))]


async def test_the_rates_of_a_season_are_those_that_the_season_says(farmer: Farmer) -> None:
    ewes, father = [await ewe(farmer) for _ in range(3)], await ram(farmer)
    await weigh(farmer, (ewes[0], "AWT", 60, "2024-02-20"), (ewes[0], "AWT", 90, "2023-06-01"))
    await taken(farmer, joined(ewes, [father]))
    lambs = [lamb(), lamb()]
    await taken(farmer, lambed(ewes[0], lambs), lambed(ewes[1], [lamb()]))
    await weigh(farmer, (lambs[0]["id"], "BWT", 4, LAMBED_ON), (lambs[0]["id"], "WWT", 31, "2024-11-03"))
    said = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/seasons/2024/rates", 200)).json()["rates"]
    found = (await told(farmer, "season-rates", year=2024))["rows"]
    assert [(row["rate"], row["part"], row["numerator"], row["denominator"], row["value"]) for row in found] == [
        (rate["name"], rate["group"], rate["numerator"], rate["denominator"], rate["value"]) for rate in said
    ]
    efficiency = await told(farmer, "ewe-efficiency", year=2024)
    (row,) = efficiency["rows"]
    assert (row["ewe_id"], row["ewe_kg"], row["lambs"]) == (ewes[0], 60, 1)
    assert row["efficiency"] == pytest.approx((4 + 27 / 90 * 90) / 60)
    assert efficiency["left_out"] == {
        "ewes without a weight around their joining": 2, "lambs without birth weight, weaning weight or age": 1
    }  # fmt: skip


async def test_i26_the_reconciliation_adds_up(farmer: Farmer) -> None:
    ewes = [await ewe(farmer) for _ in range(3)]
    died = {"kind": "animal.died", "occurred_on": "2024-06-01", "payload": {}, "animal_id": ewes[0]}
    await taken(farmer, died, sold(ewes[1], "2024-07-01"))
    rows = (await told(farmer, "stock-reconciliation", first="2024-01-01", last="2024-12-31"))["rows"]
    for row in rows:
        came = row["opening"] + row["births"] + row["arrivals"] + row["class_in"]
        assert came - row["deaths"] - row["departures"] - row["class_out"] == row["closing"]
    assert [rows[-1][name] for name in ("opening", "deaths", "departures", "closing")] == [3, 1, 1, 1]
    await ask(farmer, "stock-reconciliation", expect=422, first="2024-02-01", last="2024-01-01")


@pytest.mark.parametrize("name", [found.name for found in REPORTS if hasattr(found.parameters, "since")])
async def test_a_time_that_ends_before_it_begins_is_no_time_without_weights(farmer: Farmer, name: str) -> None:
    query = {"since": "2024-02-01", "until": "2024-01-31"} | NEEDED.get(name, {})
    (error,) = (await ask(farmer, name, expect=422, **query)).json()["errors"]
    assert (error["field"], error["code"]) == ("until", "period_turned")
    await ask(farmer, name, **query | {"until": "2024-02-01"})


async def test_mortality_is_of_those_that_lived_and_were_here(farmer: Farmer) -> None:
    """Born on 5 August: the third band begins on the 13th, the fourth on 14 November."""
    dam = await ewe(farmer)
    alive, away, died, dead = lamb(), lamb(), lamb(), lamb(born="dead", death_cause="dystocia")
    await taken(farmer, lambed(dam, [alive, away, died, dead]))
    await taken(farmer, of(away["id"], "animal.departed", "2024-08-10", fate="grazing_off"))
    await taken(farmer, of(away["id"], "animal.arrived", "2024-09-01", reason="return"))
    await taken(farmer, of(died["id"], "animal.died", "2024-08-20", cause="fox"))
    found = await told(farmer, "mortality", drop=2024)
    rows = {(row["band"], row["cause"]): (row["at_start"], row["deaths"]) for row in found["rows"]}
    assert rows["day 0 to 2", "all causes"] == (3, 0)
    assert rows["day 3 to 7", "all causes"] == (3, 0)
    assert rows["day 8 to weaning", "all causes"] == rows["day 8 to weaning", "fox"] == (2, 1)
    assert rows["weaned to 1 year", "all causes"] == (2, 0)
    assert found["left_out"] == {"lambs that were born dead": 1}
