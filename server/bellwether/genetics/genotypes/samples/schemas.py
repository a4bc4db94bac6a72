"""What crosses the wire about samples."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema

State = Literal["accepted", "quarantined", "superseded", "rejected"]


class Sample(Schema):
    """A sample on one chip."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    name: str
    is_preferred: bool = Field(description="Of several samples of the animal this one is read")
    rev: int
    chip_id: int
    version: int
    map_version: int
    state: State
    reasons: list[str]
    call_rate: float
    heterozygosity: float | None
    note: str | None
    created_at: datetime


class SampleChange(Schema):
    """Another animal, or the choice among several samples of one."""

    animal_id: UUID | None = None
    is_preferred: Literal[True] | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"is_preferred": True}]})


class Decision(Schema):
    """What becomes of calls that were set apart, or of accepted ones that are wrong after all."""

    state: Literal["accepted", "rejected"]
    note: str = Field(min_length=1, max_length=500, description="Why, for those who come after")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"state": "rejected", "note": "the tube of another animal"}]}
    )


class Share(Schema):
    """An animal whose genotypes another farm may read."""

    farm_id: UUID
    animal_id: UUID
    with_farm_id: UUID
    created_at: datetime


class NewShare(Schema):
    """The genotypes of an animal, to be shown to another farm."""

    farm_id: UUID
    animal_id: UUID
    with_farm_id: UUID

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a60",
                    "animal_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69",
                    "with_farm_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a61",
                }
            ]
        }
    )
