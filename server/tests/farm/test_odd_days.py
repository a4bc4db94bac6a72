"""What is taken and asked about: scans without a joining, joinings told twice, a declaration for both ways."""

from datetime import date
from typing import Any

import pytest
from bellwether.farm.season.models import SCANNED, Fact
from bellwether.farm.season.whole import EweSeason
from bellwether.platform.ids import new_id
from bellwether.sheep.breeding import Exposure
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer
from .season import ended, ewe, joined, of, ram
from .test_event_log import refused, send, taken
from .test_mobs import assigned, mob, taken_back

DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))


async def told(farmer: Farmer, *events: dict[str, Any]) -> list[set[str]]:
    """The codes of the warnings of each event; all are taken."""
    items = (await send(farmer, *events))["items"]
    assert all(item["verdict"] == "new" for item in items), items
    return [{one["code"] for one in item["warnings"]} for item in items]


def scan(animal: str, day: str) -> dict[str, Any]:
    """A single."""
    return of(animal, "pregscan.recorded", day, scan_type="long", result="single", count=1)


async def test_a_scan_without_a_joining_or_days_after_it_is_asked_about(farmer: Farmer) -> None:
    one, other, third = [await ewe(farmer) for _ in range(3)]
    rams = [await ram(farmer)]
    (item,) = (await send(farmer, joined([one, other], rams)))["items"]
    assert (item["warnings"], await told(farmer, ended(item["id"]))) == ([], [set()])
    days = ("2024-03-02", "2024-03-25", "2024-03-26", "2024-06-01")
    found = await told(farmer, *(scan(one, day) for day in days), scan(third, "2024-06-01"))
    assert found == [{"scanned_early"}, {"scanned_early"}, set(), set(), {"not_joined"}]
    group = await mob(farmer)
    start = {"kind": "joining.started", "occurred_on": "2024-03-01", "group_id": group, "payload": {"sire_ids": rams}}
    assert await told(farmer, assigned(third, group, "2024-02-01"), start) == [set(), set()]
    assert await told(farmer, scan(third, "2024-05-01"), scan(other, "2026-01-01")) == [set(), {"not_joined"}]


async def test_ewes_in_two_joinings_of_one_day_are_asked_about(farmer: Farmer) -> None:
    one, other, group = await ewe(farmer), await ewe(farmer), await mob(farmer)
    rams = [await ram(farmer), await ram(farmer)]
    assert await told(farmer, joined([one, other], rams[:1]), joined([one], rams[1:], "2024-03-02")) == [set(), set()]
    assert await told(farmer, joined([other], rams[1:])) == [{"joined_twice"}]
    start = {"kind": "joining.started", "occurred_on": "2024-07-01", "group_id": group, "payload": {"sire_ids": rams}}
    assert await told(farmer, assigned(one, group, "2024-02-01"), start) == [set(), set()]
    assert await told(farmer, start, joined([one], rams, "2024-07-01")) == [{"joined_twice"}, {"joined_twice"}]
    found = await told(farmer, joined([other], rams, "2024-07-01"))
    assert found == [set()]


async def test_a_group_that_is_joined_after_a_list_was_made_is_asked_about(farmer: Farmer) -> None:
    """Whether the list came before, or stands in the same batch; a list that is taken back asks nothing."""
    one, other, group, rams = await ewe(farmer), await ewe(farmer), await mob(farmer), [await ram(farmer)]
    start = {"kind": "joining.started", "occurred_on": "2024-03-01", "group_id": group, "payload": {"sire_ids": rams}}
    assert await told(farmer, assigned(one, group, "2024-02-01")) == [set()]
    (made,) = (await send(farmer, joined([one, other], rams)))["items"]
    (asked,) = (await send(farmer, start))["items"]
    (warning,) = asked["warnings"]
    assert (warning["code"], warning["field"].rsplit(".", 1)[-1]) == ("joined_twice", "group_id")
    assert await told(farmer, taken_back(made["id"]), start | {"supersedes": asked["id"]}) == [set(), set()]
    later, again = mob_of("2024-08-01", start), joined([one], rams, "2024-08-01")
    assert await told(farmer, again, later) == [set(), {"joined_twice"}]


def mob_of(day: str, start: dict[str, Any]) -> dict[str, Any]:
    """The same group on another day."""
    return start | {"occurred_on": day}


async def test_an_arrival_under_the_number_of_a_sale_is_asked_about(farmer: Farmer) -> None:
    sold, bought = [(await farmer.animal())["id"] for _ in range(2)]
    gone = of(sold, "animal.departed", "2024-05-01", fate="sold", consignment="NVD1")
    came = of(bought, "animal.arrived", "2024-05-02", reason="purchase", consignment="nvd1")
    assert await told(farmer, gone, came) == [set(), {"consignment_other_way"}]
    back = of(sold, "animal.arrived", "2024-06-01", reason="return", consignment="NVD2")
    again = of(sold, "animal.departed", "2024-06-02", fate="sold", consignment="NVD2")
    assert await told(farmer, back) == [set()]
    assert await told(farmer, again) == [{"consignment_other_way"}]
    body = {"farm_id": farmer.farm_id, "number": "NVD3", "kind": "departure", "moved_on": "2024-07-01"}
    await farmer.ask("POST", "/consignments", 201, json=body)
    (event,) = (await send(farmer, came | {"animal_id": (await farmer.animal())["id"]}))["items"]
    other = of((await farmer.animal())["id"], "animal.arrived", "2024-07-01", reason="purchase", consignment="nvd3")
    assert await told(farmer, other, taken_back(event["id"])) == [{"consignment_other_way"}, set()]


@given(DAYS, DAYS, st.integers(0, 2))
def test_a_ewe_joined_again_after_an_empty_scan_is_not_dry(scanned: date, joined_on: date, count: int) -> None:
    """Of the joining that came later the scan says nothing; a foetus that was seen counts all the same."""
    said: dict[str, Any] = {"result": ("empty", "single", "multiple")[count], "count": count}
    ewe_id = new_id()
    ewe = EweSeason(ewe_id, scans=[Fact(new_id(), 1, SCANNED, scanned, ewe_id, None, said, (), None)])
    ewe.exposed = [Exposure(joined_on, None, new_id())]
    assert ewe.foetuses == (None if count == 0 and joined_on > scanned else count)
    ewe.exposed = []
    assert ewe.foetuses == count


@pytest.mark.parametrize(("reason", "verdict"), [("return", "is_here"), ("found", "is_here"), ("purchase", None)])
async def test_only_who_left_comes_back(farmer: Farmer, reason: str, verdict: str | None) -> None:
    """What was recorded of a bought animal came with it; one that is found here, and never left, was here before."""
    animal = (await farmer.animal(birth_date="2022-08-01"))["id"]
    await taken(farmer, of(animal, "shearing.recorded", "2024-05-01"))
    back = of(animal, "animal.arrived", "2024-06-01", reason=reason)
    if verdict is None:
        await taken(farmer, back)
        return
    assert await refused(farmer, back) == verdict
    later = of(animal, "animal.departed", "2024-07-10", fate="lost")
    (departed,) = await taken(farmer, later)
    assert await refused(farmer, back) == verdict
    await taken(farmer, later | {"occurred_on": "2024-05-10", "supersedes": departed})
    await taken(farmer, back)
