"""What a caller can ask for, and how each part is found."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Self

import strawberry
from strawberry.types import Info as StrawberryInfo

from bellwether.edge.graph.answers import (
    AnimalItem,
    FlockItem,
    ItemPage,
    PublishedItem,
    TrendItem,
    ValueItem,
    WeightItem,
)
from bellwether.edge.graph.loaders import Loaders

PAGE = 50


@dataclass(slots=True)
class Asking:
    """The context of one request."""

    loaders: Loaders
    #: processor seconds that reading and judging the query took
    work_s: float = 0.0


Info = StrawberryInfo[Asking, None]
First = Annotated[int, strawberry.argument(description="How many at most, 1 to 200")]
TraitCode = Annotated[str, strawberry.argument(description="A code of the trait dictionary, for example WWT")]
After = Annotated[str | None, strawberry.argument(description="`endCursor` of the page before")]


def optional_date(value: str | None) -> date | None:
    """A date of the wire."""
    return None if value is None else date.fromisoformat(value)


@strawberry.type(description="One weighing")
class Weight:
    """One weighing."""

    trait: str = strawberry.field(description="The age at weighing, for example WWT for weaning")
    weight_kg: float
    occurred_on: date

    @classmethod
    def of(cls, item: WeightItem) -> Self:
        """From farm's answer."""
        day = date.fromisoformat(item["occurred_on"])
        return cls(trait=item["trait"], weight_kg=item["weight_kg"], occurred_on=day)


@strawberry.type(description="The latest breeding value of one trait")
class BreedingValue:
    """A breeding value."""

    trait: str
    effect: str = strawberry.field(description="direct, or maternal where the model has both")
    value: float
    reliability: float | None = strawberry.field(description="Between 0 and 1; null when it was not computed")
    run_id: strawberry.ID = strawberry.field(description="The evaluation: compare values of one run only")

    @classmethod
    def of(cls, item: ValueItem) -> Self:
        """From genetics' answer."""
        return cls(
            trait=item["trait"],
            effect=item.get("effect", "direct"),
            value=item["value"],
            reliability=item.get("reliability"),
            run_id=strawberry.ID(str(item["run_id"])),
        )


@strawberry.type(description="A breeding value that was published, with its evaluation")
class PublishedValue:
    """A value and when it was published."""

    effect: str
    value: float
    reliability: float | None
    run_id: strawberry.ID = strawberry.field(description="Each evaluation has a base of its own")
    published_at: datetime

    @classmethod
    def of(cls, item: PublishedItem) -> Self:
        """From genetics' answer."""
        return cls(
            effect=item.get("effect", "direct"),
            value=item["value"],
            reliability=item.get("reliability"),
            run_id=strawberry.ID(str(item["run_id"])),
            published_at=datetime.fromisoformat(item["published_at"]),
        )


@strawberry.type(description="The mean breeding value of one drop")
class TrendPoint:
    """One drop."""

    drop_year: int
    n: int
    mean: float
    is_in_slope: bool


@strawberry.type(description="How the mean breeding value of a flock changes by the year")
class Trend:
    """A genetic trend."""

    run_id: strawberry.ID
    unit: str
    slope: float | None = strawberry.field(description="Per year; null with too few drops")
    slope_se: float | None
    points: list[TrendPoint]

    @classmethod
    def of(cls, item: TrendItem) -> Self:
        """From genetics' answer."""
        return cls(
            run_id=strawberry.ID(str(item["run_id"])),
            unit=item["unit"],
            slope=item["slope"],
            slope_se=item["slope_se"],
            points=[TrendPoint(**point) for point in item["points"]],
        )


async def breeding_value_history(
    root: strawberry.Parent["Animal"], info: Info, trait: TraitCode
) -> list[PublishedValue] | None:
    """What was published of the animal."""
    return [PublishedValue.of(item) for item in await info.context.loaders.history.load((root.id, trait))]


async def trend(root: strawberry.Parent["Flock"], info: Info, trait: TraitCode) -> Trend | None:
    """The trend of the flock."""
    return Trend.of(await info.context.loaders.trend(root.id, trait))


