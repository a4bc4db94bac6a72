"""Locations, grazing and stocking on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema

StockClass = Literal["lamb", "hogget", "ewe", "ram", "wether", "unknown"]
Rating = Annotated[float, Field(ge=0, le=20)]


class Location(Schema):
    """Where an animal stands, or stood; None throughout: in no paddock that is known."""

    animal_id: UUID
    paddock_id: UUID | None = None
    paddock_name: str | None = None
    version_id: UUID | None = Field(None, description="The drawing of the paddock")
    group_id: UUID | None = Field(None, description="The mob with which it stands there; None: by itself")
    since: datetime | None = Field(None, description="Since when mob or animal is placed there")
    until: datetime | None = None


class Grazing(Schema):
    """A mob or an animal in a paddock."""

    id: UUID
    group_id: UUID | None
    animal_id: UUID | None
    version_id: UUID
    since: datetime
    until: datetime | None
    rested_days: int | None = Field(description="Days since the last one had left; None: nobody had ever stood there")


class Rest(Schema):
    """How long a paddock has rested."""

    paddock_id: UUID
    name: str
    area_ha: float
    is_grazed: bool
    grazed_until: datetime | None
    rest_days: int | None = Field(description="0 while it is grazed; None: it never was")


class Stocked(Schema):
    """A paddock with those that stand in it now."""

    paddock_id: UUID
    name: str
    area_ha: float
    head: int = Field(description="With tags and without")
    untagged: int = Field(description="Of these, head without tags: they stand where their mob stands")
    classes: dict[StockClass, int] = Field(description="Head by stock class")
    head_per_ha: float
    dse: float = Field(description="Dry sheep equivalents: head by class times the farm's rating of the class")
    dse_per_ha: float


class Stocking(Schema):
    """Every paddock of a farm, by name."""

    ratings: dict[StockClass, float]
    items: list[Stocked]


class NewRatings(Schema):
    """The ratings of a farm; a class that is absent has the usual one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"farm_id": "0198c0de-0000-7000-8000-000000000001", "ratings": {"ewe": 1.5, "lamb": 0.6}}]
        }
    )

    farm_id: UUID
    ratings: dict[StockClass, Rating]


class Ratings(Schema):
    """How many dry sheep equivalents one head of each class is."""

    farm_id: UUID
    ratings: dict[StockClass, float]
    usual: list[StockClass] = Field(description="Classes for which the farm has set nothing")
