"""Tables of the research schema that this slice owns, and their rows."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TSVECTOR

metadata = MetaData(schema="research")

project = Table(
    "project",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("title", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("owner_id", Uuid, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("search", TSVECTOR, nullable=False),
)

project_member = Table(
    "project_member",
    metadata,
    Column("project_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
)


class ProjectRow(NamedTuple):
    """A project without its search vector."""

    id: UUID
    title: str
    question: str
    description: str
    state: str
    starts_on: date | None
    ends_on: date | None
    owner_id: UUID
    rev: int
    created_at: datetime
    updated_at: datetime


class MemberRow(NamedTuple):
    """Who works on a project."""

    project_id: UUID
    user_id: UUID
    role: str
    added_at: datetime
