"""Stated values on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Day
from bellwether.platform.http.schemas import Schema


class NewStockValue(Schema):
    """What a head of a class is worth from a day on, until the next one of the class."""

    stock_class: Annotated[str, Field(max_length=40)]
    since: Day
    amount: Annotated[float, Field(ge=0, lt=1e9, allow_inf_nan=False, description="In the money of the farm")]


class NewStockValues(Schema):
    """All that is stated; what is absent is stated no longer."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"stock_class": "ewe", "since": "2026-07-01", "amount": 180.0}]}]}
    )

    items: Annotated[list[NewStockValue], Field(max_length=1000)]


class StockValue(Schema):
    """What a head of a class is worth from a day on."""

    stock_class: str
    since: date
    amount: float


class StockValues(Schema):
    """By class and day."""

    farm_id: UUID
    items: list[StockValue]
