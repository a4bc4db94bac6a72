"""What crosses the wire about agreements."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.platform.http.schemas import Schema

FARM = "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69"
Kind = Literal["invited", "accepted", "declined", "left"]
Flocks = Annotated[
    list[UUID], Field(min_length=1, max_length=50, description="Flocks of the farm whose animals take part")
]
BasedOn = Annotated[int, Field(ge=1, description="The newest step of the farm, as you saw it")]


class NewAgreement(Schema):
    """Farms that shall be evaluated together; the one that proposes is the first of them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"farm_id": FARM, "name": "Hill breeders", "flock_ids": [FARM]}]}
    )

    farm_id: UUID
    name: Annotated[str, Field(min_length=1, max_length=100)]
    purpose: Annotated[str, Field(max_length=2000)] = Field(default="", description="What the others agree to")
    flock_ids: Flocks


class Invitation(Schema):
    """Another farm to ask; its owner tells you its id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"farm_id": FARM}]})

    farm_id: UUID


class Acceptance(Schema):
    """The farm is in with these flocks; again with others, while it is in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"based_on": 1, "flock_ids": [FARM]}]})

    based_on: BasedOn
    flock_ids: Flocks


class Refusal(Schema):
    """The farm is not in: it declines, or leaves."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"based_on": 2}]})

    based_on: BasedOn


class AgreementFarm(Schema):
    """Where a farm stands in an agreement."""

    farm_id: UUID
    name: str | None = Field(description="As the farm called itself when it accepted; null before")
    step: int
    state: Kind
    since: datetime
    flock_ids: list[UUID] | None = Field(description="Of your own farms")


class Agreement(Schema):
    """An agreement and its farms."""

    id: UUID
    farm_id: UUID = Field(description="The farm that proposed it, and asks others")
    name: str
    purpose: str
    proposed_at: datetime
    farms: list[AgreementFarm]
