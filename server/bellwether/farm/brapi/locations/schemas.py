"""Locations on the wire."""

from typing import Literal

from bellwether.platform.brapi.wire import Wire

Position = tuple[float, float]


class Polygon(Wire):
    """One outline with its holes, in WGS 84: the standard knows no several ones."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: list[list[Position]]


class Feature(Wire):
    """A geometry as GeoJSON."""

    type: Literal["Feature"] = "Feature"
    geometry: Polygon


class Location(Wire):
    """A farm or a paddock."""

    location_db_id: str
    location_name: str
    location_type: Literal["Farm", "Paddock"]
    parent_location_db_id: str | None
    parent_location_name: str | None
    coordinates: Feature | None
    additional_info: dict[str, str]
