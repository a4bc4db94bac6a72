"""Recorders, and what they send, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter

from bellwether.farm.events.schemas import MOST
from bellwether.farm.schemas import Short, Tag
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.rows import Row, RowReader


class NewRecorder(Schema):
    """Somebody who may record these kinds of events in one flock; sent again for the flock it replaces what was."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_id": "0198c0de-0000-7000-8000-000000000001",
                    "flock_id": "0198c0de-0000-7000-8000-000000000002",
                    "kinds": ["diagnosis.recorded"],
                    "ends_at": "2150-01-01T00:00:00Z",
                }
            ]
        }
    )

    user_id: UUID
    flock_id: UUID
    kinds: Annotated[list[Short], Field(min_length=1, max_length=20)]
    ends_at: AwareDatetime = Field(description="Until when, at most two years from now")


class Recorder(Schema):
    """What somebody may record."""

    id: UUID
    farm_id: UUID
    user_id: UUID
    flock_id: UUID
    kinds: list[str]
    granted_at: datetime
    ends_at: datetime


class OwnRecording(Schema):
    """Where the asking user may record, and what."""

    farm_id: UUID
    farm_name: str
    flock_id: UUID
    flock_name: str
    kinds: list[str]
    ends_at: datetime


class KnownProduct(Schema):
    """A remedy of the farm: what a treatment names."""

    id: UUID
    name: str
    unit: str


class Recording(Schema):
    """An event, and the animal by a number that it wears."""

    animal: Tag | None = Field(
        None, description="Any of its numbers, in any spelling; none where an event is retracted"
    )
    scheme: Tag | None = Field(None, description="Where several animals have the number, the scheme that is meant")
    event: Row = Field(description="As POST /events takes it, without animal_id")


RECORDINGS = RowReader(TypeAdapter(Recording))


class NewRecordings(Schema):
    """What a recorder sends, each row judged for itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "flock_id": "0198c0de-0000-7000-8000-000000000002",
                    "recordings": [
                        {
                            "animal": "982 000123456789",
                            "event": {
                                "kind": "diagnosis.recorded",
                                "occurred_on": "2025-03-14",
                                "payload": {"finding": "foot rot, left hind", "severity": "moderate"},
                            },
                        }
                    ],
                }
            ]
        }
    )

    farm_id: UUID
    flock_id: UUID
    recordings: Annotated[list[Annotated[Row, RECORDINGS]], Field(min_length=1, max_length=MOST)]
