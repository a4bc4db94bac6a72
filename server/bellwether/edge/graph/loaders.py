"""Data loaders: whatever one level of a query needs of a service is one call."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from strawberry.dataloader import DataLoader

from bellwether.edge.upstream import Caller

Json = dict[str, Any]
BATCH = 500
MOST = 50_000


class Loaders:
    """The loaders of one request; what was read once is not asked again."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.animal: DataLoader[str, Json | None] = DataLoader(self._animals, max_batch_size=BATCH)
        self.weights: DataLoader[str, list[Json]] = DataLoader(self._weights, max_batch_size=BATCH)
        self.values: DataLoader[str, list[Json]] = DataLoader(self._values, max_batch_size=BATCH)

    async def flock(self, flock_id: str) -> Json:
        """One flock."""
        found: Json = await self.caller.ask("farm", "GET", f"/flocks/{flock_id}")
        return found

    async def flocks(self, first: int, after: str | None) -> Json:
        """A page of flocks."""
        found: Json = await self.caller.ask("farm", "GET", "/flocks", params=page_of(first, after))
        return found

    async def flock_animals(self, farm_id: str, flock_id: str, first: int, after: str | None) -> Json:
        """A page of a flock's animals, which later levels need not ask for again."""
        params = {"farm_id": farm_id, "flock_id": flock_id, **page_of(first, after)}
        page: Json = await self.caller.ask("farm", "GET", "/animals", params=params)
        self.animal.prime_many({str(item["id"]): item for item in page["items"]})
        return page

    async def _animals(self, ids: list[str]) -> Sequence[Json | None]:
        items = await self._query("farm", "/animals/query", {"ids": ids})
        by_id = {str(item["id"]): item for item in items}
        return [by_id.get(animal_id) for animal_id in ids]

    async def _weights(self, ids: list[str]) -> Sequence[list[Json]]:
        return grouped(ids, await self._query("farm", "/weights/query", {"animal_ids": ids, "limit": MOST}))

    async def _values(self, ids: list[str]) -> Sequence[list[Json]]:
        return grouped(ids, await self._query("genetics", "/breeding-values/query", {"animal_ids": ids}))

    async def _query(self, service: str, path: str, body: Json) -> list[Json]:
        answer = await self.caller.ask(service, "POST", path, json=body)
        items: list[Json] = answer["items"]
        return items


def page_of(first: int, after: str | None) -> dict[str, str | int]:
    """A page as query parameters."""
    return {"limit": first} if after is None else {"limit": first, "cursor": after}


def grouped(ids: list[str], items: list[Json]) -> list[list[Json]]:
    """The items of each animal, in the order of `ids`."""
    groups: defaultdict[str, list[Json]] = defaultdict(list)
    for item in items:
        groups[str(item["animal_id"])].append(item)
    return [groups[animal_id] for animal_id in ids]
