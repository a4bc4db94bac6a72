"""Rows about paddocks and those that stand in them."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class LocationRow(NamedTuple):
    """Where an animal stands: by its own placement, or by that of its group."""

    animal_id: UUID
    paddock_id: UUID
    paddock_name: str
    version_id: UUID
    group_id: UUID | None
    since: datetime
    until: datetime | None


class GrazingRow(NamedTuple):
    """A group or an animal in a paddock, and for how long nobody had stood there before."""

    id: UUID
    group_id: UUID | None
    animal_id: UUID | None
    version_id: UUID
    since: datetime
    until: datetime | None
    rested_days: int | None


class RestRow(NamedTuple):
    """A paddock, and whoever stands in it or stood there last."""

    paddock_id: UUID
    name: str
    area_ha: float
    is_grazed: bool
    grazed_until: datetime | None


class StockRow(NamedTuple):
    """Animals of one class in one paddock; the class is None where there are none."""

    paddock_id: UUID
    name: str
    area_ha: float
    stock_class: str | None
    head: int
    is_tagged: bool = True


class HeadRow(NamedTuple):
    """Head without tags of one class of the farm's own in one paddock."""

    paddock_id: UUID
    stock_class: str
    head: int
