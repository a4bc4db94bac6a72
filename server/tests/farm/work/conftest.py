"""A farm with a mob of ewes, rams and paddocks, whose work is planned."""

from dataclasses import dataclass
from typing import Any

import pytest

from ..conftest import Farmer
from ..test_event_log import taken
from ..test_mobs import farm_with

JOINED = "2025-03-01"


@dataclass
class Planned:
    """Who asks, and what there is."""

    farmer: Farmer
    mob: str
    paddock: str
    ram: str
    joining: str

    async def tasks(self, **query: Any) -> list[dict[str, Any]]:
        """As they are listed."""
        found = await self.farmer.ask("GET", f"/farms/{self.farmer.farm_id}/tasks", 200, params=query)
        items: list[dict[str, Any]] = found.json()["items"]
        return items

    async def task(self, rule: str, **query: Any) -> dict[str, Any]:
        """The one that follows by a rule."""
        (found,) = [task for task in await self.tasks(**query) if task["rule"] == rule]
        return found

    async def change(self, task: dict[str, Any], expect: int = 200, **body: Any) -> dict[str, Any]:
        """Say something of a task."""
        path, match = f"/farms/{self.farmer.farm_id}/tasks/{task['id']}", {"If-Match": f'"{task["rev"]}"'}
        answer = await self.farmer.ask("PATCH", path, expect, json=body, headers=match)
        found: dict[str, Any] = answer.json()
        return found


def joining(mob: str, ram: str, day: str = JOINED, **payload: Any) -> dict[str, Any]:
    """Rams go to a mob."""
    said = {"sire_ids": [ram]} | payload
    return {"kind": "joining.started", "group_id": mob, "occurred_on": day, "payload": said}


@pytest.fixture
async def planned(farmer: Farmer) -> Planned:
    """Ewes of a mob are joined."""
    creek, _, mob, _ = await farm_with(farmer)
    ram = (await farmer.animal(sex="male", fertility="fertile", birth_date="2022-08-01"))["id"]
    (started,) = await taken(farmer, joining(mob, ram))
    return Planned(farmer, mob, creek, ram, started)
