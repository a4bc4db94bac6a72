"""Merges on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema
from bellwether.platform.problems import RowError


class NewMerge(Schema):
    """Two animals that are one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "loser_id": "0198c0de-0000-7000-8000-000000000001",
                    "winner_id": "0198c0de-0000-7000-8000-000000000002",
                }
            ]
        }
    )

    id: UUID | None = None
    loser_id: UUID = Field(description="Its id leads to the other one for ever")
    winner_id: UUID = Field(description="What is told of both is told of this one")


class Merge(Schema):
    """Two animals that became one."""

    id: UUID
    farm_id: UUID
    loser_id: UUID
    winner_id: UUID
    merged_at: datetime
    undone_at: datetime | None


class Merged(Merge):
    """A merge, with what somebody should look at since it stands."""

    warnings: list[RowError]
