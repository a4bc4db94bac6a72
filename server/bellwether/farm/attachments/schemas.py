"""Attachments on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.platform.http.schemas import Schema

Hash = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
State = Literal["awaited", "stored"]
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class Attachment(Schema):
    """A photo or paper that the farm keeps."""

    farm_id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    links: int = Field(description="How many animals and events refer to it")
    created_by: UUID | None
    created_at: datetime


class NewLink(Schema):
    """An animal or an event has an attachment, whether its bytes are there or not."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sha256": HASH, "animal_id": "0198c0de-0000-7000-8000-000000000003"}]}
    )

    id: UUID | None = None
    sha256: Hash = Field(description="SHA-256 of the bytes, in lower case")
    animal_id: UUID | None = Field(None, description="This or `event_id`")
    event_id: UUID | None = Field(None, description="This or `animal_id`")


class Link(Schema):
    """What refers to an attachment; `awaited` until a device has sent its bytes."""

    id: UUID
    farm_id: UUID
    sha256: str
    animal_id: UUID | None
    event_id: UUID | None
    state: State
    media_type: str | None
    size_bytes: int | None
    created_by: UUID | None
    created_at: datetime
