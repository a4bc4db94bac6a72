"""What crosses the wire about projects."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from bellwether.platform.http.schemas import Schema

# PostgreSQL cannot store the character NUL
PRINTABLE = r"^[^\x00]*$"
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)]
Question = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=PRINTABLE)]
Description = Annotated[str, StringConstraints(max_length=20_000, pattern=PRINTABLE)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)]


class Role(StrEnum):
    """What a member may do: a lead everything, an analyst change the project, a viewer read it."""

    lead = "lead"
    analyst = "analyst"
    viewer = "viewer"


class State(StrEnum):
    """Where a project stands."""

    planned = "planned"
    running = "running"
    finished = "finished"
    archived = "archived"


class OpenState(StrEnum):
    """The states that a caller may set; archiving is DELETE."""

    planned = "planned"
    running = "running"
    finished = "finished"


class MemberRole(Schema):
    """The role to give."""

    role: Role

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "analyst"}]})


class NewMember(Schema):
    """A user and the role."""

    user_id: UUID
    role: Role


class Member(NewMember):
    """A member of a project."""

    added_at: datetime


class NewProject(Schema):
    """A project to create. Whoever creates it owns and leads it."""

    id: UUID | None = Field(default=None, description="UUIDv7 made by the caller; made here when absent")
    title: Title
    question: Question = ""
    description: Description = ""
    state: OpenState = OpenState.planned
    starts_on: date | None = None
    ends_on: date | None = None
    members: list[NewMember] = Field(default_factory=list, max_length=100)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Weaning weight of twins",
                    "question": "Does rearing rank explain the gap between twins?",
                    "starts_on": "2025-03-01",
                    "members": [{"user_id": "0198c5a2-7c11-7d3e-9a41-1f2d3c4b5a69", "role": "analyst"}],
                }
            ]
        }
    )


class ProjectChange(Schema):
    """The fields to change; what is absent stays."""

    title: Title | None = None
    question: Question | None = None
    description: Description | None = None
    state: OpenState | None = None
    starts_on: date | None = None
    ends_on: date | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "running", "ends_on": "2026-02-28"}]})


class Project(Schema):
    """A project as its members see it."""

    id: UUID
    title: str
    question: str
    description: str
    state: State
    starts_on: date | None
    ends_on: date | None
    owner_id: UUID
    my_role: Role
    members: list[Member]
    rev: int
    created_at: datetime
    updated_at: datetime
