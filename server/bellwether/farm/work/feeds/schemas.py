"""Feeds on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Name
from bellwether.platform.http.schemas import Schema


class NewFeed(Schema):
    """A feed for one calendar."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Calendar on my phone"}]})

    name: Name


class Feed(Schema):
    """A feed; nobody can read its address again."""

    id: UUID
    farm_id: UUID
    user_id: UUID
    name: str
    created_at: datetime


class NewFeedAddress(Feed):
    """A feed with its address, this once."""

    address: str = Field(
        description="For the calendar: whoever has it can read the farm's open tasks, and nothing else"
    )
