"""Syndicates and claims on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Short
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.pedigree import Method, ParentType, Sex

MOST_SIRES = 10
Share = Annotated[float, Field(ge=0, le=1)]
Status = Literal["proposed", "accepted", "rejected", "superseded"]


class SireShare(Schema):
    """A ram of a syndicate."""

    sire_id: UUID
    share: Share | None = Field(None, description="How likely it is the sire, before anything else is known")


class NewSyndicate(Schema):
    """Rams that ran with the same ewes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "code": "161234202400SYN1",
                    "year": 2024,
                    "sires": [
                        {"sire_id": "0198c0de-0000-7000-8000-000000000002", "share": 0.5},
                        {"sire_id": "0198c0de-0000-7000-8000-000000000003", "share": 0.5},
                    ],
                }
            ]
        }
    )

    id: UUID | None = None
    farm_id: UUID
    code: Short
    year: Annotated[int, Field(ge=1900, le=2200, description="Of the joining: the year before the drop")]
    sires: Annotated[list[SireShare], Field(min_length=1, max_length=MOST_SIRES)]


class Syndicate(Schema):
    """Rams that ran together."""

    id: UUID
    farm_id: UUID
    code: str
    year: int
    sires: list[SireShare]


class SyndicateClaim(Schema):
    """One of the rams of a syndicate is the sire of these animals."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"child_ids": ["0198c0de-0000-7000-8000-000000000004"]}]})

    child_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ToldClaim(Schema):
    """A claim of a syndicate as the archive of a farm tells it."""

    child_id: UUID
    parent_id: UUID
    probability: Share | None = None
    status: Literal["proposed", "accepted"]


class Claim(Schema):
    """Who says who is the parent, and what became of it."""

    id: UUID
    farm_id: UUID
    child_id: UUID
    parent_id: UUID
    parent_type: ParentType
    method: Method
    probability: float | None
    status: Status
    syndicate_id: UUID | None
    created_at: datetime


class Claims(Schema):
    """All claims about the parents of some animals."""

    items: list[Claim]


class Ancestor(Schema):
    """An animal of a pedigree, with the parents that stand."""

    id: UUID
    generation: int = Field(description="0 is the animal itself, 1 its parents; of several the least")
    tag: str | None
    sex: Sex
    birth_date: date | None
    reference_only: bool
    sire_id: UUID | None
    dam_id: UUID | None


class Ancestors(Schema):
    """An animal and its genetic ancestors, each once."""

    items: list[Ancestor]
