"""Rows of `farm.paddock` with one of its drawings, and of `farm.paddock_version`."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.json import JsonValue


class PaddockRow(NamedTuple):
    """A paddock as it was drawn for one day; without a drawing for that day the last of them."""

    id: UUID
    farm_id: UUID
    name: str
    version_id: UUID
    valid_from: date
    valid_to: date | None
    area_ha: float
    geometry: dict[str, JsonValue]
    rev: int
    created_at: datetime
    updated_at: datetime


class NearRow(NamedTuple):
    """A paddock and how far it is from a point; 0 inside."""

    paddock: PaddockRow
    distance_m: float


class VersionRow(NamedTuple):
    """One drawing of a paddock."""

    id: UUID
    paddock_id: UUID
    valid_from: date
    valid_to: date | None
    area_ha: float
    geometry: dict[str, JsonValue]
    recorded_by: UUID | None
    created_at: datetime


class FaultRow(NamedTuple):
    """Why a drawing bounds nothing, and where: counted from 0, as in its coordinates."""

    reason: str
    longitude: float | None
    latitude: float | None
    polygon: int | None
    ring: int | None
    vertex: int | None
