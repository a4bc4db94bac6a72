"""Groups on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Name
from bellwether.platform.http.schemas import Schema

GroupType = Annotated[
    Literal["physical", "logical", "planned"],
    Field(
        description="physical: a mob, an animal is in one at a time; logical: for an analysis; planned: a draft list"
    ),
]
Year = Annotated[int, Field(ge=1900, le=2200)]


class NewGroup(Schema):
    """A group to be made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "name": "Maiden ewes",
                    "type": "physical",
                    "purpose": "joining",
                }
            ]
        }
    )

    id: UUID | None = None
    farm_id: UUID
    name: Name
    type: GroupType = "physical"
    purpose: Name | None = None
    drop_year: Year | None = None


class GroupChange(Schema):
    """What is to be changed; what is absent stays. A group of another type is another group."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Two-tooth ewes"}]})

    name: Name | None = None
    purpose: Name | None = None
    drop_year: Year | None = None


class Group(Schema):
    """A group."""

    id: UUID
    farm_id: UUID
    name: str
    type: GroupType
    purpose: str | None
    drop_year: int | None
    head: int = Field(description="Its members now, memberships that have not ended, and its head without tags")
    untagged: int = Field(description="Head without tags, of all stock classes")
    paddock_id: UUID | None = Field(description="Where it stands now")
    rev: int
    created_at: datetime
    updated_at: datetime


class GroupMember(Schema):
    """An animal in a group."""

    animal_id: UUID
    since: datetime
    until: datetime | None
