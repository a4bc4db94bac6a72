"""Measurements on the wire."""

from datetime import date, time
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from bellwether.farm.measurements.schemas import WeightWarning
from bellwether.farm.schemas import Day, Group, Short, TraitCode
from bellwether.platform.http.schemas import Schema

EXAMPLE: dict[str, JsonValue] = {
    "animal_id": "0198c0de-0000-7000-8000-000000000001",
    "trait": "PEMD",
    "value": 27.5,
    "unit": "mm",
    "occurred_on": "2025-03-11",
}


class NewMeasurement(Schema):
    """One value of one trait; the stage is declared by the trait, never guessed from the age."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    animal_id: UUID
    trait: TraitCode | None = Field(None, description="May be left out where the session has one trait")
    value: Annotated[float, Field(ge=0, lt=1_000_000, allow_inf_nan=False)] | None = None
    word: Short | None = Field(None, description="In place of a value, of an own trait whose values have words")
    unit: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        None, description="That of the trait when absent; of what is kept in kg, the farm's. raw_unit of the answer"
    )
    occurred_on: Day
    occurred_time: time | None = None
    group: Group = Field("", description="The group run together since the last measurement")


class NewMeasurements(Schema):
    """A session, taken whole or not at all; its traits may differ."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"farm_id": "0198c0de-0000-7000-8000-000000000002", "measurements": [EXAMPLE]}]}
    )

    farm_id: UUID
    session_id: UUID | None = Field(None, description="The day in the yards on which they were taken")
    measurements: Annotated[list[NewMeasurement], Field(min_length=1, max_length=500)]


class Measurement(Schema):
    """A measurement that counts: the latest word for its animal, trait and day."""

    id: UUID
    farm_id: UUID
    flock_id: UUID
    animal_id: UUID
    trait: str
    value: float
    unit: str
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


class Measurements(Schema):
    """Measurements that count."""

    items: list[Measurement]


class RecordedMeasurements(Schema):
    """The measurements that count now for what was sent, and what is unusual about it."""

    items: list[Measurement]
    warnings: list[WeightWarning]


class MeasurementQuery(Schema):
    """Measurements of many animals or flocks at once, for a reader that collects ids."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"animal_ids": ["0198c0de-0000-7000-8000-000000000001"], "limit": 100}]}
    )

    animal_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None
    flock_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None
    traits: Annotated[list[TraitCode], Field(min_length=1, max_length=100)] | None = None
    limit: int = Field(10_000, ge=1, le=50_000)
