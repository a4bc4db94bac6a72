"""Rows of consignments and of what follows from the events that name their number."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class ConsignmentRow(NamedTuple):
    """A consignment."""

    id: UUID
    farm_id: UUID
    number: str
    kind: str
    moved_on: date
    from_location: str | None
    to_location: str | None
    carrier: str | None
    note: str | None
    rev: int
    created_at: datetime
    updated_at: datetime


class SentRow(NamedTuple):
    """A tagged animal of a consignment."""

    animal_id: UUID
    eid: str | None
    visual: str | None
    here_since: date | None
    on: date
    """The day on which it came or went."""
    meat_until: date | None
    export_until: date | None
    """From when on it may go to each market, as was known of it when it left; None: it got nothing, or it came."""


class HeadRow(NamedTuple):
    """Head without tags of a consignment."""

    stock_class: str
    head: int
