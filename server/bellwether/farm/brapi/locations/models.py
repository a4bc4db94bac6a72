"""Rows of the list of locations."""

from typing import NamedTuple
from uuid import UUID


class LocationRow(NamedTuple):
    """A farm, or a paddock with its farm and the largest outline of its present drawing, as GeoJSON."""

    id: UUID
    farm_id: UUID
    name: str
    farm: str
    country: str | None
    time_zone: str
    area_ha: float | None
    parts: int | None
    outline: str | None
