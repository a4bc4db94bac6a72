"""Devices on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Name
from bellwether.platform.http.schemas import Schema

Count = Annotated[int, Field(ge=0, le=10_000_000)]


class DeviceReport(Schema):
    """What a device says of itself when it has signal."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Yard tablet", "unsent": 3, "rev": 1042}]})

    name: Name
    unsent: Count = Field(description="Rows that the farm does not have yet, those that need attention among them")
    rev: Annotated[int, Field(ge=0, lt=2**63)] | None = Field(None, description="The last change that it has read")


class SignOut(Schema):
    """The user leaves the device."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"unsent": 0}]})

    unsent: Count = Field(description="Counted now")
    abandon: bool = Field(False, description="What was not sent may be lost")


class Device(Schema):
    """A device of a user on the farm."""

    id: UUID
    farm_id: UUID
    user_id: UUID
    name: str
    unsent: int
    rev: int | None
    reported_at: datetime
    signed_out_at: datetime | None
    created_at: datetime


class Unsent(Schema):
    """What the asking user's devices have not sent, as they said last."""

    unsent: int
    devices: list[Device]