async def parent(info: Info, animal_id: str | None) -> "Animal | None":
    """A parent by id."""
    item = await info.context.loaders.animal.load(animal_id) if animal_id else None
    return Animal.of(item) if item else None


async def sire(root: strawberry.Parent["Animal"], info: Info) -> "Animal | None":
    """The father."""
    return await parent(info, root.sire_id)


async def dam(root: strawberry.Parent["Animal"], info: Info) -> "Animal | None":
    """The mother."""
    return await parent(info, root.dam_id)


async def weights(root: strawberry.Parent["Animal"], info: Info) -> list[Weight] | None:
    """The weighings."""
    found = [Weight.of(item) for item in await info.context.loaders.weights.load(root.id)]
    return sorted(found, key=lambda weight: weight.occurred_on)


async def breeding_values(root: strawberry.Parent["Animal"], info: Info) -> list[BreedingValue] | None:
    """The breeding values."""
    return [BreedingValue.of(item) for item in await info.context.loaders.values.load(root.id)]


async def animals(
    root: strawberry.Parent["Flock"], info: Info, first: First = PAGE, after: After = None
) -> "AnimalPage | None":
    """A page of animals."""
    page = await info.context.loaders.flock_animals(root.farm_id, root.id, first, after)
    return AnimalPage(nodes=[Animal.of(item) for item in page["items"]], page_info=PageInfo.of(page))


@strawberry.type(description="A sheep")
class Animal:
    """A sheep."""

    id: strawberry.ID
    tag: str | None
    sex: str | None
    birth_date: date | None
    sire_id: strawberry.Private[str | None]
    dam_id: strawberry.Private[str | None]
    sire: "Animal | None" = strawberry.field(
        resolver=sire, description="The genetic father, when he is known and yours to see"
    )
    dam: "Animal | None" = strawberry.field(
        resolver=dam, description="The genetic mother, when she is known and yours to see"
    )
    weights: list[Weight] | None = strawberry.field(
        resolver=weights, description="All weighings, oldest first; null when they could not be read"
    )
    breeding_values: list[BreedingValue] | None = strawberry.field(
        resolver=breeding_values, description="The latest value of each trait; null when they could not be read"
    )
    breeding_value_history: list[PublishedValue] | None = strawberry.field(
        resolver=breeding_value_history, description="All values of a trait that were published, oldest first"
    )

    @classmethod
    def of(cls, item: AnimalItem) -> Self:
        """From farm's answer."""
        return cls(
            id=strawberry.ID(str(item["id"])),
            tag=item.get("tag"),
            sex=item.get("sex"),
            birth_date=optional_date(item.get("birth_date")),
            sire_id=item.get("sire_id"),
            dam_id=item.get("dam_id"),
        )


@strawberry.type(description="Where a page ends")
class PageInfo:
    """Where a page ends."""

    end_cursor: str | None = strawberry.field(description="Send as `after` for the next page")
    has_next_page: bool

    @classmethod
    def of(cls, page: ItemPage[AnimalItem] | ItemPage[FlockItem]) -> Self:
        """From a list of a service."""
        return cls(end_cursor=page.get("next"), has_next_page=page.get("next") is not None)


@strawberry.type(description="A page of animals")
class AnimalPage:
    """A page of animals."""

    nodes: list[Animal]
    page_info: PageInfo


@strawberry.type(description="A flock")
class Flock:
    """A flock."""

    id: strawberry.ID
    name: str
    farm_id: strawberry.Private[str]
    animals: AnimalPage | None = strawberry.field(resolver=animals, description="The animals of the flock")
    trend: Trend | None = strawberry.field(
        resolver=trend, description="Mean breeding value by drop, of the evaluation that the flock goes by"
    )

    @classmethod
    def of(cls, item: FlockItem) -> Self:
        """From farm's answer."""
        return cls(id=strawberry.ID(str(item["id"])), name=item["name"], farm_id=str(item["farm_id"]))


@strawberry.type(description="A page of flocks")
class FlockPage:
    """A page of flocks."""

    nodes: list[Flock]
    page_info: PageInfo
