"""Flocks on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict

from bellwether.farm.schemas import Name, Short
from bellwether.platform.http.schemas import Schema

Scheme = Literal["SG", "NSIP", "SIL", "none"]


class NewFlock(Schema):
    """A flock to be made; its code is unique within the farm."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000001",
                    "name": "Stud Merinos",
                    "code": "1234",
                    "breed_code": "MER",
                    "recording_scheme": "SG",
                }
            ]
        }
    )

    id: UUID | None = None
    farm_id: UUID
    name: Name
    code: Short
    breed_code: Short | None = None
    recording_scheme: Scheme = "none"


class Flock(Schema):
    """A flock."""

    id: UUID
    farm_id: UUID
    name: str
    code: str
    breed_code: str | None
    recording_scheme: Scheme
    rev: int
    created_at: datetime
    updated_at: datetime
