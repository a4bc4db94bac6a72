"""Stock on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.farm.schemas import Name
from bellwether.platform.http.schemas import Schema

Code = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")]
Age = Annotated[int, Field(ge=0, le=20000)]


class StockClass(Schema):
    """What is counted together; None: any. Who has no birth date is older than any window of age."""

    code: Code
    name: Name
    sex: Literal["male", "female"] | None = None
    neutered: bool | None = None
    from_days: Age | None = Field(None, description="Age from which an animal belongs to it")
    to_days: Age | None = Field(None, description="Age from which it no longer does")


class NewStockClasses(Schema):
    """The classes of a farm in their order: of several that fit an animal the first counts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"code": "lamb", "name": "Lambs", "from_days": 0, "to_days": 365},
                        {"code": "ewe", "name": "Ewes", "sex": "female"},
                        {"code": "other", "name": "All others"},
                    ]
                }
            ]
        }
    )

    items: Annotated[list[StockClass], Field(min_length=1, max_length=100)]


class StockClasses(Schema):
    """The classes of a farm."""

    farm_id: UUID
    is_usual: bool = Field(description="The farm has set none of its own")
    items: list[StockClass]


class Head(Schema):
    """opening + births + arrivals + class_in - deaths - departures - class_out = closing."""

    opening: int
    births: int
    arrivals: int
    class_in: int
    deaths: int
    departures: int
    class_out: int
    closing: int
    types: dict[str, int] = Field(description="What arrivals, deaths and departures were: purchase, sold, missing ...")


class Reconciled(Schema):
    """One class."""

    stock_class: str
    name: str
    tagged: Head
    untagged: Head
    total: Head


class Reconciliation(Schema):
    """Every class that had a head in the period, and all of them together."""

    first: date
    last: date
    items: list[Reconciled]
    total: Head
    is_balanced: bool = Field(description="Whether every line adds up to its closing")
