"""What the services answer, as far as a query reads it."""

from typing import Generic, NotRequired, TypedDict, TypeVar

T = TypeVar("T")


class AnimalItem(TypedDict):
    """An animal of farm."""

    id: str
    tag: NotRequired[str | None]
    sex: NotRequired[str | None]
    birth_date: NotRequired[str | None]
    sire_id: NotRequired[str | None]
    dam_id: NotRequired[str | None]


class FlockItem(TypedDict):
    """A flock of farm."""

    id: str
    name: str
    farm_id: str


class WeightItem(TypedDict):
    """A weight of farm."""

    animal_id: str
    trait: str
    weight_kg: float
    occurred_on: str


class ValueItem(TypedDict):
    """A breeding value of genetics."""

    animal_id: str
    run_id: str
    trait: str
    effect: NotRequired[str]
    value: float
    reliability: NotRequired[float | None]


class PublishedItem(ValueItem):
    """A published value of genetics."""

    published_at: str


class PointItem(TypedDict):
    """A drop of a trend of genetics."""

    drop_year: int
    n: int
    mean: float
    is_in_slope: bool


class TrendItem(TypedDict):
    """A trend of genetics."""

    run_id: str
    unit: str
    points: list[PointItem]
    slope: float | None
    slope_se: float | None


class ItemPage(TypedDict, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: NotRequired[str | None]
