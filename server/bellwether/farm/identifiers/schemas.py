"""Uses of identifiers on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from bellwether.farm.schemas import Day, Short, Tag, without_nul
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.identifiers import Kind

Colour = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(without_nul)
]
State = Literal["active", "closed", "disputed"]


class NewUse(Schema):
    """An identifier that an animal gets."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "animal_id": "0198c0de-0000-7000-8000-000000000001",
                    "kind": "eid",
                    "value": "982 000123456789",
                    "on": "2025-03-14",
                }
            ]
        }
    )

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    animal_id: UUID
    kind: Kind
    value: Tag
    scheme: Short | None = Field(None, description="Found from kind and form when absent")
    on: Day | None = Field(None, description="Since which day; since now when absent")
    replaces: UUID | None = Field(None, description="The use that ends at the same instant: of a tag that was lost")
    if_taken: Literal["refuse", "dispute"] = Field(
        "refuse", description="What if another animal has it in use: refuse, or keep it until somebody has looked"
    )
    colour: Colour | None = None
    ear: Literal["left", "right"] | None = None


class UseEnd(Schema):
    """When a use ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": "2025-03-14"}]})

    on: Day | None = Field(None, description="The day on which it ended; now when absent")


class Use(Schema):
    """An identifier of an animal, from when to when."""

    id: UUID
    farm_id: UUID
    animal_id: UUID
    scheme: str
    value: str
    raw: str
    kind: Kind
    official: bool
    colour: str | None
    ear: Literal["left", "right"] | None
    state: State
    on_date: date | None = Field(description="None when nobody has said it")
    off_date: date | None
    rivals: list[UUID] = Field(description="Other animals that have the same one in use, or dispute it")
