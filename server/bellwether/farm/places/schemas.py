"""Paddocks on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.places.geojson import Area, Geometry
from bellwether.farm.schemas import Day, Name
from bellwether.platform.http.schemas import Schema
from bellwether.platform.json import JsonObject, JsonValue
from bellwether.platform.problems import RowError

CORNERS: list[JsonValue] = [[148.60, -35.20], [148.61, -35.20], [148.61, -35.19], [148.60, -35.19], [148.60, -35.20]]
SQUARE: JsonObject = {"type": "Polygon", "coordinates": [CORNERS]}
FEATURE: JsonObject = {"type": "Feature", "geometry": SQUARE, "properties": {"name": "Creek flat"}}
#: of a body that is the one or the other, which has no schema of its own to carry it
UPLOAD_SAMPLE: JsonObject = {"requestBody": {"content": {"application/json": {"example": FEATURE}}}}
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class NewPaddock(Schema):
    """A paddock to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"farm_id": "0198c0de-0000-7000-8000-000000000001", "name": "Creek flat", "geometry": SQUARE},
            ]
        }
    )

    id: UUID | None = None
    farm_id: UUID
    name: Name
    geometry: Area
    valid_from: Day | None = Field(None, description="Since when it is fenced so; today when absent")


class NewVersion(Schema):
    """A paddock drawn anew: the drawing before it ends on this day."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"geometry": SQUARE, "valid_from": "2025-03-01"}]})

    geometry: Area
    valid_from: Day | None = Field(None, description="Since when it is fenced so; today when absent")


class PaddockChange(Schema):
    """What is to be changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Creek flat east"}]})

    name: Name


class Paddock(Schema):
    """A paddock as it was drawn for the day that was asked for."""

    id: UUID
    farm_id: UUID
    name: str
    version_id: UUID
    valid_from: date
    valid_to: date | None = Field(description="The first day on which this drawing is true no more")
    area_ha: float = Field(description="On the ellipsoid WGS 84")
    geometry: Geometry
    rev: int
    created_at: datetime
    updated_at: datetime


class NearPaddock(Schema):
    """A paddock and how far it is."""

    distance_m: float = Field(description="From the point to the fence, on the ellipsoid; 0 inside")
    paddock: Paddock


class NearPaddocks(Schema):
    """Nearest first."""

    items: list[NearPaddock]


class Version(Schema):
    """One drawing of a paddock."""

    id: UUID
    paddock_id: UUID
    valid_from: date
    valid_to: date | None
    area_ha: float
    geometry: Geometry
    recorded_by: UUID | None
    created_at: datetime


class FeatureVerdict(Schema):
    """What became of one feature that was sent."""

    row: int
    id: UUID | None = Field(description="Of the paddock; None when there is none")
    verdict: Literal["new", "known", "rejected"] = Field(description="known: the farm has it, drawn just so")
    errors: list[RowError] = Field(default_factory=list)


class UploadedFeatures(Schema):
    """A verdict for each feature, in the order in which they were sent."""

    accepted: int
    rejected: int
    items: list[FeatureVerdict]
