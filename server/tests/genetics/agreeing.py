"""Two farms that have agreed, with a ram that both know by its electronic number, and a run of both."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from bellwether.platform.ids import new_id

from .barn import Barn, Farm
from .conftest import People, Person, RunJob

NUMBER = """
insert into farm.identifier (id, farm_id, animal_id, scheme, value, raw, kind, official)
values ($1, $2, $3, 'std.iso.11785', $4, $4, 'eid', true)
"""
EID = "985000000000017"


@dataclass
class Place:
    """A farm of the agreement, with what it holds and what it has got."""

    farm: Farm
    owner: Person
    season: dict[str, list[UUID]]
    share: str = ""

    @property
    def animals(self) -> set[str]:
        """All of its animals."""
        return {str(animal) for of in self.season.values() for animal in of}


@dataclass
class Agreed:
    """The agreement and its farms."""

    agreement: str
    first: Place
    second: Place
    definition: str = ""
    run: str = ""
    words: dict[str, Any] = field(default_factory=dict)


async def place(barn: Barn, people: People, seed: int, n_lambs: int = 20) -> Place:
    """A farm with a season."""
    farm = await barn.farm()
    season = await barn.season(farm, n_drops=1, n_lambs=n_lambs, seed=seed)
    return Place(farm, people(user_id=farm.owner_id), season)


async def number(admin: asyncpg.Connection, farm: Farm, animal_id: UUID, value: str = EID) -> None:
    """An electronic number of an animal."""
    await admin.execute(NUMBER, new_id(), farm.id, animal_id, value)


async def agree(first: Place, *others: Place) -> str:
    """An agreement that all of them are in."""
    body = {"farm_id": str(first.farm.id), "name": "Hill", "flock_ids": [str(first.farm.flock_id)]}
    made = await first.owner.ask("POST", "/agreements", json=body)
    assert made.status_code == 201, made.text
    agreement = str(made.json()["id"])
    for other in others:
        asked = {"farm_id": str(other.farm.id)}
        assert (await first.owner.ask("POST", f"/agreements/{agreement}/invitations", json=asked)).status_code == 201
        body = {"based_on": 1, "flock_ids": [str(other.farm.flock_id)]}
        path = f"/agreements/{agreement}/farms/{other.farm.id}/acceptance"
        answer = await other.owner.ask("POST", path, json=body)
        assert answer.status_code == 200, answer.text
    return agreement


async def agreed(barn: Barn, people: People, admin: asyncpg.Connection) -> Agreed:
    """Two farms that share their first ram, and a definition."""
    first, second = await place(barn, people, 7), await place(barn, people, 8)
    for each in (first, second):
        await number(admin, each.farm, each.season["rams"][0])
    found = Agreed(await agree(first, second), first, second)
    found.definition = await define(found)
    return found


async def define(found: Agreed, **more: Any) -> str:
    """A definition of the agreement."""
    body = {
        "farm_id": str(found.first.farm.id),
        "agreement_id": found.agreement,
        "name": f"Across {new_id()}",
        "traits": ["WWT"],
        "publishing": "by_hand",
    } | more
    made = await found.first.owner.ask("POST", "/definitions", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def run_of(found: Agreed, run_job: RunJob) -> dict[str, Any]:
    """A run of the definition, to its end."""
    answer = await found.first.owner.ask("POST", f"/definitions/{found.definition}/runs")
    assert answer.status_code == 202, answer.text
    found.run = str(answer.json()["id"])
    return await run_job(UUID(found.run))


async def hand_out(found: Agreed) -> None:
    """The shares of the run."""
    answer = await found.first.owner.ask("POST", f"/evaluations/{found.run}/shares")
    assert answer.status_code == 200, answer.text
    for each in (found.first, found.second):
        runs = (await each.owner.ask("GET", f"/evaluations?flock_id={each.farm.flock_id}")).json()["items"]
        each.share = next(run["id"] for run in runs if run["joint_run_id"] == found.run)


async def step(of: Place, agreement: str, kind: str, based_on: int) -> Any:
    """A step of a farm."""
    path = f"/agreements/{agreement}/farms/{of.farm.id}/{kind}"
    return await of.owner.ask("POST", path, json={"based_on": based_on})
