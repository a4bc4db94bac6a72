"""GeoJSON (RFC 7946) on the wire: areas, features and collections of features."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from bellwether.farm.schemas import Name
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.rows import Row, RowReader

MOST = 500
Bounds = Annotated[list[float], Field(min_length=4, max_length=6)]
Position = Annotated[list[float], Field(min_length=2, max_length=3)]
Ring = Annotated[list[Position], Field(min_length=4, max_length=16_000)]
Rings = Annotated[list[Ring], Field(min_length=1, max_length=1000)]


class PolygonArea(Schema):
    """One outer ring, then its holes; longitude before latitude, in degrees of WGS 84."""

    type: Literal["Polygon"]
    coordinates: Rings
    bbox: Bounds | None = None

    @property
    def polygons(self) -> list[Rings]:
        """The same as several polygons."""
        return [self.coordinates]


class MultiPolygonArea(Schema):
    """Several areas that are one paddock."""

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[Rings], Field(min_length=1, max_length=1000)]
    bbox: Bounds | None = None

    @property
    def polygons(self) -> list[Rings]:
        """All of them."""
        return self.coordinates


Area = Annotated[PolygonArea | MultiPolygonArea, Field(discriminator="type")]


NAME: TypeAdapter[str] = TypeAdapter(Name)


def named(properties: dict[str, object]) -> dict[str, object]:
    """What a drawing program says of an area: its name counts, whatever else it says is left aside."""
    try:
        return {"name": NAME.validate_python(properties.get("name"))}
    except ValidationError as error:
        raise ValueError("must hold the name of the paddock as a text of 1 to 200 characters: name") from error


class PaddockFeature(Schema):
    """A paddock as a feature; under an id of its own it may be sent again."""

    type: Literal["Feature"]
    id: UUID | None = None
    geometry: Area
    properties: Annotated[dict[str, object], AfterValidator(named)]
    bbox: Bounds | None = None

    @property
    def name(self) -> str:
        """That of the paddock."""
        return str(self.properties["name"])


READER = RowReader(TypeAdapter(PaddockFeature))


def in_degrees(crs: dict[str, object]) -> dict[str, object]:
    """What older programs write; RFC 7946 knows longitude and latitude alone."""
    said = str(crs).upper()
    if "CRS84" not in said and "4326" not in said:
        raise ValueError("must be CRS84: export the file in EPSG:4326 (WGS 84 degrees)")
    return crs


class PaddockFeatures(Schema):
    """A collection of features, each with a verdict of its own."""

    type: Literal["FeatureCollection"]
    features: Annotated[list[Annotated[Row, READER]], Field(min_length=1, max_length=MOST)]
    name: str | None = Field(None, description="Of the layer; left aside")
    crs: Annotated[dict[str, object], AfterValidator(in_degrees)] | None = None
    bbox: Bounds | None = None
    next: str | None = Field(None, description="Of a page that was given out; left aside")


Upload = Annotated[PaddockFeature | PaddockFeatures, Field(discriminator="type")]


class Geometry(Schema):
    """An area as it is given out: outer rings against the clock, holes with it."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: list[object]


class PaddockFacts(Schema):
    """What is known of a paddock beside its area."""

    name: str
    version_id: UUID
    valid_from: date
    valid_to: date | None
    area_ha: float


class Feature(Schema):
    """A paddock as a feature."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: Geometry
    properties: PaddockFacts


class FeatureCollection(Schema):
    """Paddocks for a map; `next` is the cursor of those that follow, a foreign member of RFC 7946, section 6.1."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    next: str | None = None
