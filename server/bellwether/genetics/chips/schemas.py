"""What crosses the wire about chips."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema


class Chip(Schema):
    """A chip, or another set of markers that is typed together."""

    id: int
    farm_id: UUID | None = Field(description="Whose own it is; null for everybody's")
    code: str
    name: str
    created_at: datetime
    map_version: int = Field(description="Of its latest map")
    n_markers: int


class MarkerMap(Schema):
    """One version of a chip's map; it never changes."""

    chip_id: int
    version: int
    assembly: str | None
    n_markers: int
    sha256: str = Field(description="Of all that the map says, whatever the kind of its file")
    file_name: str
    created_at: datetime


class Marker(Schema):
    """A marker: its name and its alleles are its identity, its position belongs to the version of the map."""

    place: int = Field(description="By chromosome and position; calls of an animal stand in this order")
    name: str
    chromosome: str
    position: int = Field(description="Base pairs; 0 where it is unknown")
    counted: str = Field(description="The allele whose copies a call counts")
    other: str


class Breed(Schema):
    """A breed with its names by language (ISO 639-1)."""

    code: str
    names: dict[str, str]
    origin: str | None
    purpose: list[str]


class Breeds(Schema):
    """All breeds."""

    items: list[Breed]


class Assembly(Schema):
    """An assembly of the sheep genome, with its accession at GenBank."""

    code: str
    accession: str
    released_on: date | None
    note: str


class Assemblies(Schema):
    """All assemblies."""

    items: list[Assembly]
