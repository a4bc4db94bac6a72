"""Weights on the wire."""

from datetime import date, time
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from bellwether.farm.schemas import Day, Group, Kilograms
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.traits import weights

if TYPE_CHECKING:
    WeightCode = str
else:
    # as many codes as the dictionary has weights, which a type checker cannot know
    WeightCode = Literal[tuple(weights())]


class NewWeight(Schema):
    """One weighing; the stage is declared by the trait, never guessed from the age."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "animal_id": "0198c0de-0000-7000-8000-000000000001",
                    "trait": "WWT",
                    "weight": 31.5,
                    "occurred_on": "2024-11-11",
                }
            ]
        }
    )

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    animal_id: UUID
    trait: WeightCode | None = Field(None, description="May be left out where the session has one weight")
    weight: Kilograms
    unit: Literal["kg", "lb"] | None = Field(None, description="The farm's unit when absent; raw_unit of the answer")
    occurred_on: Day
    occurred_time: time | None = None
    group: Group = Field("", description="The group run together since the last weighing")


class NewWeights(Schema):
    """A session, taken whole or not at all."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "farm_id": "0198c0de-0000-7000-8000-000000000002",
                    "weights": [
                        {
                            "animal_id": "0198c0de-0000-7000-8000-000000000001",
                            "trait": "WWT",
                            "weight": 31.5,
                            "occurred_on": "2024-11-11",
                        }
                    ],
                }
            ]
        }
    )

    farm_id: UUID
    session_id: UUID | None = Field(None, description="The day in the yards on which they were taken")
    weights: Annotated[list[NewWeight], Field(min_length=1, max_length=500)]


class Weight(Schema):
    """A weight that counts: the latest word for its animal, trait and day."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    animal_id: UUID
    trait: str
    weight_kg: float
    raw_value: str
    raw_unit: str
    occurred_on: date
    occurred_time: time | None
    recorded_group: str
    age_days: int | None
    contemporary_group: str | None
    source: str
    import_id: UUID | None
    session_id: UUID | None


class WeightWarning(Schema):
    """What is unusual about a weight that was recorded all the same."""

    row: int
    field: str | None
    code: str
    message: str
    fix: str


class Weights(Schema):
    """Weights that count."""

    items: list[Weight]


class RecordedWeights(Schema):
    """The weights that count now for what was sent, and what is unusual about it."""

    items: list[Weight]
    warnings: list[WeightWarning]


class WeightQuery(Schema):
    """Weights of many animals or flocks at once, for a reader that collects ids."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"animal_ids": ["0198c0de-0000-7000-8000-000000000001"], "limit": 100}]}
    )

    animal_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None
    flock_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None
    limit: int = Field(10_000, ge=1, le=50_000)
