"""Rows of `farm.product` and `farm.product_batch`."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class ProductRow(NamedTuple):
    """A remedy, as its label says."""

    id: UUID
    farm_id: UUID
    name: str
    actives: list[str]
    route: str | None
    unit: str
    label_dose: str | None
    meat_whp: int
    meat_whp_unit: str
    esi: int | None
    esi_unit: str | None
    milk_whp: int | None
    milk_whp_unit: str | None
    meat_days: int
    export_days: int | None
    milk_days: int | None
    rev: int
    created_at: datetime
    updated_at: datetime


class BatchRow(NamedTuple):
    """What was bought of a product in one lot, and what is left of it."""

    id: UUID
    farm_id: UUID
    product_id: UUID
    lot: str
    expires_on: date | None
    bought_on: date | None
    quantity: float
    unit: str
    used: float
    rev: int
    created_at: datetime
    updated_at: datetime
