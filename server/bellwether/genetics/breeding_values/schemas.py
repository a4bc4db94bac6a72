"""What crosses the wire about breeding values."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.genetics.traits.schemas import TraitCode
from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Schema

Sex = Literal["male", "female", "unknown"]


class Sort(StrEnum):
    """Best first or last first."""

    value_down = "-value"
    value_up = "value"


class BreedingValue(Schema):
    """The breeding value of one animal for one trait in one run."""

    run_id: UUID
    animal_id: UUID
    trait: str
    effect: str
    value: float = Field(description="In the unit of the trait, as a deviation from the base of the run")
    reliability: float | None = Field(ge=0, le=1)
    accuracy: float | None = Field(ge=0, le=1, description="Square root of the reliability")
    inbreeding: float
    percentile: float | None = Field(
        ge=0,
        le=100,
        description="Share of the flock's other animals with a lower value; null for ancestors from elsewhere",
    )


class RankedAnimal(BreedingValue):
    """A breeding value with the animal that has it."""

    tag: str | None
    sex: Sex | None = Field(description="As tag and parents null where a farm shows its breeding values alone")
    drop_year: int | None
    sire_id: UUID | None
    dam_id: UUID | None


class ValuesOf(Schema):
    """The animals whose latest breeding values are wanted."""

    animal_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    trait: TraitCode | None = Field(default=None, description="Left out: all traits")
    across_runs: bool = Field(
        default=False,
        description="Take values of one trait from different runs, which are not to be compared; refused when absent",
    )

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"animal_ids": ["0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"], "trait": "WWT"}]}
    )


class LatestValues(Schema):
    """For each animal and trait the value of the latest run that has it, of one run unless asked otherwise."""

    items: list[BreedingValue]
    next: None = None


class HistoryOf(Schema):
    """The animals whose published values are wanted, all of them."""

    animal_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    trait: TraitCode

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"animal_ids": ["0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"], "trait": "WWT"}]}
    )


class PublishedValue(BreedingValue):
    """A value that was published, and when it was first."""

    published_at: datetime


class History(Schema):
    """Published values by animal and effect, oldest first, up to 50 of each; each run has a base of its own."""

    items: list[PublishedValue]
    next: None = None


class TrendPoint(Schema):
    """One drop of the flock."""

    drop_year: int
    n: int
    mean: float
    is_in_slope: bool


class Trend(Schema):
    """Mean breeding value by drop; breeding values are shrunk, so an early trend is understated."""

    run_id: UUID
    flock_id: UUID
    trait: str
    unit: str
    points: list[TrendPoint]
    slope: float | None = Field(description="Per year, over drops with enough animals, weighted by their numbers")
    slope_se: float | None


class ByValue(Cursor):
    """The last animal of a page of a ranking. It holds the run too: a newer one must not slip in between two pages."""

    run_id: UUID
    value: float
    animal_id: UUID
