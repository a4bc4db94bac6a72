"""Templates and sessions on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from bellwether.farm.schemas import Day, Device, Name, Short, TraitCode
from bellwether.platform.http.schemas import Schema

SessionKind = Literal["weigh", "yard", "draft"]
Bundle = Annotated[list[TraitCode], Field(max_length=50)]
Value = Annotated[str, Field(max_length=200)] | bool | float


class FieldSaid(Schema):
    """A field of the farm's own."""

    name: Short
    kind: Literal["text", "number", "truth"] = "text"


class NewTemplate(Schema):
    """What a kind of day records, entered once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Weaning", "kind": "weigh", "traits": ["WWT", "DAG"], "fields": [{"name": "Drench lot"}]}
            ]
        }
    )

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    name: Name
    kind: SessionKind
    traits: Bundle = Field(default_factory=list, description="The bundle of traits that are recorded of each animal")
    fields: Annotated[list[FieldSaid], Field(max_length=50)] = Field(default_factory=list)


class Template(Schema):
    """What a kind of day records."""

    id: UUID
    farm_id: UUID
    name: str
    kind: SessionKind
    traits: list[str]
    fields: list[FieldSaid]
    created_at: datetime


class NewSession(Schema):
    """A day in the yards; what is absent is that of the template."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "weigh", "name": "Weaners", "held_on": "2025-11-10", "traits": ["WWT"]}]
        }
    )

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    template_id: UUID | None = None
    kind: SessionKind | None = Field(None, description="Needed without a template")
    name: Name
    held_on: Day
    operator: Name | None = None
    devices: Annotated[list[Device], Field(max_length=20)] = Field(default_factory=list)
    group_id: UUID | None = Field(None, description="The mob that is meant to come")
    traits: Bundle | None = None
    fields: Annotated[dict[Short, Value], Field(max_length=50)] = Field(default_factory=dict)


class ToldSession(NewSession):
    """A day in the yards as the archive of a farm tells it."""

    id: UUID
    closed_at: AwareDatetime | None = None


class Session(Schema):
    """A day in the yards. Events carry its id as `session_id`; weights belong to it by mob, traits and day."""

    id: UUID
    farm_id: UUID
    template_id: UUID | None
    kind: SessionKind
    name: str
    held_on: date
    operator: str | None
    devices: list[str]
    group_id: UUID | None
    traits: list[str]
    fields: dict[str, Value]
    closed_at: datetime | None
    rev: int
    created_at: datetime
    updated_at: datetime


class Absent(Schema):
    """An animal of the mob of which nothing was recorded."""

    animal_id: UUID
    name: str


class Unusual(Schema):
    """A value that somebody should look at."""

    animal_id: UUID
    name: str
    trait: str
    value: float
    expected: float | None = Field(description="By the line through the two weights before it")
    why: Literal["outside_usual_range", "off_own_curve", "far_off_own_curve"]


class Summary(Schema):
    """What came of a session."""

    session: Session
    recorded: int = Field(description="Animals with a measurement of its traits on that day; of the mob, if it has one")
    expected: int | None = Field(description="Animals that were in the mob that day; None: it has no mob")
    missing: list[Absent] = Field(description="Animals of the mob of which nothing was recorded")
    strangers: int = Field(description="Animals that were recorded and were not in the mob")
    means: dict[str, float] = Field(description="Mean of each trait, of the animals that are counted")
    unusual: list[Unusual]
    events: dict[str, int] = Field(description="Events with this session_id that count, by kind")
