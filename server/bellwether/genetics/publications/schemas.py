"""What crosses the wire about publications."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.pagination import Cursor
from bellwether.platform.http.schemas import Schema


class NewPublication(Schema):
    """From which run to go on to this one."""

    replaces: UUID | None = Field(description="The run that is published now, as you saw it; null when there is none")

    model_config = ConfigDict(json_schema_extra={"examples": [{"replaces": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"}]})


class Publication(Schema):
    """The moment from which a flock goes by a run."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    number: int = Field(description="The first publication of a flock is 1")
    run_id: UUID
    replaces: UUID | None
    is_automatic: bool = Field(description="Published by the run itself at its end")
    published_by: UUID | None
    published_at: datetime


class ByNumber(Cursor):
    """The last publication of a page."""

    number: int


class Publications(Schema):
    """One for each flock of the run."""

    items: list[Publication]
    next: None = None
