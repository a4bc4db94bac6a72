"""Rows of `farm.animal_group` and `farm.group_member`."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class GroupRow(NamedTuple):
    """A group with its open memberships, and the paddock in which it is placed."""

    id: UUID
    farm_id: UUID
    name: str
    type: str
    purpose: str | None
    drop_year: int | None
    head: int
    untagged: int
    paddock_id: UUID | None
    rev: int
    created_at: datetime
    updated_at: datetime


class MemberRow(NamedTuple):
    """An animal in a group."""

    animal_id: UUID
    since: datetime
    until: datetime | None
