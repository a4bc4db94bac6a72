"""Conflicts on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema

Kind = Literal["field", "deleted", "duplicate_identifier"]
Choice = Literal["kept", "other"]
State = Literal["open", "settled"]


class Conflict(Schema):
    """What two devices, or a device and somebody at the desk, said differently without having seen each other."""

    id: UUID
    farm_id: UUID
    kind: Kind = Field(
        description="field: two values of one field; deleted: one changed what the other deleted; "
        "duplicate_identifier: one number on two animals"
    )
    collection: str
    row_id: UUID
    field: str | None
    kept: object = Field(description="What counts now")
    other: object = Field(description="What does not, and is not lost")
    kept_by: UUID | None
    other_by: UUID | None
    state: State
    choice: Choice | None
    created_at: datetime
    settled_at: datetime | None


class Settlement(Schema):
    """What a person decided."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"choice": "other"}]})

    choice: Choice = Field(description="kept: it stays as it is; other: the other value counts from now on")
