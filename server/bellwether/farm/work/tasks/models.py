"""Rows of `farm.task` and `farm.task_rule`, and events from which tasks follow."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class TaskRow(NamedTuple):
    """A task that somebody wrote down, or what was said of one that follows from an event."""

    id: UUID
    rule: str | None
    place: int | None
    title: str | None
    due_on: date | None
    note: str | None
    assigned_to: UUID | None
    snoozed_until: date | None
    done_on: date | None
    done_by: UUID | None
    rev: int
    created_at: datetime
    updated_at: datetime


class SourceRow(NamedTuple):
    """An event that counts, and what has been done about it since."""

    id: UUID
    place: int
    kind: str
    occurred_on: date
    recorded_at: datetime
    animal_id: UUID | None
    group_id: UUID | None
    name: str | None
    days: dict[str, str | None]
    done: dict[str, date | None]


class FollowingRow(NamedTuple):
    """A task as it follows from an event, whatever was said of it."""

    id: UUID
    rule: str
    place: int
    event_id: UUID
    title: str
    due_on: date
    done_on: date | None
    passes: bool


class RuleRow(NamedTuple):
    """What a farm has set of a rule, or a rule of its own."""

    name: str
    kind: str
    title: str
    days: int
    is_on: bool
