"""I15, I16 and I26 in the tables: whatever is recorded, corrected and taken back in whatever order, memberships and
placements are those that follow from the whole log, and head counts are the open memberships."""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

from bellwether.farm.access import one_writer
from bellwether.farm.whereabouts.projection import project
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import driver

from .conftest import Farmer, NewFarmer
from .test_event_log import BACK, DIED, SOLD, send
from .test_mobs import assigned, farm_with, group_of, left, mob, moved, moved_alone, taken_back
from .test_paddocks import square

MEMBERS = """
select group_id, animal_id, lower(during), upper(during) from farm.group_member where farm_id = $1 order by 1, 2, 3
"""
PLACEMENTS = """
select group_id, animal_id, version_id, lower(during), upper(during) from farm.placement
where farm_id = $1 order by 1, 2, 4
"""


def any_event(chance: random.Random, paddocks: list[str], groups: list[str], ewes: list[str]) -> dict[str, Any]:
    """Something that may be true, on one of thirty days; sometimes at an hour."""
    day = f"2024-03-{chance.randrange(1, 31):02}"
    ewe, group, paddock = chance.choice(ewes), chance.choice(groups), chance.choice(paddocks)
    life = chance.choice([SOLD, BACK, DIED]) | {"animal_id": ewe, "occurred_on": day}
    kinds = [assigned(ewe, group, day), left(ewe, group, day), moved(group, chance.choice([paddock, None]), day)]
    kinds += [moved_alone(ewe, paddock, day), life]
    found = chance.choices(kinds, [5, 2, 5, 4, 1])[0]
    return found | ({"occurred_time": f"{chance.randrange(24):02}:00:00"} if chance.random() < 0.3 else {})


async def stored(farmer: Farmer, everybody: list[str], groups: list[str], *, anew: bool) -> Any:
    """What the tables say; `anew`: what they would say if all were computed once more."""
    farm = UUID(farmer.farm_id)
    async with farmer.database.transaction(Context(user_id=farmer.user_id)) as session:
        if anew:
            await one_writer(session, farm)
            await project(session, farm, [UUID(key) for key in everybody], [UUID(key) for key in groups])
        return [list(map(tuple, await driver(session).fetch(sql, farm))) for sql in (MEMBERS, PLACEMENTS)]


async def test_i15_i16_i26_the_tables_follow_from_the_whole_log(
    new_farmer: NewFarmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    n_taken = 0
    for number in range(rounds(2, 60)):
        farmer = await new_farmer()
        creek, hill, first, ewes = await farm_with(farmer)
        groups = [first, await mob(farmer, "Rams"), await mob(farmer, "Study", type="logical")]
        told: list[str] = []
        for day in range(1, 16):
            events = [any_event(chance, [creek, hill], groups, ewes) for _ in range(chance.randrange(1, 5))]
            if told and chance.random() < 0.5:
                events.append(taken_back(told.pop(chance.randrange(len(told)))))
            if told and chance.random() < 0.3:
                events.append(any_event(chance, [creek, hill], groups, ewes) | {"supersedes": told.pop()})
            if chance.random() < 0.1:
                drawing = {"geometry": square(side=0.001 * day), "valid_from": f"2024-03-{day:02}"}
                await farmer.ask("POST", f"/paddocks/{hill}/versions", 201, json=drawing)
            items = (await send(farmer, *events))["items"]
            told += [item["id"] for item in items if item["verdict"] == "new"]
            n_taken += len(told)
            found = await stored(farmer, ewes, groups, anew=False)
            assert found == await stored(farmer, ewes, groups, anew=True), (number, day, events)
        for group in groups:
            n_open = sum(row[0] == UUID(group) and row[3] is None for row in found[0])
            assert (await group_of(farmer, group))["head"] == n_open
    assert n_taken > 50
