"""What crosses the wire about schedules."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from bellwether.platform.http.schemas import Schema

Every = Literal["off", "daily", "weekly"]


class NewSchedule(Schema):
    """When the definitions of a farm are run whose flocks are stale."""

    every: Every
    hour: Annotated[int, Field(ge=0, le=23)] = Field(default=4, description="By the clock of the farm")
    weekday: Annotated[int, Field(ge=1, le=7)] | None = Field(
        default=None, description="1: Monday; needed for `weekly`, and for nothing else"
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"every": "weekly", "hour": 4, "weekday": 1}]})

    @model_validator(mode="after")
    def one_day_of_a_week(self) -> "NewSchedule":
        """A day of the week belongs to `weekly`."""
        if (self.every == "weekly") != (self.weekday is not None):
            raise ValueError("give weekday with every: weekly, and with nothing else")
        return self


class Schedule(NewSchedule):
    """The schedule of a farm."""

    farm_id: UUID
    time_zone: str = Field(description="Of the farm; another one counts from the next time on")
    next_at: datetime | None = Field(description="When it is next looked which flocks are stale")
    last_at: datetime | None = Field(description="When that was done last")
    rev: int | None = Field(description="Send it as If-Match to change it; null while nobody has set one")
