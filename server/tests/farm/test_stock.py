"""Head with and without tags over HTTP: mobs that are counted, classes of a farm, and the reconciliation (I26)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from sqlalchemy import text

from .conftest import Farmer, NewFarmer
from .season import ewe, lamb, lambed
from .test_event_log import BACK, DIED, SOLD, refused, send, taken
from .test_mobs import assigned, farm_with, group_of, mob, moved, taken_back
from .test_treatments import ewes, fed, remedy, sold, treated, warnings


def stock(kind: str, group: str, day: str, head: int = 10, of: str = "ewe", **payload: Any) -> dict[str, Any]:
    """Something that happened to head without tags."""
    more = {"arrived": {"reason": "purchase"}, "departed": {"fate": "sold"}}.get(kind, {})
    heads = {"heads": [{"stock_class": of, "head": head}]}
    found = {"kind": f"stock.{kind}", "group_id": group, "occurred_on": day}
    return found | {"payload": heads | more | payload}


async def reconciled(farmer: Farmer, first: str, last: str) -> dict[str, Any]:
    """Of a period."""
    path, query = f"/farms/{farmer.farm_id}/stock-reconciliation", {"from": first, "to": last}
    found: dict[str, Any] = (await farmer.ask("GET", path, 200, params=query)).json()
    assert found["is_balanced"]
    return found


async def line(farmer: Farmer, name: str, part: str, first: str = "2024-01-01", last: str = "2024-12-31") -> Any:
    """Opening, births, arrivals, class in, deaths, departures, class out, closing of one class."""
    for item in (await reconciled(farmer, first, last))["items"]:
        if item["stock_class"] == name:
            return [count for column, count in item[part].items() if column != "types"]
    return None


async def test_i26_a_mob_without_tags_is_counted_by_class(farmer: Farmer) -> None:
    group, other = await mob(farmer), await mob(farmer, "Others")
    await taken(farmer, stock("arrived", group, "2023-11-01", 100))
    await taken(farmer, stock("born", group, "2024-08-01", 80, "sheep_lamb"))
    (died,) = await taken(farmer, stock("died", group, "2024-08-02", 3))
    await taken(farmer, stock("moved", group, "2024-09-01", 40, to_group_id=other))
    await taken(farmer, stock("reclassed", group, "2024-09-02", 35, "sheep_lamb", to_class="wether_lamb"))
    await taken(farmer, stock("departed", group, "2024-10-01", 30, "wether_lamb"))
    await taken(farmer, stock("counted", group, "2024-11-01", 55), stock("counted", other, "2024-11-01", 41))
    assert [(await group_of(farmer, key))["head"] for key in (group, other)] == [105, 41]
    assert await line(farmer, "ewe", "untagged") == [100, 0, 1, 0, 3, 2, 0, 96]
    assert await line(farmer, "sheep_lamb", "untagged") == [0, 80, 0, 0, 0, 0, 35, 45]
    assert await line(farmer, "wether_lamb", "total") == [0, 0, 0, 35, 0, 30, 0, 5]
    found = (await reconciled(farmer, "2024-01-01", "2024-12-31"))["total"]
    assert found["types"] == {"died": 3, "found": 1, "missing": 2, "sold": 30}
    await taken(farmer, taken_back(died))
    assert await line(farmer, "ewe", "untagged") == [100, 0, 1, 0, 0, 5, 0, 96]
    assert await line(farmer, "ewe", "untagged", "2025-01-01", "2025-01-31") == [96, 0, 0, 0, 0, 0, 0, 96]


async def test_i26_more_than_are_there_do_not_go_neither_then_nor_later(farmer: Farmer) -> None:
    group = await mob(farmer)
    assert await refused(farmer, stock("died", group, "2024-03-01")) == "too_few"
    (came, _) = await taken(farmer, stock("arrived", group, "2024-03-01"), stock("departed", group, "2024-04-01"))
    assert await refused(farmer, stock("died", group, "2024-03-15", 1)) == "too_few"
    assert await refused(farmer, taken_back(came)) == "too_few"
    assert await refused(farmer, stock("arrived", group, "2024-03-01", 9) | {"supersedes": came}) == "too_few"
    await taken(farmer, stock("arrived", group, "2024-03-01", 12) | {"supersedes": came})
    assert (await group_of(farmer, group))["untagged"] == 2
    assert await refused(farmer, stock("born", group, "2024-05-01", of="goat")) == "class_unknown"
    assert await refused(farmer, stock("moved", group, "2024-05-01", 1, to_group_id=str(new_id()))) == "not_found"
    assert await refused(farmer, stock("moved", group, "2024-05-01", 1, to_group_id=group)) == "not_found"
    assert await refused(farmer, stock("reclassed", group, "2024-05-01", 1, to_class="ewe")) == "changes_nothing"
    for of in ("ewe", "ewe_hogget", "wether"):
        assert await refused(farmer, stock("born", group, "2024-05-01", of=of)) == "born_grown"
    twice = stock("born", group, "2024-05-01")
    twice["payload"]["heads"] *= 2
    assert await refused(farmer, twice) == "named_twice"


async def test_i26_tagged_animals_are_counted_by_age_sex_and_fertility(farmer: Farmer) -> None:
    ewe = (await farmer.animal(sex="female", birth_date="2020-08-01"))["id"]
    await farmer.animal(sex="female", birth_date="2024-02-01")
    wether = (await farmer.animal(sex="male", fertility="neutered", birth_date="2023-08-01"))["id"]
    await farmer.animal(reference_only=True, identifiers=[{"kind": "name", "value": "Old Tom"}])
    await taken(farmer, SOLD | {"animal_id": ewe}, BACK | {"animal_id": ewe}, DIED | {"animal_id": wether})
    assert await line(farmer, "ewe", "tagged") == [1, 0, 1, 0, 0, 1, 0, 1]
    assert await line(farmer, "ewe_lamb", "tagged") == [0, 1, 0, 0, 0, 0, 0, 1]
    assert await line(farmer, "wether_lamb", "tagged") == [1, 0, 0, 0, 1, 0, 0, 0]
    assert await line(farmer, "ewe_lamb", "tagged", "2025-01-01", "2025-12-31") == [1, 0, 0, 0, 0, 0, 1, 0]
    assert await line(farmer, "ewe_hogget", "tagged", "2025-01-01", "2025-12-31") == [0, 0, 0, 1, 0, 0, 0, 1]
    query = {"from": "2024-02-01", "to": "2024-01-31"}
    await farmer.ask("GET", f"/farms/{farmer.farm_id}/stock-reconciliation", 422, params=query)


async def test_i26_a_lamb_that_was_born_dead_is_no_head_when_the_day_ends(farmer: Farmer) -> None:
    dam, litter = await ewe(farmer), [lamb(), lamb(born="dead"), lamb(born="dead", born_on="2024-08-06")]
    await taken(farmer, lambed(dam, litter))
    whole, days = ("2024-01-01", "2024-12-31"), ("2024-08-06", "2024-08-06")
    for (first, last), births, deaths in ((whole, 3, 2), (days, 1, 1)):
        total = (await reconciled(farmer, first, last))["total"]
        assert (total["births"], total["deaths"], total["closing"]) == (births, deaths, 2)
        assert total["types"] == {"born_dead": deaths}


async def test_a_farm_has_classes_of_its_own(farmer: Farmer) -> None:
    path, group = f"/farms/{farmer.farm_id}/stock-classes", await mob(farmer)
    found = (await farmer.ask("GET", path, 200)).json()
    assert (found["is_usual"], len(found["items"])) == (True, 12)
    young = {"code": "young", "name": "Young", "from_days": 0, "to_days": 200}
    rest = {"code": "rest", "name": "All others"}
    await farmer.animal(sex="female", birth_date="2024-02-01")
    found = (await farmer.ask("PUT", path, 200, json={"items": [young, rest]})).json()
    assert (found["is_usual"], [item["code"] for item in found["items"]]) == (False, ["young", "rest"])
    assert await line(farmer, "rest", "tagged") == [0, 0, 0, 1, 0, 0, 0, 1]
    await taken(farmer, stock("born", group, "2024-05-01", of="young"))
    assert await refused(farmer, stock("born", group, "2024-05-01", of="rest")) == "born_grown"
    for items, expect in (([young], 422), ([rest, rest], 422), ([rest], 409), ([young | {"sex": "goat"}, rest], 422)):
        await farmer.ask("PUT", path, expect, json={"items": items})


async def test_i20_a_mob_without_tags_that_was_treated_is_not_sold(farmer: Farmer) -> None:
    group, other, product = await mob(farmer), await mob(farmer, "Others"), await remedy(farmer)
    batch = (await farmer.make(f"/products/{product}/batches", lot="L1", quantity=1000))["id"]
    await taken(farmer, stock("arrived", group, "2024-02-01", 30), stock("arrived", other, "2024-02-01", 5))
    given = treated(product, group_id=group, payload={"batch_id": batch})
    assert await warnings(farmer, given) == []
    assert (await farmer.ask("GET", f"/product-batches/{batch}", 200)).json()["used"] == 300
    await taken(farmer, stock("departed", other, "2024-03-05", 1))
    await taken(farmer, stock("moved", group, "2024-03-05", 10, to_group_id=other))
    for key in (group, other):
        assert await refused(farmer, stock("departed", key, "2024-03-14", 1)) == "withheld"
        assert await refused(farmer, stock("departed", key, "2024-03-15", 1)) == "withheld"
        await taken(farmer, stock("departed", key, "2024-03-15", 1, market="meat"))
        await taken(farmer, stock("departed", key, "2024-03-10", 1, override={"reason": "known"}))
        assert await refused(farmer, stock("departed", key, "2024-03-10", 1, fate="own_use")) == "withheld"


async def test_i18_the_board_and_the_check_know_head_without_tags(farmer: Farmer) -> None:
    """I20: what they say of a mob is what a sale from it is told."""
    group, other, clean = await mob(farmer), await mob(farmer, "Others"), await mob(farmer, "Clean")
    today = datetime.now(ZoneInfo("Australia/Sydney")).date()
    before, product = str(today - timedelta(18)), await remedy(farmer)
    await taken(farmer, *(stock("arrived", key, str(today - timedelta(30)), 30) for key in (group, clean)))
    await taken(farmer, treated(product, before, group_id=group))
    await taken(farmer, stock("moved", group, str(today - timedelta(12)), 10, to_group_id=other))
    path = f"/farms/{farmer.farm_id}"
    board = (await farmer.ask("GET", f"{path}/withdrawals", 200)).json()
    assert [(row["name"], row["untagged"], row["days_to_clear"]) for row in board["mobs"]] == [
        ("Ewes", 20, 10), ("Others", 10, 10),
    ]  # fmt: skip
    for market, expected in (("meat", []), ("export", [("Ewes", 10, str(today - timedelta(4)))])):
        query = {"market": market, "group_id": group}
        rows = (await farmer.ask("GET", f"{path}/withdrawals", 200, params=query)).json()["mobs"]
        assert [(row["name"], row["days_to_clear"], row["meat"]["clear_on"]) for row in rows] == expected
    for key, head in ((group, 20), (other, 10), (clean, 30)):
        for ago in (5, 4, 0):
            day = str(today - timedelta(ago))
            query = {"group_id": key, "on": day}
            found = (await farmer.ask("GET", f"{path}/sale-check", 200, params=query)).json()["untagged"]
            assert found["head"] == head
            for market in ("meat", "export"):
                sale = stock("departed", key, day, 1, market=market)
                (verdict,) = (await send(farmer, sale))["items"]
                assert found[market]["may_be_sold"] == (verdict["verdict"] == "new")
                if verdict["verdict"] == "new":
                    await taken(farmer, taken_back(verdict["id"]))
    rows = (await farmer.ask("GET", f"{path}/reports/withdrawals", 200)).json()["rows"]
    assert [(row["tag"], row["mob"], row["head"], row["export_days"]) for row in rows] == [
        ("without tags", "Ewes", 20, 10), ("without tags", "Others", 10, 10),
    ]  # fmt: skip


async def test_i21_head_without_tags_that_come_while_feed_lies_there_eat_it(farmer: Farmer) -> None:
    group, other = await mob(farmer), await mob(farmer, "Others")
    await taken(farmer, stock("arrived", other, "2024-02-01", 30))
    await taken(farmer, fed("2024-03-01", group_id=group, payload={"last_on": "2024-03-10"}))
    await taken(farmer, stock("moved", other, "2024-03-05", 10, to_group_id=group))
    assert await refused(farmer, stock("departed", group, "2024-05-08", 1)) == "withheld"
    await taken(farmer, stock("departed", group, "2024-05-09", 1), stock("departed", other, "2024-03-06", 1))


async def test_i26_lambs_without_tags_are_tallied_at_marking(farmer: Farmer) -> None:
    """They enter the stock, or go on into another class of it; either way the season counts them."""
    group, other = await mob(farmer), await mob(farmer, "Others")
    (tagged, _), sire = await ewes(farmer, 2), (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    await taken(farmer, assigned(tagged, group, "2024-01-01"), stock("arrived", group, "2024-01-01", 49))
    join = {"kind": "joining.started", "group_id": group, "payload": {"sire_ids": [sire]}}
    await taken(farmer, *(join | {"occurred_on": day} for day in ("2024-03-01", "2024-04-05")))
    await taken(farmer, stock("born", group, "2024-08-10", 40, "sheep_lamb"))
    first = stock("marked", group, "2024-09-01", 30, "ewe_lamb", drop_year=2024, from_class="sheep_lamb")
    assert await refused(farmer, first | {"payload": first["payload"] | {"from_class": "goat"}}) == "class_unknown"
    (told,) = await taken(farmer, first)
    assert await refused(farmer, stock("marked", group, "2024-09-01", 11, "wether_lamb", drop_year=2024,
                                       from_class="sheep_lamb")) == "too_few"  # fmt: skip
    assert await line(farmer, "sheep_lamb", "untagged") == [0, 40, 0, 0, 0, 0, 30, 10]
    await taken(farmer, stock("marked", other, "2024-09-02", 12, "wether_lamb", drop_year=2024))
    assert await line(farmer, "wether_lamb", "untagged") == [0, 12, 0, 0, 0, 0, 0, 12]
    path = f"/farms/{farmer.farm_id}/seasons/2024/rates"

    async def marking(**query: str) -> tuple[int, int]:
        found = (await farmer.ask("GET", path, 200, params=query)).json()["rates"]
        (rate,) = [one for one in found if one["name"] == "marking"]
        return rate["numerator"], rate["denominator"]

    assert await marking() == (42, 50)
    assert await marking(flock_id=farmer.flock_id) == (0, 1)
    await taken(farmer, stock("marked", group, "2024-09-01", 20, "ewe_lamb", drop_year=2024,
                              from_class="sheep_lamb") | {"supersedes": told})  # fmt: skip
    assert await marking() == (32, 50)


async def test_head_without_tags_graze_by_the_class_of_the_farm(farmer: Farmer) -> None:
    creek, _, group, _ = await farm_with(farmer)
    await taken(farmer, moved(group, creek, "2024-03-01"), stock("arrived", group, "2024-03-02", 10))
    await taken(farmer, stock("born", group, "2024-04-02", 7, "sheep_lamb"))
    first, second = (await farmer.ask("GET", "/stocking", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert (first["head"], first["untagged"], first["classes"]) == (20, 17, {"lamb": 7, "ewe": 13})
    assert first["dse"] == pytest.approx(13 * 1.2 + 7 * 0.7)
    assert second["untagged"] == 0
    rows = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/reports/stocking", 200)).json()
    assert [row["head"] for row in rows["rows"]] == [20, 0]
    assert rows["left_out"] == {}


async def test_i26_random_seasons_of_a_farm_add_up(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    kinds = ["born", "arrived", "departed", "died", "counted", "reclassed", "moved"]
    for number in range(rounds(2, 40)):
        farmer = await new_farmer()
        groups, flock = [await mob(farmer), await mob(farmer, "Others")], await ewes(farmer, 3)
        told: list[str] = []
        for _ in range(10):
            day, group, ewe = f"2024-03-{chance.randrange(1, 31):02}", chance.choice(groups), chance.choice(flock)
            payload = {"to_group_id": groups[group == groups[0]]} if (kind := chance.choice(kinds)) == "moved" else {}
            payload |= {"to_class": "wether"} if kind == "reclassed" else {}
            events = [stock(kind, group, day, chance.randrange(1, 30), **payload)]
            events += [chance.choice([sold(ewe, day), BACK | {"animal_id": ewe, "occurred_on": day}])]
            events += [assigned(ewe, group, day), stock("arrived", group, day, 20)]
            if told and chance.random() < 0.5:
                events.append(taken_back(told.pop(chance.randrange(len(told)))))
            told += [item["id"] for item in (await send(farmer, *events))["items"] if item["verdict"] == "new"]
        whole = (await reconciled(farmer, "2024-01-01", "2024-12-31"))["total"]
        begin = (await reconciled(farmer, "2024-01-01", "2024-03-15"))["total"]
        end = (await reconciled(farmer, "2024-03-16", "2024-12-31"))["total"]
        assert (begin["closing"], end["closing"]) == (end["opening"], whole["closing"]), number
        query = {"farm_id": farmer.farm_id, "limit": 1000}
        animals = (await farmer.ask("GET", "/animals", 200, params=query)).json()["items"]
        here = sum(animal["fate"] == "alive" for animal in animals)
        untagged = sum([(await group_of(farmer, group))["untagged"] for group in groups])
        assert whole["closing"] == here + untagged, number


async def test_stock_is_the_farms_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    group = await mob(farmer)
    await taken(farmer, stock("arrived", group, "2024-02-01"))
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    mine = f"/farms/{farmer.farm_id}"
    for path in (f"{mine}/stock-classes", f"{mine}/stock-reconciliation?from=2024-01-01&to=2024-12-31"):
        await other.ask("GET", path, 404)
        await viewer.ask("GET", path, 200)
        assert (await farmer.client.get("http://farm/api/v1/farm" + path)).status_code == 401
    body = {"items": [{"code": "ewe", "name": "All"}]}
    await other.ask("PUT", f"{mine}/stock-classes", 404, json=body)
    await viewer.ask("PUT", f"{mine}/stock-classes", 403, json=body)
    await farmer.ask("PUT", f"{mine}/stock-classes", 200, json=body)
    async with farmer.database.transaction(Context(user_id=other.user_id)) as session:
        for table in ("stock_class", "stock_change"):
            assert (await session.execute(text(f"select count(*) from farm.{table}"))).scalar_one() == 0
