"""Tasks and their rules on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.farm.schemas import Day, Name, Note
from bellwether.platform.http.schemas import Schema

RuleName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$", max_length=60)]
State = Literal["open", "done"]


class NewTask(Schema):
    """Something to be done that follows from no event."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Order ear tags", "due_on": "2026-07-01"}]})

    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    title: Name
    due_on: Day
    note: Note | None = None
    assigned_to: UUID | None = Field(None, description="A member of the farm")


class TaskChange(Schema):
    """What is to be changed; what is absent stays, null clears."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"done": True}, {"snoozed_until": "2026-07-08"}]})

    title: Name | None = Field(None, description="Of a task that was written down")
    due_on: Day | None = Field(None, description="Of a task that was written down")
    note: Note | None = None
    assigned_to: UUID | None = None
    snoozed_until: Day | None = None
    done: bool | None = None


class ToldTask(Schema):
    """A task as the archive of a farm tells it: written down, or what was said of one that follows from an event."""

    id: UUID | None = None
    rule: RuleName | None = None
    event_id: UUID | None = None
    title: Name | None = None
    due_on: Day | None = None
    note: Note | None = None
    snoozed_until: Day | None = None
    done_on: Day | None = None


class Task(Schema):
    """Something to be done."""

    id: UUID
    farm_id: UUID
    title: str
    due_on: date = Field(description="The day that counts: that to which it was put off, if it was")
    planned_on: date = Field(description="The day that follows from the event, or was written down")
    state: State
    is_overdue: bool
    rule: str | None = Field(description="The rule from which it follows; None: somebody wrote it down")
    event_id: UUID | None = Field(description="The event from which it follows, as it counts now")
    group_id: UUID | None
    animal_id: UUID | None
    note: str | None
    assigned_to: UUID | None
    snoozed_until: date | None
    done_on: date | None
    done_by: UUID | None
    rev: int


class TaskRule(Schema):
    """So many days after an event of a kind something is to be done."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "scan", "days": 90}, {"name": "move", "is_on": False}]}
    )

    name: RuleName
    kind: Kind | None = Field(None, description="The kind of event; needed for a rule of the farm's own")
    title: Name | None = Field(None, description="What is to be done; needed for a rule of the farm's own")
    days: Annotated[int, Field(ge=-400, le=4000)] | None = None
    is_on: bool = True


class NewTaskRules(Schema):
    """What a farm sets; a usual rule that is absent is as usual, one of the farm's own is gone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": [{"name": "scan", "days": 90}]}]})

    rules: Annotated[list[TaskRule], Field(max_length=100)]


class TaskRules(Schema):
    """Every rule of a farm."""

    rules: list[TaskRule]
