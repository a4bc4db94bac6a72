"""Data loaders: whatever one level of a query needs of a service is one call."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TypeVar, cast

from strawberry.dataloader import DataLoader

from bellwether.edge.graph.answers import (
    AnimalItem,
    FlockItem,
    ItemPage,
    PublishedItem,
    TrendItem,
    ValueItem,
    WeightItem,
)
from bellwether.edge.upstream import Caller

OfAnimal = TypeVar("OfAnimal", WeightItem, ValueItem, PublishedItem)
BATCH = 500
MOST = 50_000


class Loaders:
    """The loaders of one request; what was read once is not asked again."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.animal: DataLoader[str, AnimalItem | None] = DataLoader(self._animals, max_batch_size=BATCH)
        self.weights: DataLoader[str, list[WeightItem]] = DataLoader(self._weights, max_batch_size=BATCH)
        self.values: DataLoader[str, list[ValueItem]] = DataLoader(self._values, max_batch_size=BATCH)
        self.history: DataLoader[tuple[str, str], list[PublishedItem]] = DataLoader(self._history, max_batch_size=BATCH)

    async def trend(self, flock_id: str, trait: str) -> TrendItem:
        """The trend of a flock for a trait."""
        found = await self.caller.ask("genetics", "GET", f"/flocks/{flock_id}/trend", params={"trait": trait})
        return cast(TrendItem, found)

    async def flock(self, flock_id: str) -> FlockItem:
        """One flock."""
        return cast(FlockItem, await self.caller.ask("farm", "GET", f"/flocks/{flock_id}"))

    async def flocks(self, first: int, after: str | None) -> ItemPage[FlockItem]:
        """A page of flocks."""
        found = await self.caller.ask("farm", "GET", "/flocks", params=page_of(first, after))
        return cast(ItemPage[FlockItem], found)

    async def flock_animals(self, farm_id: str, flock_id: str, first: int, after: str | None) -> ItemPage[AnimalItem]:
        """A page of a flock's animals, which later levels need not ask for again."""
        params = {"farm_id": farm_id, "flock_id": flock_id, **page_of(first, after)}
        page = cast(ItemPage[AnimalItem], await self.caller.ask("farm", "GET", "/animals", params=params))
        self.animal.prime_many({str(item["id"]): item for item in page["items"]})
        return page

    async def _animals(self, ids: list[str]) -> Sequence[AnimalItem | None]:
        found = cast(ItemPage[AnimalItem], await self.caller.ask("farm", "POST", "/animals/query", json={"ids": ids}))
        by_id = {str(item["id"]): item for item in found["items"]}
        return [by_id.get(animal_id) for animal_id in ids]

    async def _weights(self, ids: list[str]) -> Sequence[list[WeightItem]]:
        body = {"animal_ids": ids, "limit": MOST}
        found = cast(ItemPage[WeightItem], await self.caller.ask("farm", "POST", "/weights/query", json=body))
        return grouped(ids, found["items"])

    async def _values(self, ids: list[str]) -> Sequence[list[ValueItem]]:
        # gathered from all over a query: each value is shown with its run
        body = {"animal_ids": ids, "across_runs": True}
        found = await self.caller.ask("genetics", "POST", "/breeding-values/query", json=body)
        return grouped(ids, cast(ItemPage[ValueItem], found)["items"])

    async def _history(self, asked: list[tuple[str, str]]) -> Sequence[list[PublishedItem]]:
        found: dict[tuple[str, str], list[PublishedItem]] = {}
        for trait in dict.fromkeys(trait for _, trait in asked):
            ids = [animal_id for animal_id, other in asked if other == trait]
            body = {"animal_ids": ids, "trait": trait}
            answer = await self.caller.ask("genetics", "POST", "/breeding-values/history/query", json=body)
            items = grouped(ids, cast(ItemPage[PublishedItem], answer)["items"])
            found |= {(animal_id, trait): of for animal_id, of in zip(ids, items, strict=True)}
        return [found[key] for key in asked]


def page_of(first: int, after: str | None) -> dict[str, str | int]:
    """A page as query parameters."""
    return {"limit": first} if after is None else {"limit": first, "cursor": after}


def grouped(ids: list[str], items: list[OfAnimal]) -> list[list[OfAnimal]]:
    """The items of each animal, in the order of `ids`."""
    groups: defaultdict[str, list[OfAnimal]] = defaultdict(list)
    for item in items:
        groups[str(item["animal_id"])].append(item)
    return [groups[animal_id] for animal_id in ids]
