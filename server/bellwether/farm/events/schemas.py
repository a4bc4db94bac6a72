"""Events on the wire."""

from datetime import date, datetime, time
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from bellwether.farm.events.kinds import ANY_EVENT, KINDS
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.rows import Row, RowReader
from bellwether.platform.problems import RowError

READER = RowReader(ANY_EVENT)
MOST = 500


def known_kind(name: str) -> str:
    """A kind of event that there is."""
    if name not in KINDS:
        raise ValueError("must be a kind of event, for example joining.started")
    return name


KindName = Annotated[str, Field(max_length=60), AfterValidator(known_kind)]


class NewEvents(Schema):
    """Events to be appended, each judged for itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "events": [
                        {
                            "kind": "animal.departed",
                            "id": "0198c0de-0000-7000-8000-000000000009",
                            "animal_id": "0198c0de-0000-7000-8000-000000000003",
                            "occurred_on": "2025-03-14",
                            "payload": {"fate": "sold", "to_location": "QABC1234"},
                        }
                    ],
                }
            ]
        }
    )

    farm_id: UUID
    events: Annotated[list[Annotated[Row, READER]], Field(min_length=1, max_length=MOST)]


class EventVerdict(Schema):
    """What became of one event that was sent."""

    row: int
    id: UUID | None = Field(description="None when the row could not be read")
    verdict: Literal["new", "known", "rejected"] = Field(description="known: it was sent before, just the same")
    errors: list[RowError] = Field(default_factory=list)
    warnings: list[RowError] = Field(default_factory=list, description="It was taken all the same")


class AppendedEvents(Schema):
    """A verdict for each event, in the order in which they were sent."""

    accepted: int
    rejected: int
    items: list[EventVerdict]


class Event(Schema):
    """An event of the log."""

    id: UUID
    farm_id: UUID
    seq: int = Field(description="The order in which the events of the farm were stored")
    kind: str
    version: int
    animal_id: UUID | None
    group_id: UUID | None
    occurred_on: date
    occurred_time: time | None
    tz: str
    device_id: str | None
    device_time: datetime | None
    session_id: UUID | None
    import_id: UUID | None
    supersedes: UUID | None
    superseded_by: UUID | None
    payload: dict[str, object]
    source: str
    recorded_by: UUID | None
    recorded_at: datetime
