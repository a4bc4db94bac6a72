"""I18, I19, I20 and I21 in the tables: whatever is recorded, corrected and taken back in whatever order, who got what
follows from the whole log by the plain rule, and nobody who is withheld is sold without a reason."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import driver

from .conftest import Farmer, NewFarmer
from .test_event_log import BACK, log_of, send
from .test_mobs import assigned, left, mob, taken_back
from .test_treatments import ewes, fed, remedy, sold, treated

LABELS = ((5, 9), (12, None), (0, 20))


def any_event(chance: random.Random, products: list[str], groups: list[str], flock: list[str]) -> dict[str, Any]:
    """Something that may be true, at noon of one of thirty days."""
    day = date(2024, 3, chance.randrange(1, 31))
    ewe, group = chance.choice(flock), chance.choice(groups)
    subject = {"animal_id": ewe} if chance.random() < 0.3 else {"group_id": group}
    last = {"last_on": str(min(day + timedelta(chance.randrange(4)), date(2024, 3, 31)))}
    own = {"off_label": {"meat_days": 15}} if chance.random() < 0.2 else {}
    course = treated(chance.choice(products), str(day), payload={"doses": 4} | last | own, **subject)
    override = {"override": {"reason": "known"}} if chance.random() < 0.3 else {}
    kinds = [course, fed(str(day), payload=last, **subject), assigned(ewe, group, str(day)), left(ewe, group, str(day))]
    kinds += [sold(ewe, str(day), **override), BACK | {"animal_id": ewe, "occurred_on": str(day)}]
    return chance.choices(kinds, [5, 1, 6, 2, 2, 2])[0]


def was_in(log: list[dict[str, Any]], animal: str, group: str, at: tuple[str, int]) -> bool:
    """By the plain rule: its own events one after the other; who is away joins nothing."""
    steps = sorted(
        (order(event), event["kind"], event["group_id"])
        for event in log
        if event["animal_id"] == animal and event["kind"] in STEPS
    )
    comings = [kind for _, kind, _ in steps if kind in EDGES]
    is_here, found = comings[:1] != ["animal.arrived"], None
    for moment, kind, target in steps:
        if moment >= at:
            break
        if kind in EDGES:
            is_here, found = kind == "animal.arrived", None
        elif is_here and kind == "group.assigned":
            found = target
        elif target == found:
            found = None
    return found == group


STEPS = ("group.assigned", "group.left", "animal.departed", "animal.arrived")
EDGES = {"animal.arrived": "00", "animal.departed": "23"}


def order(event: dict[str, Any]) -> tuple[str, int]:
    """Day, hour and place; who comes is here from the beginning of the day, who goes until its end."""
    return f"{event['occurred_on']} {EDGES.get(event['kind'], '12')}", event["place"]


def expected(log: list[dict[str, Any]], flock: list[str], products: dict[str, Any]) -> set[tuple[str, str, date]]:
    """Who was treated with which event, and the day on which it may be eaten."""
    found = set()
    for event in log:
        if event["kind"] != "treatment.given":
            continue
        last = date.fromisoformat(event["payload"]["last_on"])
        days = max(products[event["payload"]["product_id"]], event["payload"].get("off_label", {}).get("meat_days", 0))
        reached = [event["animal_id"]] if event["animal_id"] else flock
        for animal in reached:
            if event["animal_id"] or was_in(log, animal, event["group_id"], order(event)):
                found.add((animal, event["id"], last + timedelta(days)))
    return found


async def rows(farmer: Farmer, statement: str) -> list[Any]:
    """As the database has them."""
    async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
        return [tuple(row) for row in await driver(session).fetch(statement, UUID(farmer.farm_id))]


async def places(farmer: Farmer) -> dict[str, int]:
    """Of every event: that of the first of its chain."""
    found = await rows(farmer, "select id::text, place from farm.event where farm_id = $1")
    return dict(found)


TREATED = """
select d.animal_id::text, d.event_id::text, d.meat_until from farm.dosed d
join farm.course c on c.farm_id = d.farm_id and c.event_id = d.event_id
where d.farm_id = $1 and c.kind = 'treatment.given'
"""
FED = """
select count(*) from farm.dosed d join farm.course c on c.farm_id = d.farm_id and c.event_id = d.event_id
where d.farm_id = $1 and c.kind = 'feed.introduced'
  and (d.meat_until <> d.last_on + 60 or d.last_on not between c.first_on and c.last_on)
"""


async def test_i18_i19_i20_i21_who_got_what_follows_from_the_whole_log(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    n_treated = 0
    for number in range(rounds(2, 60)):
        farmer = await new_farmer()
        flock, groups = await ewes(farmer, 3), [await mob(farmer), await mob(farmer, "Rams")]
        products = {await remedy(farmer, f"P{place}", *label): label[0] for place, label in enumerate(LABELS)}
        told: list[str] = []
        for day in range(12):
            events = [any_event(chance, list(products), groups, flock) for _ in range(chance.randrange(1, 5))]
            if told and chance.random() < 0.5:
                events.append(taken_back(told.pop(chance.randrange(len(told)))))
            items = (await send(farmer, *events))["items"]
            told += [item["id"] for item in items if item["verdict"] == "new"]
            place = await places(farmer)
            log = [event | {"place": place[event["id"]]} for event in await log_of(farmer, limit=500)]
            stored = await rows(farmer, TREATED)
            assert set(stored) == expected(log, flock, products), (number, day, events)
            assert await rows(farmer, FED) == [(0,)]
            n_treated += len(stored)
            listed = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/withheld-sales", 200)).json()["items"]
            late = [item for item in listed if item["reason"] is None]
            assert all(was_told_later(log, item) for item in late), (number, day, late)
        for animal in flock:
            await none_is_sold(farmer, animal, stored)
    assert n_treated > 20


async def none_is_sold(farmer: Farmer, animal: str, stored: list[Any]) -> None:
    """The last day of the month comes, and a sale of what is withheld is refused whatever else it might be (I20)."""
    held = any(key == animal and until > date(2024, 3, 31) for key, _, until in stored)
    (item,) = (await send(farmer, sold(animal, "2024-03-31", market="meat")))["items"]
    codes = [error["code"] for error in item["errors"]]
    assert codes == ["withheld"] or not held, item


def was_told_later(log: list[dict[str, Any]], sale: dict[str, Any]) -> bool:
    """Whether anything that was recorded after the sale could have made it a wrong one (I20)."""
    (sold_at,) = [event["seq"] for event in log if event["id"] == sale["event_id"]]
    return any(event["seq"] > sold_at for event in log)
