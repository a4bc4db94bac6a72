"""Live numbers on the wire."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from bellwether.platform.http.schemas import Schema


class LastEvent(Schema):
    """An event that was recorded lately."""

    id: UUID
    seq: int
    kind: str
    occurred_on: date
    animal_id: UUID | None
    group_id: UUID | None
    recorded_at: datetime


class Live(Schema):
    """A farm as it is now."""

    farm_id: UUID
    today: date = Field(description="The day on the farm")
    head: int = Field(description="Animals that are alive and on the farm")
    weighed_today: int = Field(description="Animals with a weight of today")
    events_today: int = Field(description="Events that were recorded today, corrections too")
    open_conflicts: int = Field(description="What devices said differently and nobody has settled")
    last_events: list[LastEvent]
