"""Animals on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from bellwether.farm.schemas import Day, Group, Short, Tag
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.identifiers import Kind
from bellwether.sheep.lives import Fate
from bellwether.sheep.pedigree import Fertility, Method, ParentType, Sex

Confidence = Annotated[str, StringConstraints(pattern=r"^[AEU]{3}$")]
Size = Annotated[int, Field(ge=1, le=12)]
Reared = Annotated[int, Field(ge=0, le=12)]
Part = Annotated[int, Field(ge=1, le=100)]
Year = Annotated[int, Field(ge=1900, le=2200)]


class NewIdentifier(Schema):
    """A tag or number; EIDs are brought into their 15-digit form."""

    kind: Kind
    value: Tag
    scheme: Short | None = Field(None, description="Found from kind and form when absent")


class NewParent(Schema):
    """A claim about a parent, who is named by id or by any identifier that the farm knows."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"identifier": "982 000123456789", "parent_type": "sire", "method": "dna"}]}
    )

    parent_id: UUID | None = None
    identifier: Tag | None = Field(None, description="EID in any spelling, registration, tag within the flock, name")
    parent_type: ParentType
    method: Method = "observed"
    replace: bool = Field(False, description="Take the place of a parent that stands on stronger evidence")
    probability: Annotated[float, Field(ge=0, le=1)] | None = None


class Breeds(Schema):
    """Of which breeds an animal is; what is left to the denominator is not known."""

    denominator: Literal[16, 64, 100]
    parts: Annotated[dict[Short, Part], Field(min_length=1, max_length=16)]

    @model_validator(mode="after")
    def no_more_than_whole(self) -> "Breeds":
        """Parts of one animal."""
        if sum(self.parts.values()) > self.denominator:
            raise ValueError(f"must have parts that are no more than {self.denominator} together")
        return self


class NewAnimal(Schema):
    """An animal to be registered, with its identifiers and parents."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "flock_id": "0198c0de-0000-7000-8000-000000000002",
                    "sex": "female",
                    "birth_date": "2024-08-03",
                    "birth_type": 2,
                    "rear_type": 2,
                    "identifiers": [{"kind": "eid", "value": "982 000123456789"}],
                }
            ]
        }
    )

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    farm_id: UUID
    flock_id: UUID
    sex: Sex = "unknown"
    fertility: Fertility = "unknown"
    birth_date: Day | None = None
    birth_date_confidence: Confidence | None = Field(
        None, description="Year, month, day: A accurate, E estimated, U unknown"
    )
    birth_type: Size | None = None
    rear_type: Reared | None = None
    drop_year: Year | None = Field(None, description="The year of birth when absent")
    birth_group: Group | None = None
    breeds: Breeds | None = None
    is_embryo_transfer: bool = False
    reference_only: bool = False
    identifiers: Annotated[list[NewIdentifier], Field(max_length=20, default_factory=list)]
    parents: Annotated[list[NewParent], Field(max_length=20, default_factory=list)]


class AnimalChange(Schema):
    """What is given is changed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"birth_date": "2024-08-04", "rear_type": 1}]})

    sex: Sex | None = None
    fertility: Fertility | None = None
    birth_date: Day | None = None
    birth_date_confidence: Confidence | None = None
    birth_type: Size | None = None
    rear_type: Reared | None = None
    drop_year: Year | None = None
    birth_group: Group | None = None
    breeds: Breeds | None = None


class Identifier(Schema):
    """An active identifier."""

    scheme: str
    value: str
    kind: Kind


class Animal(Schema):
    """An animal with its active identifiers and accepted parents."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    tag: str | None
    sex: Sex
    fertility: Fertility
    birth_date: date | None
    birth_type: int | None
    rear_type: int | None
    drop_year: int | None
    reference_only: bool
    fate: Fate = Field(description="Follows from the events that came and went")
    fate_on: date | None
    breeds: Breeds | None
    sire_id: UUID | None
    dam_id: UUID | None
    identifiers: list[Identifier]
    rev: int
    updated_at: datetime


class Animals(Schema):
    """Animals asked for by id; those that are not there are left out."""

    items: list[Animal]


class AnimalQuery(Schema):
    """Animals of many ids at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ids": ["0198c0de-0000-7000-8000-000000000001"]}]})

    ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
