"""Rows about money."""

from typing import NamedTuple
from uuid import UUID


class MoneyRow(NamedTuple):
    """What a consignment brought or cost."""

    price: float
    per: str
    weight_kg: float | None
    costs: float


class TradedRow(NamedTuple):
    """Head of one group under one number: what came or went in a period."""

    group_id: UUID | None
    kind: str
    head: int
    price: float | None
    per: str | None
    weight_kg: float | None
    costs: float | None
    total_head: int | None


class CostRow(NamedTuple):
    """Money that was spent on a group; None: on the farm."""

    group_id: UUID | None
    amount: float


class KeptRow(NamedTuple):
    """Head of a mob before a period, at its end, and summed over its days."""

    opening: int
    closing: int
    head_days: int
