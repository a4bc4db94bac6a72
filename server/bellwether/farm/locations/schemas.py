"""Numbers of a farm on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Tag
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.locations import FORMS


class NewLocation(Schema):
    """A number by which an authority knows the farm."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"scheme": "au.nlis.pic", "value": "QABC1234"}]})

    id: UUID | None = None
    scheme: Tag = Field(description=f"In reverse-domain form; forms are known of {', '.join(FORMS)}")
    value: Tag


class Location(Schema):
    """A number of a farm."""

    id: UUID
    farm_id: UUID
    scheme: str
    value: str
    created_at: datetime
