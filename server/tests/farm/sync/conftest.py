"""A device as the protocol asks for one: what it holds, what it sends, and how far it has read."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from bellwether.platform.ids import new_id

from ..conftest import Farmer

Row = dict[str, Any]
#: of a device whose clock is right, and of one that is a second later
EARLY, LATER, LATEST = "1767225600000-0000", "1767225601000-0000", "1767225602000-0000"


@dataclass
class Device:
    """A phone of a farmer."""

    farmer: Farmer
    id: str = field(default_factory=lambda: str(new_id()))
    cursor: str | None = None
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    farm_id: str = ""

    @property
    def path(self) -> str:
        """Where its farm is synchronised."""
        return f"/farms/{self.farm_id or self.farmer.farm_id}/sync"

    async def page(self, expect: int = 200, **query: Any) -> Row:
        """One page of what it has not seen."""
        params = query | ({"cursor": self.cursor} if self.cursor else {})
        found: Row = (await self.farmer.ask("GET", f"{self.path}/changes", expect, params=params)).json()
        return found

    async def pull(self, **query: Any) -> list[Row]:
        """All that it has not seen; what came, in its order."""
        came: list[Row] = []
        while True:
            page = await self.page(**query)
            came += page["documents"]
            for found in page["documents"]:
                key = (found["collection"], found["id"])
                if found["deleted"]:
                    self.rows.pop(key, None)
                else:
                    assert self.rows.get(key, {"rev": 0})["rev"] <= found["rev"]
                    self.rows[key] = found["doc"]
            self.cursor = page["cursor"]
            if not page["has_more"]:
                return came

    async def push(self, *mutations: Row, expect: int = 200, **more: Any) -> list[Row]:
        """Send what it did; a result for each."""
        body = {"device_id": self.id, "mutations": list(mutations)}
        answer = (await self.farmer.ask("POST", f"{self.path}/push", expect, json=body, **more)).json()
        found: list[Row] = answer["results"] if expect == 200 else [answer]
        return found

    def row(self, collection: str, row_id: str) -> Row:
        """As the device holds it."""
        return self.rows[collection, row_id]

    def of(self, collection: str) -> dict[str, Row]:
        """Rows of a collection by id."""
        return {row_id: row for (name, row_id), row in self.rows.items() if name == collection}

    def edit(self, collection: str, row_id: str, clock: str = EARLY, **fields: Any) -> Row:
        """A change of a row as the device holds it."""
        return upsert(collection, row_id, fields, base_rev=self.row(collection, row_id)["rev"], clock=clock)

    def deletion(self, collection: str, row_id: str) -> Row:
        """The row is to go."""
        base = self.rows.get((collection, row_id), {}).get("rev")
        return upsert(collection, row_id, None, base_rev=base) | {"op": "delete"}


def upsert(collection: str, row_id: str, doc: Row | None, **more: Any) -> Row:
    """A mutation."""
    about = {"mutation_id": str(new_id()), "collection": collection, "id": row_id, "op": "upsert", "doc": doc}
    return {name: value for name, value in (about | more).items() if value is not None}


def new_animal(farmer: Farmer, **fields: Any) -> Row:
    """An animal that a device registers."""
    return upsert("animals", str(new_id()), {"flock_id": farmer.flock_id, "sex": "female"} | fields)


@pytest.fixture
async def device(farmer: Farmer) -> Device:
    """One that has read everything."""
    found = Device(farmer)
    await found.pull()
    return found


@pytest.fixture
async def other(farmer: Farmer) -> Device:
    """Another one of the same farm."""
    found = Device(farmer)
    await found.pull()
    return found


async def in_the_database(farmer: Farmer, statement: str, *values: Any) -> list[Any]:
    """What an administrator sees or does."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


def statuses(results: list[Row]) -> list[str]:
    """What became of each row."""
    return [result["status"] for result in results]


def farm(farmer: Farmer) -> UUID:
    """Its id."""
    return UUID(farmer.farm_id)


def weight(animal: str, kg: float, day: str = "2024-11-11", **more: Any) -> Row:
    """A weighing."""
    return upsert(
        "measurements", str(new_id()), {"animal_id": animal, "trait": "WWT", "value": kg, "occurred_on": day} | more
    )


def event(kind: str, day: str = "2024-11-11", **more: Any) -> Row:
    """What happened."""
    return upsert("events", str(new_id()), {"kind": kind, "occurred_on": day, "payload": {}} | more)


async def registered(device: Device, **fields: Any) -> str:
    """An animal that both the farm and the device know."""
    row = new_animal(device.farmer, **fields)
    (result,) = await device.push(row)
    assert result["status"] == "applied", result
    await device.pull()
    return str(row["id"])


async def conflicts(farmer: Farmer, state: str = "open") -> list[Row]:
    """What a person sees."""
    path = f"/farms/{farmer.farm_id}/conflicts"
    found: list[Row] = (await farmer.ask("GET", path, 200, params={"state": state})).json()["items"]
    return found


async def settle(farmer: Farmer, conflict: Row, choice: str, expect: int = 200) -> Row:
    """What a person decides."""
    path = f"/farms/{farmer.farm_id}/conflicts/{conflict['id']}/settle"
    found: Row = (await farmer.ask("POST", path, expect, json={"choice": choice})).json()
    return found
