"""What crosses the wire about joint runs."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Schema


class FarmShare(Schema):
    """A farm's share of a joint run: an evaluation of that farm."""

    run_id: UUID | None = Field(description="The evaluation to read and to publish; null of a farm that is not yours")
    farm_id: UUID
    name: str
    made_at: datetime


class Shares(Schema):
    """One for each farm that was in the run."""

    items: list[FarmShare]
    next: None = None


class Number(Schema):
    """An official identifier."""

    scheme: str = Field(examples=["std.iso.11785"])
    value: str = Field(examples=["985000000000017"])


class SireValue(Schema):
    """A breeding value of a shared sire; percentiles are over the own animals of all farms."""

    trait: str
    effect: str
    value: float
    reliability: float | None
    percentile: float | None


class SharedSire(Schema):
    """A sire with progeny or own records on several farms of a joint run."""

    number: int = Field(description="Its place in the list of this run")
    numbers: list[Number] = Field(description="The identifiers by which several farms know it")
    animal_id: UUID | None = Field(description="Your own animal, where you have it")
    n_farms: int
    n_progeny: int
    values: list[SireValue]


class ByPlace(Cursor):
    """The last sire of a page."""

    number: int
