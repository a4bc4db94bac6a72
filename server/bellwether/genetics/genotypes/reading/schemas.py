"""What crosses the wire about genotypes."""

from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema

CALLS = "Copies of the counted allele of each marker, one sign each, in the order of the map; . is missing"


class AnimalGenotypes(Schema):
    """One animal at all markers of a chip."""

    animal_id: UUID
    sample_id: UUID
    sample: str
    chip_id: int
    map_version: int = Field(description="By which the calls are read; its markers stand under the chip")
    n_markers: int
    has_dosages: bool = Field(description="The calls are the nearest ones; files of an export have the dosages")
    consensus_of: list[UUID] = Field(
        default_factory=list, description="Samples whose consensus the calls are, where it was asked for"
    )
    n_disagreeing: int | None = Field(
        default=None, description="Markers at which samples have different calls, which are missing in the consensus"
    )
    calls: str = Field(description=CALLS)


class SampleCalls(Schema):
    """One animal at some markers."""

    animal_id: UUID
    sample: str
    calls: str = Field(description=CALLS)


class MarkerGenotypes(Schema):
    """One marker in all animals of a farm."""

    marker: str
    counted: str
    other: str
    map_version: int
    counts: list[int] = Field(description="Animals with 0, 1 and 2 copies, and without a call")
    frequency: float | None = Field(description="Of the counted allele")
    items: list[SampleCalls]


class StretchGenotypes(Schema):
    """A stretch of a chromosome in animals of a farm."""

    map_version: int
    markers: list[str]
    items: list[SampleCalls]
    next: str | None


class GroupFrequency(Schema):
    """A marker in one group."""

    group: str | None = Field(description="null: animals of which the group is not known")
    counts: list[int] = Field(description="Animals with 0, 1 and 2 copies, and without a call")
    frequency: float | None


class MarkerFrequency(Schema):
    """A marker in all groups."""

    marker: str
    chromosome: str
    position: int
    counted: str
    other: str
    groups: list[GroupFrequency]


class Frequencies(Schema):
    """Allele frequencies of markers, one after the other by chromosome and position."""

    map_version: int
    items: list[MarkerFrequency]
    next: str | None
