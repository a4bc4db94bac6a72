"""What genetics shows of a farm without the farm itself: its own, and what it has consented to show to research."""

from typing import Annotated, TypedDict, cast

import strawberry

from bellwether.edge.graph.answers import ItemPage, ValueItem
from bellwether.edge.graph.loaders import page_of
from bellwether.edge.graph.selection import uuid_text
from bellwether.edge.graph.types import PAGE, After, BreedingValue, First, Info, PublishedValue, TraitCode, Trend

FlockId = Annotated[strawberry.ID, strawberry.argument(description="A flock of yours, or of a farm that consents")]
AnimalId = Annotated[strawberry.ID, strawberry.argument(description="An animal of yours, or of a farm that consents")]
FarmId = Annotated[strawberry.ID, strawberry.argument(description="A farm of yours, or one that consents")]


class SampleItem(TypedDict):
    """A sample on one chip."""

    id: str
    animal_id: str
    name: str
    chip_id: int
    map_version: int
    state: str
    call_rate: float


@strawberry.type(description="A breeding value of a run, with the id of its animal")
class ShownValue:
    """A breeding value."""

    animal_id: strawberry.ID
    value: BreedingValue


@strawberry.type(description="A page of breeding values, the highest first")
class ValuePage:
    """A page of breeding values."""

    nodes: list[ShownValue]
    end_cursor: str | None = strawberry.field(description="Send as `after` for the next page")


@strawberry.type(description="A genotyped sample on one chip")
class GenotypedSample:
    """A sample."""

    id: strawberry.ID
    animal_id: strawberry.ID
    name: str
    chip_id: int
    map_version: int
    state: str
    call_rate: float


@strawberry.type(description="A page of samples")
class SamplePage:
    """A page of samples."""

    nodes: list[GenotypedSample]
    end_cursor: str | None = strawberry.field(description="Send as `after` for the next page")


async def breeding_values(
    info: Info, flock_id: FlockId, trait: TraitCode, first: First = PAGE, after: After = None
) -> ValuePage | None:
    """A page of values of the run that the flock goes by."""
    params = {"flock_id": uuid_text(flock_id), "trait": trait, **page_of(first, after)}
    found = await info.context.loaders.caller.ask("genetics", "GET", "/breeding-values", params=params)
    page = cast(ItemPage[ValueItem], found)
    nodes = [
        ShownValue(animal_id=strawberry.ID(str(item["animal_id"])), value=BreedingValue.of(item))
        for item in page["items"]
    ]
    return ValuePage(nodes=nodes, end_cursor=page.get("next"))


async def published_values(info: Info, animal_id: AnimalId, trait: TraitCode) -> list[PublishedValue] | None:
    """What was published of an animal."""
    return [PublishedValue.of(item) for item in await info.context.loaders.history.load((uuid_text(animal_id), trait))]


async def genetic_trend(info: Info, flock_id: FlockId, trait: TraitCode) -> Trend | None:
    """The trend of a flock."""
    return Trend.of(await info.context.loaders.trend(uuid_text(flock_id), trait))


async def samples(info: Info, farm_id: FarmId, first: First = PAGE, after: After = None) -> SamplePage | None:
    """A page of samples."""
    params = {"farm_id": uuid_text(farm_id), **page_of(first, after)}
    found = await info.context.loaders.caller.ask("genetics", "GET", "/samples", params=params)
    page = cast(ItemPage[SampleItem], found)
    nodes = [
        GenotypedSample(
            id=strawberry.ID(item["id"]),
            animal_id=strawberry.ID(item["animal_id"]),
            name=item["name"],
            chip_id=item["chip_id"],
            map_version=item["map_version"],
            state=item["state"],
            call_rate=item["call_rate"],
        )
        for item in page["items"]
    ]
    return SamplePage(nodes=nodes, end_cursor=page.get("next"))
