"""Rows about what stock is worth."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class ValueRow(NamedTuple):
    """What a head of a class is worth from a day on."""

    stock_class: str
    since: date
    amount: float


class TaggedRow(NamedTuple):
    """Animals of one kind in a mob at the end of a day."""

    group_id: UUID
    sex: str
    neutered: bool
    born: date | None
    head: int


class HeadRow(NamedTuple):
    """Head without tags of one class in a group at the end of a day."""

    group_id: UUID
    stock_class: str
    head: int


class Worth(NamedTuple):
    """Of a mob: None, when nobody has said what some of its head are worth."""

    amount: float | None
    head_without_value: int
